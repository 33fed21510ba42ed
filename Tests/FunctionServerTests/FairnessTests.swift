import FunctionServer
import Glibc
import Synchronization
import Testing

@Suite("Workers and draining")
struct FairnessTests {
    @Test("a function that hangs leaves threads for the others")
    func hanging() throws {
        let server = try TestServer(["slow.wasm": "slow 1000000", "fast.wasm": "say fast"]) {
            $0.drainTimeout = 100 * .millisecond
        }
        var waiting: [RawClient] = []
        for _ in 0..<20 {
            let client = try server.connect()
            try client.send("GET /slow.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
            waiting.append(client)
        }
        #expect(eventually { server.server.requestsUnderWay == 20 })
        for _ in 0..<20 { #expect(try server.get("/fast.wasm").body == "fast") }
        #expect(server.server.requestsUnderWay == 20)
        withExtendedLifetime(waiting) {}
    }

    @Test("more requests than may wait are told to come back")
    func fullQueue() throws {
        let server = try TestServer(["slow.wasm": "slow 1000000"]) { $0.queue = 2 }
        var waiting: [RawClient] = []
        for _ in 0..<20 {
            let client = try server.connect()
            try client.send("GET /slow.wasm HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            waiting.append(client)
        }
        let statuses = try waiting.map { try $0.response().status }
        #expect(statuses.contains(503))
        #expect(statuses.contains(200))
        #expect(statuses.allSatisfy { $0 == 503 || $0 == 200 })
    }

    @Test("shutting down lets requests end, closes idle connections, accepts no others (T35)")
    func drain() throws {
        let server = try TestServer(["slow.wasm": "slow 300000", "hello.wasm": "say hi"])
        let idle = try server.connect()
        try idle.send("GET /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try idle.response().body == "hi")
        let busy = try (0..<3).map { _ in
            let client = try server.connect()
            try client.send("GET /slow.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
            return client
        }
        #expect(eventually { server.server.requestsUnderWay == 3 })
        let half = try server.connect()
        try half.send("GET /hello.wasm HTTP/1.1\r\nHo")
        #expect(eventually { server.server.openConnections == 5 })
        server.server.shutDown()
        for client in busy {
            let response = try client.response()
            #expect(response.status == 200)
            #expect(response["connection"] == "close")
        }
        #expect(idle.rest().isEmpty)
        #expect(throws: (any Error).self) { try server.connect() }
    }

    @Test("a request that crosses the shutdown on an idle connection is answered")
    func crossingRequest() throws {
        let server = try TestServer(["hello.wasm": "say hi"])
        let client = try server.connect()
        try client.send("GET /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.response().body == "hi")
        let running = server.server
        let end = Thread { running.shutDown() }
        #expect(eventually { (try? server.connect()) == nil })
        try client.send("GET /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        let response = try client.response()
        #expect(response.body == "hi")
        #expect(response["connection"] == "close")
        end.join()
    }

    @Test("shutting down lets a response be read to its end")
    func unreadResponse() throws {
        let server = try TestServer(["large.wasm": "large 20000000"])
        let client = try RawClient(port: server.port, receiveBuffer: 4096)
        try client.send("GET /large.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.head().status == 200)
        #expect(eventually { server.server.requestsUnderWay == 0 })
        let running = server.server
        let end = Thread { running.shutDown() }
        #expect(eventually { (try? server.connect()) == nil })
        usleep(200_000)
        #expect(client.rest().count == 20_000_000)
        end.join()
    }

    @Test("shutting down does not wait for ever")
    func boundedDrain() throws {
        let server = try TestServer(["slow.wasm": "slow 1500000"]) { $0.drainTimeout = 50 * .millisecond }
        let client = try server.connect()
        try client.send("GET /slow.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(eventually { server.server.requestsUnderWay == 1 })
        server.server.shutDown()
        #expect(client.rest().isEmpty)
        #expect(server.log.contains("closing 1 connections"))
    }

    @Test("connections over the limit are closed, and there is room again when others go")
    func connectionLimit() throws {
        let server = try TestServer(["hello.wasm": "say hi"]) { $0.maximumConnections = 3 }
        var held: [RawClient] = try (0..<3).map { _ in try server.connect() }
        for client in held {
            try client.send("GET /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.response().body == "hi")
        }
        let extra = try server.connect()
        #expect(extra.rest().isEmpty)
        held = []
        #expect(eventually { (try? server.get("/hello.wasm").body) == "hi" })
    }
}

@Suite("Static files")
struct StaticFileTests {
    @Test("files have type, length, tag and date; folders their index")
    func files() throws {
        let server = try TestServer([
            "a.html": "<p>", "index.html": "root", "sub/index.html": "inner",
            "large.bin": String(repeating: "x", count: 1_000_000),
        ])
        let page = try server.get("/a.html?x")
        #expect(page.status == 200)
        #expect(page["content-type"] == "text/html; charset=utf-8")
        #expect(page["content-length"] == "3")
        #expect(page.body == "<p>")
        #expect(try server.get("/").body == "root")
        #expect(try server.get("/sub/").body == "inner")
        let moved = try server.get("/sub")
        #expect(moved.status == 301)
        #expect(moved["location"] == "/sub/")
        #expect(try server.get("/large.bin").body.utf8.count == 1_000_000)
        let tag = try #require(page["etag"])
        #expect(try server.get("/a.html", headers: "If-None-Match: \(tag)\r\n").status == 304)
        try server.folder.write("a.html", "<p>longer")
        #expect(try server.get("/a.html", headers: "If-None-Match: \(tag)\r\n").body == "<p>longer")
        let head = try server.get("/large.bin", method: "HEAD")
        #expect(head["content-length"] == "1000000")
        #expect(try server.get("/a.html", method: "POST").status == 405)
    }

    @Test("large files follow each other on one connection")
    func pipelined() throws {
        let server = try TestServer(["large.bin": String(repeating: "x", count: 500_000), "hello.wasm": "say hi"])
        let client = try server.connect()
        for _ in 0..<3 {
            try client.send("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\nGET /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.response().body.utf8.count == 500_000)
            #expect(try client.response().body == "hi")
        }
    }
}
