import FunctionServer
import NIOHTTP1
import Testing

@Suite("Parts of files")
struct RangeTests {
    static let identity = FileIdentity(
        inode: 7, size: 1000, modified: 784_111_777_500_000_000, changed: 784_111_777_500_000_000)
    static let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    static func answer(
        _ headers: [(String, String)], method: String = "GET", identity: FileIdentity = identity, later: Int64 = 60
    ) -> StaticAnswer {
        StaticAnswer(
            method: method, name: "a.bin", identity: identity, headers: HTTPHeaders(headers),
            now: identity.modified + later * .second)
    }

    static func value(_ name: String, _ answer: StaticAnswer) -> String? {
        answer.headers.first { $0.name == name }?.value
    }

    @Test(
        "one part is sent alone",
        arguments: [
            ("bytes=0-0", 0..<1), ("bytes=0-499", 0..<500), ("bytes=500-", 500..<1000), ("bytes=-1", 999..<1000),
            ("bytes=-5000", 0..<1000), ("bytes=999-2000", 999..<1000), ("BYTES= 1 - 2 ", 1..<3),
            ("bytes=10-99999999999999999999999999", 10..<1000), ("bytes=0-9223372036854775807", 0..<1000),
        ])
    func parts(range: String, bytes: Range<Int>) {
        let answer = Self.answer([("range", range)])
        #expect(answer.status == 206)
        #expect(answer.range == bytes)
        #expect(answer.hasBody)
        #expect(
            Self.value("content-range", answer) == "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/1000")
        #expect(Self.value("etag", answer) != nil)
        #expect(Self.value("content-type", answer) == "application/octet-stream")
    }

    @Test(
        "several parts, and what is no range, are answered with the whole",
        arguments: [
            "bytes=0-1,5-6", "bytes=0-1,", "bytes=5-4", "bytes=a-b", "bytes=-", "bytes=", "bytes", "lines=1-2",
            "bytes=1-2-3", "bytes=+1-2", "bytes=0x1-2", "bytes=--5", "",
        ])
    func whole(range: String) {
        let answer = Self.answer([("range", range)])
        #expect(answer.status == 200)
        #expect(answer.range == 0..<1000)
        #expect(Self.value("accept-ranges", answer) == "bytes")
        #expect(Self.answer([("range", "bytes=0-1"), ("range", "bytes=0-1")]).status == 200)
    }

    @Test("a part that is not there is 416, with the size", arguments: ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
    func unsatisfiable(range: String) {
        let answer = Self.answer([("range", range)])
        #expect(answer.status == 416)
        #expect(!answer.hasBody)
        #expect(answer.range.isEmpty)
        #expect(Self.value("content-range", answer) == "bytes */1000")
        let empty = FileIdentity(inode: 7, size: 0, modified: 1, changed: 1)
        #expect(Self.answer([("range", "bytes=0-")], identity: empty).status == 416)
        #expect(Self.answer([("range", "bytes=-1")], identity: empty).status == 416)
        #expect(Self.answer([], identity: empty).status == 200)
    }

    @Test("methods other than GET have no parts, and known content is none")
    func others() {
        let head = Self.answer([("range", "bytes=0-1")], method: "HEAD")
        #expect(head.status == 200)
        #expect(head.range == 0..<1000)
        #expect(!head.hasBody)
        let tag = StaticAnswer.tag(of: Self.identity)
        #expect(Self.answer([("range", "bytes=0-1"), ("if-none-match", tag)]).status == 304)
    }

    @Test("the rest of something else is not sent: If-Range")
    func ifRange() {
        func status(_ condition: String, later: Int64 = 60) -> Int {
            Self.answer([("range", "bytes=0-1"), ("if-range", condition)], later: later).status
        }
        let tag = StaticAnswer.tag(of: Self.identity)
        #expect(status(tag) == 206)
        #expect(status("W/" + tag) == 200)
        #expect(status("\"other\"") == 200)
        #expect(status(Self.date) == 206)
        #expect(status("Sun, 06 Nov 1994 08:49:38 GMT") == 200)
        #expect(status("nonsense") == 200)
        // It may have changed again within the second.
        #expect(status(Self.date, later: 1) == 200)
        #expect(Self.answer([("range", "bytes=5000-"), ("if-range", "\"other\"")]).status == 200)
    }

    @Test("what is not as it was expected to be is 412: If-Match, If-Unmodified-Since")
    func preconditions() {
        let tag = StaticAnswer.tag(of: Self.identity)
        for headers in [
            [("if-match", tag)], [("if-match", "*")], [("if-match", "\"a\", " + tag)],
            [("if-unmodified-since", Self.date)], [("if-unmodified-since", "nonsense")],
            // The tag decides alone.
            [("if-match", tag), ("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT")],
        ] {
            #expect(Self.answer(headers).status == 200, "\(headers)")
        }
        for headers in [
            [("if-match", "\"other\"")], [("if-match", "W/" + tag)],
            [("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT")],
            [("if-match", "\"other\""), ("if-none-match", tag)],
        ] {
            let answer = Self.answer(headers + [("range", "bytes=0-1")])
            #expect(answer.status == 412, "\(headers)")
            #expect(!answer.hasBody)
        }
    }

    @Test("parts of small and large files arrive", arguments: [1000, 3_000_000])
    func served(size: Int) throws {
        let text = String((0..<size).map { Character(UnicodeScalar(UInt8(97 + $0 % 23))) })
        let server = try TestServer(["file.txt": text])
        let client = try server.connect()
        func get(_ headers: String, method: String = "GET") throws -> RawResponse {
            try client.send("\(method) /file.txt HTTP/1.1\r\nHost: test\r\n\(headers)\r\n")
            return try client.response(to: method)
        }
        let part = try get("Range: bytes=5-\(size - 10)\r\n")
        #expect(part.status == 206)
        #expect(part["content-length"] == String(size - 14))
        #expect(part["content-range"] == "bytes 5-\(size - 10)/\(size)")
        #expect(part.body == String(text.dropFirst(5).dropLast(9)))
        let end = try get("Range: bytes=-3\r\n")
        #expect(end.body == String(text.suffix(3)))
        let none = try get("Range: bytes=\(size)-\r\n")
        #expect(none.status == 416)
        #expect(none["content-range"] == "bytes */\(size)")
        #expect(none["content-length"] == "0")
        #expect(try get("Range: bytes=0-1\r\n", method: "HEAD")["content-length"] == String(size))
        #expect(try get("If-Match: \"other\"\r\n").status == 412)
        let whole = try get("Range: bytes=0-1,3-4\r\n")
        #expect(whole.status == 200)
        #expect(whole.body == text)
    }
}
