import FunctionServer
import Glibc
import Testing

@Suite("Hostile connections")
struct HostileConnectionTests {
    @Test("T23: bytes around chunks that are no body come to an end", arguments: ["echo", "cat"])
    func extensions(kind: String) throws {
        let server = try TestServer(["f.wasm": kind])
        for piece in [String(repeating: "x", count: 65536), "1;x=\(String(repeating: "y", count: 4000))\r\nb\r\n"] {
            let client = try server.connect()
            try client.send("POST /f.wasm HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            if piece.hasPrefix("x") { try client.send("5;") }
            var sent = 0
            while sent < 64 << 20, (try? client.send(piece)) != nil { sent += piece.utf8.count }
            #expect(sent < 64 << 20, "the server went on reading")
        }
        #expect(eventually { server.server.requestsUnderWay == 0 })
        #expect(try server.get("/f.wasm", method: "POST", body: "x").status == 200)
    }

    @Test("T23: trailers are limited as headers are")
    func trailers() throws {
        let server = try TestServer(["echo.wasm": "echo"])
        for trailer in [
            String(repeating: "X: y\r\n", count: 10_000), "X: \(String(repeating: "y", count: 100_000))\r\n",
        ] {
            let client = try server.connect()
            try client.send("POST /echo.wasm HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
            try? client.send(trailer + "\r\n")
            #expect(!String(decoding: client.rest(), as: UTF8.self).contains("HTTP/1.1 200"))
        }
    }

    @Test("T23: many small chunks are a body as any other")
    func smallChunks() throws {
        let server = try TestServer(["echo.wasm": "echo"])
        let client = try server.connect()
        try client.send("POST /echo.wasm HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<200 { try client.send(String(repeating: "1\r\nx\r\n", count: 500)) }
        try client.send("0\r\n\r\n")
        #expect(try client.response().body.utf8.count > 100_000)
    }

    @Test(
        "T23: an answer that comes before the request's end reaches a client that goes on sending, without a reset",
        arguments: [("/none.wasm", 404), ("/page.txt", 405), ("/echo.wasm", 413), ("/../x", 400)])
    func earlyAnswers(target: String, status: Int) throws {
        let server = try TestServer(["echo.wasm": "echo", "page.txt": "x"]) {
            if status == 413 { $0.maximumBody = 1000 }
            $0.linger = 20 * .second
        }
        let client = try server.connect()
        let length = 2_000_000
        try client.send("POST \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n")
        // The answer is there, and most of the body still to be sent.
        #expect(try client.head().status == status)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 50_000)
        for _ in 0..<(length / piece.count) { try client.send(piece) }
        _ = client.rest()
        #expect(client.isAtEnd && !client.wasReset)
    }

    @Test("T23: clients that leave in the midst of whatever leave nothing behind")
    func earlyClose() throws {
        let server = try TestServer(["echo.wasm": "echo", "cat.wasm": "cat", "flood.wasm": "flood 10000000"])
        for text in [
            "", "G", "GET /echo.wasm HTTP/1.1\r\nHo",
            "POST /echo.wasm HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
            "POST /cat.wasm HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n"
                + String(repeating: "x", count: 200_000),
            "POST /cat.wasm HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
            "GET /flood.wasm HTTP/1.1\r\nHost: x\r\n\r\n",
            String(repeating: "GET /echo.wasm HTTP/1.1\r\nHost: x\r\n\r\n", count: 50),
        ] {
            for _ in 0..<5 {
                let client = try server.connect()
                try client.send(text)
            }
        }
        #expect(eventually { server.server.openConnections == 0 && server.server.requestsUnderWay == 0 })
        #expect(try server.get("/echo.wasm").status == 200)
    }

    @Test("T23: bodies that are on their way are bounded for all connections together")
    func bodiesOfAll() throws {
        let server = try TestServer(["echo.wasm": "echo"]) { $0.keptBodies = 10_000 }
        let clients = try (0..<2).map { _ in
            let client = try server.connect()
            try client.send("POST /echo.wasm HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n")
            try client.send(String(repeating: "a", count: 6000))
            return client
        }
        // One of them has no room, whichever; it is told at once, and what it sent counts no more.
        #expect(eventually { server.server.keptBodies == 6000 })
        for client in clients { try? client.send(String(repeating: "a", count: 3000)) }
        #expect(try clients.map { try $0.response().status }.sorted() == [200, 503])
        #expect(eventually { server.server.keptBodies == 0 })
    }
}
