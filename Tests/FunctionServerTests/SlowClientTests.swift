import FunctionServer
import Glibc
import Synchronization
import Testing

@Suite("Slow clients")
struct SlowClientTests {
    private static func impatient(_ configuration: inout ServerConfiguration) {
        configuration.headerTimeout = 100 * .millisecond
        configuration.idleTimeout = 100 * .millisecond
        configuration.grace = 100 * .millisecond
    }

    @Test("a header that never ends is 408, and the connection is closed (T23)")
    func header() throws {
        let server = try TestServer(configure: Self.impatient)
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost:")
        #expect(try client.response().status == 408)
        #expect(client.rest().isEmpty)
    }

    @Test("a body that never ends is 408, and the connection is closed (T23)", arguments: ["echo", "cat"])
    func body(kind: String) throws {
        let server = try TestServer(["f.wasm": kind], configure: Self.impatient)
        let client = try server.connect()
        try client.send("POST /f.wasm HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx")
        #expect(try client.response().status == 408)
        #expect(client.rest().isEmpty)
    }

    @Test("a connection without request is closed (T23)")
    func idle() throws {
        let server = try TestServer(["hello.wasm": "say hi"], configure: Self.impatient)
        let silent = try server.connect()
        #expect(silent.rest().isEmpty)
        #expect(silent.isAtEnd)
        let kept = try server.connect()
        try kept.send("GET /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try kept.response().body == "hi")
        #expect(kept.rest().isEmpty)
    }

    @Test("a client that does not read is closed (T23)", arguments: ["large 50000000", "flood 50000000"])
    func reader(kind: String) throws {
        let server = try TestServer(["f.wasm": kind], configure: Self.impatient)
        let client = try RawClient(port: server.port, receiveBuffer: 4096)
        try client.send("GET /f.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(eventually { server.server.requestsUnderWay == 0 && server.server.openConnections == 0 })
        // It is the server that closed: the client still holds its end.
        withExtendedLifetime(client) {}
    }

    @Test("no response is made while the client has not taken those before it (T29)")
    func unreadResponses() throws {
        let server = try TestServer(["large.wasm": "counted 16000000"])
        let client = try RawClient(port: server.port, receiveBuffer: 4096)
        let count = 10
        try client.send(String(repeating: "GET /large.wasm HTTP/1.1\r\nHost: x\r\n\r\n", count: count))
        #expect(eventually { counted.withLock { $0 } > 0 })
        usleep(500_000)
        #expect(counted.withLock { $0 } < 3)
        for _ in 0..<count {
            #expect(try client.head().status == 200)
            _ = try client.take(16_000_000)
        }
    }

    @Test("a file that is cut while it is sent ends the connection soon")
    func cutFile() throws {
        let server = try TestServer(["large.bin": String(repeating: "x", count: 20_000_000)]) {
            $0.headerTimeout = 100 * .millisecond
        }
        let client = try RawClient(port: server.port, receiveBuffer: 4096)
        try client.send("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.head()["content-length"] == "20000000")
        try server.folder.write("large.bin", "x")
        let start = ContinuousClock.now
        #expect(client.rest().count < 20_000_000)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("slow senders and readers hold up nobody else (T23)")
    func others() throws {
        let server = try TestServer(["echo.wasm": "echo", "cat.wasm": "cat", "flood.wasm": "flood 100000000"])
        var slow: [RawClient] = []
        for number in 0..<60 {
            let client = try RawClient(port: server.port, receiveBuffer: 4096)
            switch number % 4 {
            case 0: try client.send("GET /echo.wasm HTTP/1.1\r\nHo")
            case 1: try client.send("POST /echo.wasm HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
            case 2: try client.send("POST /cat.wasm HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
            default: try client.send("GET /flood.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
            }
            slow.append(client)
        }
        #expect(try server.get("/echo.wasm").status == 200)
        #expect(try server.get("/cat.wasm", method: "POST", body: "abc").body == "abc")
        withExtendedLifetime(slow) {}
    }

    @Test("a command is held up by a client that does not read, and ends when it leaves (T29)")
    func backPressure() throws {
        let server = try TestServer(["flood.wasm": "flood 1000000000"])
        let client = try RawClient(port: server.port, receiveBuffer: 4096)
        try client.send("GET /flood.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.head().status == 200)
        usleep(200_000)
        // What the sockets and the stream may hold, by far.
        #expect(flooded.withLock { $0 } < 50_000_000)
        withExtendedLifetime(client) {}
    }

    @Test("a body flows through a command both ways at once, more than any buffer holds")
    func stream() throws {
        let server = try TestServer(["cat.wasm": "cat"]) { $0.maximumBody = 100 << 20 }
        let client = try server.connect()
        let chunk = String(repeating: "x", count: 65536)
        try client.send("POST /cat.wasm HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<4 { try client.send("10000\r\n\(chunk)\r\n") }
        // The response has begun before the request has ended.
        #expect(try client.head().status == 200)
        for _ in 0..<20 { try client.send("10000\r\n\(chunk)\r\n") }
        try client.send("0\r\n\r\n")
        var received = 0
        while received < 24 * 65536 {
            let line = try client.take(1)
            received += line[0] == UInt8(ascii: "x") ? 1 : 0
        }
        #expect(received == 24 * 65536)
    }
}
