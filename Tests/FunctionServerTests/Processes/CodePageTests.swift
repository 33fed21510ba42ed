import Glibc
import Testing

@Suite("Code in a server")
struct CodePageTests {
    @Test("nothing is both writable and executable, nor executable without a file (T22)")
    func neverWritable() throws {
        let server = try ServerProcess([
            "f.wasm": Modules.say("one"), "g.wasm": Modules.run("(loop $again (br_if $again (i32.const 0)))"),
            "trap.wasm": Modules.run("unreachable"),
        ])
        #expect(try server.get("/f.wasm").body == "one")
        #expect(try server.get("/g.wasm").status == 200)
        #expect(try server.get("/trap.wasm").status == 500)
        let code = Self.mappings(server).filter { $0.isExecutable }
        #expect(code.count { $0.file.hasSuffix("/code.so") } >= 3, "\(code)")
        for mapping in code {
            #expect(!mapping.isWritable, "\(mapping)")
            #expect(mapping.file.hasPrefix("/") || ["[vdso]", "[vsyscall]"].contains(mapping.file), "\(mapping)")
        }
    }

    @Test("thousands of versions of a function leave no mappings behind (T22)")
    func swaps() throws {
        let server = try ServerProcess(["f.wasm": Modules.say("one")])
        for (name, text) in [(".0", "one"), (".1", "two")] { try server.folder.assemble(name, Modules.say(text)) }
        let client = try RawClient(port: server.port)
        func swap(_ turn: Int) throws {
            let place = server.folder.path
            guard link("\(place)/.\(turn & 1)", "\(place)/.next") == 0,
                rename("\(place)/.next", "\(place)/f.wasm") == 0
            else { throw TestFailure("swap \(turn): \(errno)") }
            let wanted = turn & 1 == 0 ? "one" : "two"
            for _ in 0..<20_000 {
                try client.send("GET /f.wasm HTTP/1.1\r\nHost: test\r\n\r\n")
                if try client.response().body == wanted { return }
                usleep(300)
            }
            throw TestFailure("version \(turn) never came")
        }
        for turn in 1...100 { try swap(turn) }
        let before = Self.mappings(server).count
        for turn in 101...2100 { try swap(turn) }
        #expect(Self.mappings(server).count < before + 50)
    }

    struct Mapping: CustomStringConvertible {
        var description: String
        var rights: String
        var file: String
        var isWritable: Bool { rights.contains("w") }
        var isExecutable: Bool { rights.contains("x") }
    }

    static func mappings(_ server: ServerProcess) -> [Mapping] {
        server.proc("maps").split(separator: "\n").map { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            return Mapping(
                description: String(line), rights: words.count > 1 ? String(words[1]) : "",
                file: words.count > 5 ? String(words[5]) : "")
        }
    }
}
