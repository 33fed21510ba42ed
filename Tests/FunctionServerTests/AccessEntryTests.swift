import Foundation
import Logging
import Testing

@testable import FunctionServer

@Suite("Lines of the access log")
struct AccessEntryTests {
    private func entry() -> AccessEntry {
        AccessEntry(
            time: 1_795_000_000_006_999_999, id: "0a1b", client: "192.0.2.1", user: nil, site: "a.example",
            method: "GET", target: "/f.wasm?x=1", version: "HTTP/1.1", status: 200, bytes: 12, duration: 1_234_567,
            function: "a.example/f.wasm")
    }

    private func line(_ entry: AccessEntry, _ format: LogFormat) throws -> String {
        var bytes: [UInt8] = []
        var stamp = TimeStamp()
        entry.write(format, &stamp, to: &bytes)
        return try #require(String(validating: bytes, as: UTF8.self))
    }

    @Test("of text has all fields in their order, and hyphens for what there is not")
    func text() throws {
        let expected =
            "2026-11-18T11:06:40.006Z 192.0.2.1 - \"GET /f.wasm?x=1 HTTP/1.1\" 200 12 0.001234 a.example a.example/f.wasm 0a1b\n"
        #expect(try line(entry(), .text) == expected)
        let bare = AccessEntry(time: 0, id: "i", client: "::1", status: 400)
        #expect(try line(bare, .text) == "1970-01-01T00:00:00.000Z ::1 - - 400 0 0.000000 - - i\n")
    }

    @Test("of JSON is an object with the same, without what there is not")
    func json() throws {
        var entry = entry()
        entry.user = "ann"
        let text = try line(entry, .json)
        #expect(text.hasSuffix("}\n") && text.count { $0 == "\n" } == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["time"] as? String == "2026-11-18T11:06:40.006Z")
        for (key, value) in [
            "id": "0a1b", "client": "192.0.2.1", "user": "ann", "site": "a.example", "method": "GET",
            "target": "/f.wasm?x=1", "protocol": "HTTP/1.1", "function": "a.example/f.wasm",
        ] {
            #expect(object[key] as? String == value, "\(key)")
        }
        #expect(object["status"] as? Int == 200 && object["bytes"] as? Int == 12)
        #expect(object["seconds"] as? Double == 0.001234)
        let bare = try line(AccessEntry(time: 0, id: "i", client: "::1", status: 400), .json)
        #expect(bare.hasPrefix(#"{"time":"1970-01-01T00:00:00.000Z","id":"i","client":"::1","status":400,"#))
    }

    @Test("T30: no target, name or user ends a line, a string or a field, nor reaches a terminal")
    func hostile() throws {
        var entry = entry()
        let text = "/\u{1b}[2J\"\\\r\n\u{85}\u{202e}\u{2028}\u{0} é漢\u{10ffff}"
        entry.target = text
        entry.user = "a b\"\n"
        entry.function = "x y.wasm"
        let plain = try line(entry, .text)
        #expect(plain.dropLast().unicodeScalars.allSatisfy { LogEscaping.isPrintable($0) })
        #expect(plain.contains(#""GET /\x1b[2J\"\\\r\n\x85\u{202e}\u{2028}\x00 é漢\u{10ffff} HTTP/1.1""#))
        #expect(plain.contains(#" a\x20b\"\n "#) && plain.contains(#" x\x20y.wasm "#))
        let json = try line(entry, .json)
        #expect(json.dropLast().unicodeScalars.allSatisfy { LogEscaping.isPrintable($0) })
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["target"] as? String == text)
        #expect(object["user"] as? String == "a b\"\n")
    }

    @Test("T30: a long target is cut, in the midst of a character too, and bytes that are no UTF-8 are replaced")
    func cut() throws {
        for format in LogFormat.allCases {
            var entry = entry()
            entry.target = "/" + String(repeating: "é", count: 10_000)
            let long = try line(entry, format)
            #expect(long.utf8.count < AccessEntry.maximumTarget + 400 && long.contains("…"))
            var bytes: [UInt8] = []
            LineText.appendEscaped([0x41, 0xFF, 0xC3], as: format, to: &bytes)
            #expect(String(validating: bytes, as: UTF8.self) == "A\u{fffd}\u{fffd}")
        }
    }

    @Test("a line of the server's own log is an object, whose fields nothing else passes for")
    func serverLog() throws {
        let line = JSONLogHandler.line(
            "info", "a \"b\"\n", ["request": "x\u{1b}", "level": "forged", "a\"": "1"], at: 1_795_000_000_000_000_000)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: String])
        #expect(
            object == [
                "time": "2026-11-18T11:06:40.000Z", "level": "info", "message": "a \"b\"\n", "request": "x\u{1b}",
                "a\"": "1",
            ])
        #expect(line.dropLast().allSatisfy { $0 >= 0x20 } && line.last == UInt8(ascii: "\n"))
    }

    @Test("of JSON is the same whether it is put together beside the log or in it, whatever is in the fields")
    func plainMembers() throws {
        let hostile = [
            "", "plain", "\"", "\\", "a\"b\\c", "\n", "\r\n{}", "\u{0}", "\u{1B}[31m", "\u{7F}", "é", "\u{2028}", "~ !",
            String(repeating: "a", count: 500), String(repeating: "b", count: 3000),
        ]
        for text in hostile {
            for field in [\AccessEntry.id, \.client, \.site, \.target, \.version, \.function] {
                var entry = entry()
                entry[keyPath: field] = text
                let whole = try line(entry, .json)
                let (isPlain, apart) = entry.withPlainMembers(.json) { members -> (Bool, [UInt8]) in
                    var bytes: [UInt8] = []
                    var stamp = TimeStamp()
                    entry.write(.json, members, &stamp, to: &bytes)
                    return (members != nil, bytes)
                }
                #expect(String(decoding: apart, as: UTF8.self) == whole)
                #expect(
                    isPlain
                        == (text.utf8.count < 600
                            && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }))
            }
        }
        #expect(entry().withPlainMembers(.text) { $0 == nil })
    }

    @Test("numbers are as they are written elsewhere")
    func numbers() {
        for number in [-5, 0, 7, 9, 10, 99, 100, 12_345, .max] {
            for digits in [1, 3, 6] {
                var array: [UInt8] = []
                array.add(number, digits: digits)
                withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { room in
                    var line = PlainLine(in: room)
                    line.add(number, digits: digits)
                    #expect(line.isSound && line.bytes.elementsEqual(array))
                }
                withUnsafeTemporaryAllocation(byteCount: max(1, array.count - 1), alignment: 1) { room in
                    var line = PlainLine(in: room)
                    line.add(number, digits: digits)
                    #expect(!line.isSound || array.count == 1)
                }
            }
        }
    }
}
