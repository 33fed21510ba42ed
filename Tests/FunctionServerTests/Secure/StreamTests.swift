import Glibc
import Synchronization
import Testing

@testable import FunctionServer

@Suite("Streams of HTTP/2")
struct StreamTests {
    @Test("many requests share a connection, each with its answer")
    func concurrent() throws {
        let server = try SecureServer(["f.wasm": "echo", "slow.wasm": "slow 50000", "file.txt": "text"])
        let client = try FrameClient(port: server.port)
        for stream in 0..<UInt32(60) {
            let path = ["/f.wasm/\(stream)", "/slow.wasm", "/file.txt"][Int(stream % 3)]
            try client.headers(stream * 2 + 1, FrameClient.request(path))
        }
        for stream in 0..<UInt32(60) {
            let answer = client.response(stream * 2 + 1)
            let wanted = ["GET /f.wasm/\(stream) [/\(stream)] [] ", "slept", "text"][Int(stream % 3)]
            #expect(answer.status == 200)
            #expect(answer.text == wanted)
            #expect(answer["connection"] == nil)
            #expect(answer.reset == nil)
        }
        #expect(server.server.server.openConnections == 1)
        #expect(eventually { server.server.server.requestsUnderWay == 0 })
    }

    @Test("the answers of HEAD, of errors, and without body, end as they should")
    func kinds() throws {
        let server = try SecureServer([
            "f.wasm": "say hello", "none.wasm": "status 204", "trap.wasm": "fail trap", "file.txt": "text",
            "h.wasm": "headers X-A=1|Connection=x|Set-Cookie=a|Set-Cookie=b",
        ])
        let client = try FrameClient(port: server.port)
        let head = try client.get(1, FrameClient.request("/f.wasm", method: "HEAD"))
        #expect((head.status, head.text, head["content-length"]) == (200, "", "5"))
        #expect(try client.get(3, FrameClient.request("/none.wasm")).status == 204)
        #expect(try client.get(5, FrameClient.request("/trap.wasm")).status == 500)
        #expect(try client.get(7, FrameClient.request("/missing.wasm")).status == 404)
        #expect(try client.get(9, FrameClient.request("/file.txt", method: "POST")).status == 405)
        let fields = try client.get(11, FrameClient.request("/h.wasm"))
        #expect(fields["x-a"] == "1")
        #expect(fields["connection"] == nil)
        #expect(fields.headers.filter { $0.name == "set-cookie" }.map(\.value) == ["a", "b"])
        #expect(try client.get(13, FrameClient.request("/f.wasm", method: "CONNECT")).status == 0)
        #expect(try client.get(15, FrameClient.request("*", method: "OPTIONS")).status == 400)
        #expect(try client.get(17, FrameClient.request("/f.wasm", [("expect", "nothing")])).status == 417)
    }

    @Test("T24: what must not be in a header ends the stream, or is 400, and the connection goes on")
    func malformed() throws {
        let server = try SecureServer(["f.wasm": "echo"])
        let client = try FrameClient(port: server.port)
        let usual = FrameClient.request("/f.wasm")
        func changed(_ name: String, _ value: String) -> [(String, String)] {
            usual.map { $0.0 == name ? (name, value) : $0 }
        }
        var blocks: [[(String, String)]] = []
        for bytes in ["\r\n", "\n", "\r", "\0", " HTTP/1.1\r\nHost: other\r\n\r\n", " ", "\t", "\u{7F}"] {
            blocks.append(changed(":path", "/f.wasm" + bytes))
            blocks.append(changed(":authority", "example.com" + bytes))
            blocks.append(changed(":method", "GET" + bytes))
        }
        for bytes in ["\r\n", "\n", "\r", "\0", "\r\nTransfer-Encoding: chunked", "\u{7F}", "\u{1}"] {
            blocks.append(usual + [("x-a", "1\(bytes)2")])
        }
        for (name, value) in [
            ("x a", "1"), ("x-a:", "1"), ("x\r\ny", "1"), ("connection", "close"),
            ("keep-alive", "1"), ("proxy-connection", "x"), ("transfer-encoding", "chunked"), ("upgrade", "h2c"),
            ("te", "gzip"), (":path", "/other"), (":status", "200"), (":unknown", "x"), ("x-a", " 1"), ("x-a", "1 "),
            ("content-length", "-1"), ("content-length", "+5"), ("content-length", "5"), ("host", "other.com"),
        ] {
            blocks.append(usual + [(name, value)])
        }
        blocks.append(usual + [("content-length", "0"), ("content-length", "0")])
        blocks.append([("x-a", "1")] + usual)
        blocks.append(usual.filter { $0.0 != ":method" })
        blocks.append(usual.filter { $0.0 != ":path" })
        blocks.append(usual.filter { $0.0 != ":scheme" })
        blocks.append(usual.filter { $0.0 != ":authority" })
        blocks.append(changed(":path", ""))
        blocks.append(changed(":path", "f.wasm"))
        blocks.append(changed(":authority", "user@example.com"))
        var stream: UInt32 = 1
        for block in blocks {
            let answer = try client.get(stream, block)
            #expect(answer.goneAway == nil, "\(block)")
            #expect(answer.reset == 1 || (400...431).contains(answer.status), "\(block) \(answer)")
            stream += 2
        }
        // Letters that the encoder would make small: a name and a value as they are.
        let capital: [UInt8] = [0, 3, 0x58, 0x2D, 0x41, 1, 0x31]
        try client.send(FrameClient.Frame.headers, 5, stream, try client.block(usual) + capital)
        #expect(client.response(stream).reset == 1)
        stream += 2
        #expect(try client.get(stream, usual + [("te", "trailers")]).status == 200)
        let host = try client.get(stream + 2, usual + [("host", "Example.com")])
        #expect(host.status == 200)
        let only = usual.filter { $0.0 != ":authority" } + [("host", "example.com")]
        #expect(try client.get(stream + 4, only).status == 200)
    }

