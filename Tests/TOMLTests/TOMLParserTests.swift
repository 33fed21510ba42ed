import TOML
import Testing

@Suite("TOML")
struct TOMLParserTests {
    private func parse(_ text: String) throws(TOMLError) -> TOMLTable { try TOMLParser.parse(Array(text.utf8)) }

    private func value(_ text: String) throws(TOMLError) -> TOMLValue? { try parse("k = \(text)")["k"]?.value }

    @Test("values have the types that they are written as")
    func values() throws {
        #expect(try value(#""a\tb\u00e9\U0001F600\"\\""#) == .string("a\tbé😀\"\\"))
        #expect(try value(#"'a\tb"'"#) == .string(#"a\tb""#))
        #expect(try value("\"\"\"\na\n  b \\\n   c\"\"\"\"\"") == .string("a\n  b c\"\""))
        #expect(try value("'''\r\na'b''c\\'''") == .string("a'b''c\\"))
        #expect(try value(#""""#) == .string(""))
        #expect(try value("true") == .boolean(true))
        #expect(try value("1_000") == .integer(1000))
        #expect(try value("-0") == .integer(0))
        #expect(try value("0xdead_BEEF") == .integer(0xDEAD_BEEF))
        #expect(try value("0b101") == .integer(5))
        #expect(try value("9223372036854775807") == .integer(.max))
        #expect(try value("-9223372036854775808") == .integer(.min))
        #expect(try value("1.5e-1") == .float(0.15))
        #expect(try value("-1e3 # comment") == .float(-1000))
        #expect(try value("-inf") == .float(-.infinity))
        #expect(try value("[]") == .array([]))
    }

    @Test("tables, dotted keys, lists of tables and inline tables are put together, each with its line")
    func tables() throws {
        let document = try parse(
            """
            a.b = 1          # dotted
            a."c d" = 'x'
            list = [
              1, # one
              2,
            ]
            point = { x = 1, y.z = 2 }
            [sites."example.com"]
            folder = "/srv"
            [sites."example.com".limits]
            timeout = "1s"
            [[folders]]
            host = "one"
            [[folders]]
            host = "two"
            """)
        #expect(document.entries.map(\.key) == ["a", "list", "point", "sites", "folders"])
        guard case .table(let a)? = document["a"]?.value else { throw TOMLError(line: 0, "no table") }
        #expect(a["b"] == TOMLNode(.integer(1), line: 1))
        #expect(a["c d"] == TOMLNode(.string("x"), line: 2))
        #expect(
            document["list"]?.value == .array([TOMLNode(.integer(1), line: 4), TOMLNode(.integer(2), line: 5)]))
        guard case .table(let sites)? = document["sites"]?.value,
            case .table(let site)? = sites["example.com"]?.value, case .table(let limits)? = site["limits"]?.value
        else { throw TOMLError(line: 0, "no table") }
        #expect(site["folder"]?.line == 9)
        #expect(limits["timeout"] == TOMLNode(.string("1s"), line: 11))
        guard case .array(let folders)? = document["folders"]?.value else { throw TOMLError(line: 0, "no list") }
        #expect(folders.map(\.line) == [12, 14])
    }

    @Test(
        "what is no TOML is refused, with its line",
        arguments: [
            "k": 1, "k =": 1, "k = \n": 1, "= 1": 1, "\nk = x": 2, "k = \"a": 1, "k = \"a\nb\"": 1, "k = 'a": 1,
            "k = \"\\q\"": 1, "k = \"\\ud800\"": 1, "k = \"\\u12\"": 1, "k = \"a\0b\"": 1, "k = \u{7F}": 1,
            "# \u{1}": 1, "k = 01": 1, "k = 1__0": 1, "k = _1": 1, "k = 1.": 1, "k = .5": 1, "k = 1.e2": 1,
            "k = 0xG": 1, "k = 9223372036854775808": 1, "k = +0x1": 1, "k = 1 2": 1, "k = 1979-05-27": 1,
            "k = tru": 1, "k = [1 2]": 1, "k = [1": 1, "k = [\n1,\n2": 3, "k = {a = 1": 1, "k = {a = 1,}": 1,
            "k = {\na = 1}": 1, "k = 1\nk = 2": 2, "[t]\n[t]": 2, "k = 1\n[k]": 2, "[t]\n[[t]]": 2,
            "k = [1]\n[[k]]": 2, "k = {a = 1}\n[k.b]": 2, "k = {a = 1}\nk.b = 1": 2, "[a.b]\n[a]\nb.c = 1": 3,
            "a.b = 1\n[a]": 2, "[t": 1, "[[t]": 1, "[]": 1, "[t] x": 1, "a..b = 1": 1, "\"\"\"a\"\"\" = 1": 1,
            "a.b = 1\na = 1": 2, "k = \"\"\"a": 1, "k\r = 1": 1, "\u{FEFF}k": 1,
        ])
    func malformed(text: String, line: Int) throws {
        let error = #expect(throws: TOMLError.self) { try parse(text) }
        #expect(error?.line == line, "\(error?.description ?? "")")
    }

    @Test("bytes that are no UTF-8 are refused")
    func encoding() {
        #expect(throws: TOMLError.self) { try TOMLParser.parse([0x6B, 0x3D, 0x22, 0xFF, 0x22]) }
    }

    @Test("what is nested without end is refused before the stack is", arguments: ["[", "{a=", "a.", "[x."])
    func depth(piece: String) {
        let text = String(repeating: piece, count: 60_000)
        #expect(throws: TOMLError.self) { try parse("k = \(text)") }
        #expect(throws: TOMLError.self) { try parse(text + "b") }
    }
}
