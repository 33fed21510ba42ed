import Foundation
import FunctionServer
import Glibc
import Logging
import Testing

@Suite("The access log")
struct AccessLogTests {
    /// A server with an access log in a file.
    private struct Logged {
        let server: TestServer
        let folder: TestFolder

        init(
            _ files: [String: String], format: LogFormat = .json,
            configure: (inout ServerConfiguration) -> Void = { _ in },
            sites: (_ folder: String) -> SiteSources = { _ in SiteSources() }
        ) throws {
            folder = try TestFolder()
            let log = try AccessLog(format: format, path: folder.path + "/log", logger: LogLines().logger())
            server = try TestServer(files, accessLog: log, configure: configure, sites: sites)
        }

        func lines() throws -> [[String: Any]] {
            try text().split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }

        func text() -> String {
            (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? ""
        }
    }

    @Test("has a line for each answer, whoever gave it, with the answer's number and its bytes")
    func answers() throws {
        let logged = try Logged([
            "f.wasm": "say hello", "t.wasm": "fail trap", "page.txt": "text", "c.wasm": "flood 100000",
        ])
        let expected: [(String, String, Int, Int, String?)] = [
            ("GET", "/f.wasm?x=\"1\"", 200, 5, "f.wasm"), ("HEAD", "/f.wasm", 200, 0, "f.wasm"),
            ("POST", "/t.wasm", 500, 26, "t.wasm"), ("GET", "/page.txt", 200, 4, nil), ("GET", "/none", 404, 14, nil),
            ("GET", "/none.wasm", 404, 14, nil), ("GET", "/../x", 400, 16, nil),
            ("GET", "/c.wasm", 200, 100_000, "c.wasm"),
        ]
        var ids: [String?] = []
        for (method, target, _, _, _) in expected {
            ids.append(try logged.server.get(target, method: method)["x-request-id"])
        }
        #expect(eventually { logged.text().count { $0 == "\n" } == expected.count })
        for (line, (number, wanted)) in zip(try logged.lines(), expected.enumerated()) {
            #expect(line["method"] as? String == wanted.0 && line["target"] as? String == wanted.1)
            #expect(line["status"] as? Int == wanted.2 && line["bytes"] as? Int == wanted.3, "\(wanted)")
            #expect(line["function"] as? String == wanted.4)
            #expect(line["id"] as? String == ids[number])
            #expect(line["client"] as? String == "127.0.0.1" && line["protocol"] as? String == "HTTP/1.1")
            #expect(line["site"] == nil && line["user"] == nil)
            #expect(try #require(line["seconds"] as? Double) >= 0)
        }
    }

    @Test("tells of what was no request, of slow ones, of clients that leave, and names the site")
    func others() throws {
        let logged = try Logged(
            ["a.example/slow.wasm": "slow 300000"], configure: { $0.headerTimeout = 100 * .millisecond },
            sites: { SiteSources(parent: $0) })
        func send(_ text: String) throws -> RawClient {
            let client = try logged.server.connect()
            try client.send(text)
            return client
        }
        func waitForLines(_ count: Int) -> Bool { eventually { logged.text().count { $0 == "\n" } == count } }
        _ = try send("nonsense\r\n\r\n").rest()
        #expect(waitForLines(1))
        _ = try send("GET / HTTP/1.1\r\nHost:").rest()
        #expect(waitForLines(2))
        do {
            let leaving = try send("GET /slow.wasm HTTP/1.1\r\nHost: a.example\r\n\r\n")
            #expect(eventually { logged.server.server.requestsUnderWay == 1 })
            withExtendedLifetime(leaving) {}
        }
        #expect(waitForLines(3))
        let lines = try logged.lines()
        #expect(lines.map { $0["status"] as? Int } == [400, 408, 499])
        #expect(lines[0]["method"] == nil && lines[1]["target"] == nil)
        #expect(lines[2]["site"] as? String == "a.example")
        #expect(lines[2]["function"] as? String == "a.example/slow.wasm")
    }

    @Test("T30: requests cannot fake lines of it")
    func hostile() throws {
        let logged = try Logged(["f.wasm": "say hello"], format: .text)
        let client = try logged.server.connect()
        let target = "/f.wasm?\"%0a" + String(repeating: "x", count: 9000)
        try client.send("GET \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        _ = client.rest()
        #expect(eventually { logged.text().hasSuffix("\n") })
        let text = logged.text()
        #expect(text.count { $0 == "\n" } == 1 && text.utf8.count < 2400)
        #expect(text.dropLast().unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        #expect(text.contains(#""GET /f.wasm?\"%0axxx"#))
    }

    @Test("is written behind what its file has, and to the file that has its name when it is told so")
    func reopening() throws {
        let logged = try Logged(["f.wasm": "say hello"])
        #expect(try logged.server.get("/f.wasm").status == 200)
        #expect(eventually { logged.text().count { $0 == "\n" } == 1 })
        let path = logged.folder.path
        #expect(rename(path + "/log", path + "/old") == 0)
        logged.server.server.reopenLogs()
        #expect(eventually { access(path + "/log", F_OK) == 0 })
        #expect(try logged.server.get("/f.wasm").status == 200)
        #expect(eventually { logged.text().count { $0 == "\n" } == 1 })
        #expect(try String(contentsOfFile: path + "/old", encoding: .utf8).count { $0 == "\n" } == 1)
        let log = LogLines()
        #expect(throws: ServerError.self) {
            try AccessLog(format: .text, path: path + "/none/log", logger: log.logger())
        }
    }

    @Test("T29: a reader that is behind costs lines, which are counted, and holds up nobody")
    func slowReader() throws {
        let folder = try TestFolder()
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let log = LogLines()
        #expect(throws: ServerError.self, "nobody reads it") {
            try AccessLog(format: .json, path: pipe, logger: log.logger())
        }
        let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(reader) }
        let server = try TestServer(
            ["f.wasm": "say hello"],
            accessLog: try AccessLog(
                format: .json, path: pipe, capacity: 200_000, logger: log.logger()))
        let metric = "terrafirma_access_log_dropped_lines_total"
        #expect(try server.admin("/metrics").body.contains("\n\(metric) 0\n"))
        // Each line has a target of two kilobytes: more than the buffers hold.
        let request = "GET /f.wasm?\(String(repeating: "x", count: 4000)) HTTP/1.1\r\nHost: x\r\n\r\n"
        let client = try server.connect()
        for _ in 0..<10 {
            try client.send(String(repeating: request, count: 100))
            for _ in 0..<100 { #expect(try client.response().status == 200) }
        }
        #expect(eventually { (try? server.admin("/metrics").body.contains("\n\(metric) 0\n")) == false })
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let told = eventually {
            while case let count = read(reader, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
            return String(decoding: text, as: UTF8.self).contains("\",\"dropped\":")
        }
        #expect(told)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines.dropLast() {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        }
        #expect(lines.count < 1000)
    }
}