    @Test("T24: cookies in pieces are one field, and no field becomes another")
    func cookies() throws {
        let server = try SecureServer(["env.wasm": "environment"])
        let client = try FrameClient(port: server.port)
        let fields = [("cookie", "a=1"), ("x-a", "1"), ("cookie", "b=2"), ("proxy", "evil"), ("x-a", "2")]
        let lines = try client.get(1, FrameClient.request("/env.wasm", fields)).text.split(separator: "\n")
        #expect(lines.contains("HTTP_COOKIE=a=1; b=2"))
        #expect(lines.contains("HTTP_X_A=1, 2"))
        #expect(lines.contains("HTTP_HOST=example.com"))
        #expect(!lines.contains { $0.hasPrefix("HTTP_PROXY") || $0.hasPrefix("HTTP_TRANSFER") })
    }

    @Test("a body that is longer or shorter than it says ends the stream; one that is too large is 413")
    func bodies() throws {
        let server = try SecureServer(["f.wasm": "echo", "cat.wasm": "cat"]) { $0.maximumBody = 1000 }
        let client = try FrameClient(port: server.port)
        let sized = FrameClient.request("/f.wasm", method: "POST", [("content-length", "4")])
        for (stream, body) in [(UInt32(1), "12345"), (3, "123")] {
            try client.headers(stream, sized, ends: false)
            try client.data(stream, Array(body.utf8))
            #expect(client.response(stream).reset == 1)
        }
        try client.headers(5, sized, ends: false)
        try client.data(5, Array("1234".utf8))
        #expect(client.response(5).text == "POST /f.wasm [] [] 1234")
        let open = FrameClient.request("/f.wasm", method: "POST")
        try client.headers(7, open, ends: false)
        try client.data(7, [UInt8](repeating: 65, count: 1001), ends: false)
        #expect(client.response(7).status == 413)
        let declared = FrameClient.request("/f.wasm", method: "POST", [("content-length", "1001")])
        try client.headers(9, declared, ends: false)
        #expect(client.response(9).status == 413)
        // Trailers end a request too.
        try client.headers(11, open, ends: false)
        try client.data(11, [65], ends: false)
        try client.headers(11, [("x-trailer", "1")])
        #expect(client.response(11).text == "POST /f.wasm [] [] A")
        try client.headers(
            13, FrameClient.request("/cat.wasm", method: "POST", [("expect", "100-continue")]), ends: false)
        try client.data(13, [65, 66])
        #expect(client.response(13).text == "AB")
    }

    @Test("a client that opens no windows holds up its own answers, and no others")
    func backPressure() throws {
        let server = try SecureServer(["flood.wasm": "flood 300000000", "f.wasm": "say hello"])
        let client = try FrameClient(port: server.port)
        client.opensWindows = false
        try client.headers(1, FrameClient.request("/flood.wasm"))
        var received = 0
        while received < 65_535, let count = client.step(1) { received = count }
        #expect(received == 65_535)
        // What it has made meanwhile is not more than may wait, however long one waits.
        usleep(300_000)
        let made = flooded.withLock { $0 }
        #expect(made < 4 << 20, "\(made)")
        let other = try FrameClient(port: server.port)
        #expect(try other.get(1, FrameClient.request("/f.wasm")).text == "hello")
        // Another stream of the same connection waits for the connection's window alone: its header comes.
        try client.headers(3, FrameClient.request("/f.wasm", method: "HEAD"))
        #expect(client.response(3).status == 200)
        try client.send(FrameClient.Frame.reset, 0, 1, FrameClient.bytes(UInt32(8)))
        #expect(eventually { server.server.server.requestsUnderWay == 0 })
    }

    @Test("T23: a slow body is 408, a reader of nothing is cut off, an idle connection ends")
    func slow() throws {
        let server = try SecureServer(["f.wasm": "echo", "large.wasm": "large 1000000"]) {
            $0.grace = 200 * .millisecond
            $0.minimumRate = 1 << 20
            $0.idleTimeout = 400 * .millisecond
        }
        let client = try FrameClient(port: server.port)
        client.opensWindows = false
        try client.headers(1, FrameClient.request("/f.wasm", method: "POST"), ends: false)
        #expect(client.response(1).status == 408)
        try client.headers(3, FrameClient.request("/large.wasm"))
        #expect(client.response(3).reset != nil)
        #expect(client.waitForEnd() == .max)
        #expect(client.lastStreams == [0x7FFF_FFFF, 3])
        #expect(eventually { server.server.server.openConnections == 0 })
    }

    @Test("shutting down takes no new connections, and lets streams under way end")
    func drain() throws {
        let server = try SecureServer(["slow.wasm": "slow 500000", "f.wasm": "say hello"])
        let client = try FrameClient(port: server.port)
        #expect(try client.get(1, FrameClient.request("/f.wasm")).text == "hello")
        try client.headers(3, FrameClient.request("/slow.wasm"))
        #expect(eventually { server.server.server.requestsUnderWay == 1 })
        server.server.server.shutDown()
        let answer = client.response(3)
        #expect(answer.text == "slept")
        #expect(answer.reset == nil)
        #expect(client.waitForEnd() == .max)
        #expect(client.lastStreams == [0x7FFF_FFFF, 3])
    }
}
