import FunctionServer
import Testing

@Suite("Server")
struct ServerTests {
    @Test("a call gets the request and its response goes out whole")
    func call() throws {
        let server = try TestServer(["hello.wasm": "say hi", "echo.wasm": "echo"])
        let response = try server.get("/hello.wasm")
        #expect(response.status == 200)
        #expect(response.body == "hi")
        #expect(response["content-length"] == "2")
        let echo = try server.get("/echo.wasm/more%20path?a=b", method: "POST", body: "content")
        #expect(echo.body == "POST /echo.wasm/more%20path?a=b [/more path] [a=b] content")
    }

    @Test("a missing function is 404, one that never loaded is 503, and the log has the reason")
    func missingAndBroken() throws {
        let server = try TestServer(["bad.wasm": "nonsense"])
        #expect(try server.get("/none.wasm").status == 404)
        let broken = try server.get("/bad.wasm")
        #expect(broken.status == 503)
        #expect(broken["retry-after"] == "1")
        #expect(!broken.body.contains("no such fake"))
        #expect(server.log.contains("bad.wasm: 0x0: no such fake: nonsense"))
    }

    @Test(
        "a failure shows its kind and nothing of its cause",
        arguments: [("trap", 500), ("deadline", 504), ("output", 502)])
    func failures(kind: String, status: Int) throws {
        let server = try TestServer(["f.wasm": "fail \(kind)"])
        let response = try server.get("/f.wasm")
        #expect(response.status == status)
        #expect(!response.body.contains("secret"))
        #expect(response.headers.allSatisfy { !$0.value.contains("secret") })
        #expect(server.log.contains("f.wasm: secret cause"))
        #expect(server.log.contains("f.wasm: in secret_function"))
        #expect(server.log.contains("f.wasm: before it failed"))
    }

    @Test("connections are kept alive, and requests may follow each other without waiting")
    func keepAlive() throws {
        let server = try TestServer(["echo.wasm": "echo", "cat.wasm": "cat"])
        let client = try server.connect()
        let requests = (0..<50).map { number in
            number % 2 == 0
                ? "GET /echo.wasm?\(number) HTTP/1.1\r\nHost: x\r\n\r\n"
                : "POST /cat.wasm HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n\(10 + number % 10)"
        }
        try client.send(requests.joined())
        for number in 0..<50 {
            let response = try client.response()
            #expect(
                response.body == (number % 2 == 0 ? "GET /echo.wasm?\(number) [] [\(number)] " : "\(10 + number % 10)"))
        }
    }

    @Test("HEAD has the length and no body")
    func headMethod() throws {
        let server = try TestServer(["hello.wasm": "say hello", "cgi.wasm": "cgi Content-Type: a/b\n\nbody"])
        let client = try server.connect()
        try client.send("HEAD /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\nHEAD /cgi.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        try client.send("GET /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.response(to: "HEAD")["content-length"] == "5")
        #expect(try client.response(to: "HEAD").status == 200)
        #expect(try client.response().body == "hello")
    }

    @Test("a client that waits for leave to send its body gets it, or the refusal")
    func expectContinue() throws {
        let server = try TestServer(["echo.wasm": "echo"])
        let client = try server.connect()
        try client.send("POST /echo.wasm HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(try client.head().status == 100)
        try client.send("ab")
        #expect(try client.response().body.hasSuffix(" ab"))
        let other = try server.connect()
        try other.send("POST /no.wasm HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(try other.head().status == 404)
    }

    @Test("a body over the limit is 413, whether its length is said or not")
    func bodyLimit() throws {
        let server = try TestServer(["echo.wasm": "echo", "cat.wasm": "cat"]) { $0.maximumBody = 1000 }
        let long = String(repeating: "x", count: 1001)
        #expect(try server.get("/echo.wasm", method: "POST", body: long).status == 413)
        for path in ["/echo.wasm", "/cat.wasm"] {
            let client = try server.connect()
            try client.send(
                "POST \(path) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n\(long)\r\n0\r\n\r\n")
            #expect(try client.response().status == 413)
        }
    }

    @Test("an early answer reaches a client that is still sending")
    func earlyAnswer() throws {
        let server = try TestServer()
        let client = try server.connect()
        let size = 2 << 20
        try client.send("POST /none.wasm HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(size)\r\n\r\n")
        try client.send([UInt8](repeating: 0, count: size))
        #expect(try client.response().status == 404)
        _ = client.rest()
        #expect(client.isAtEnd)
    }

    @Test("HTTP/1.0 gets no chunks and a connection that ends")
    func oldProtocol() throws {
        let server = try TestServer(["cgi.wasm": "cgi Content-Type: a/b\n\nbody"])
        let client = try server.connect()
        try client.send("GET /cgi.wasm HTTP/1.0\r\n\r\n")
        let response = try client.response()
        #expect(response["transfer-encoding"] == nil)
        #expect(response.body == "body")
        #expect(client.rest().isEmpty)
    }

    @Test(
        "what a command writes behind a status without body does not become the next response",
        arguments: [204, 304])
    func bodilessCommand(status: Int) throws {
        let server = try TestServer([
            "cgi.wasm": "cgi Status: \(status)\n\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged",
            "hello.wasm": "say hi",
        ])
        let client = try server.connect()
        try client.send("GET /cgi.wasm HTTP/1.1\r\nHost: x\r\n\r\nGET /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.response().status == status)
        #expect(try client.response().body == "hi")
    }

    @Test("a command that gives up because its output is refused is 502, and the log has the reason")
    func refusedOutput() throws {
        let server = try TestServer(["cgi.wasm": "strict X-A: b\n\nbody"])
        #expect(try server.get("/cgi.wasm").status == 502)
        #expect(server.log.contains("cgi.wasm: neither Content-Type nor Location"))
        #expect(!server.log.contains("gave up"))
    }

    @Test("a client that offers another protocol is answered, and told that the connection ends")
    func upgradeOffer() throws {
        let server = try TestServer(["hello.wasm": "say hi"])
        let client = try server.connect()
        try client.send("GET /hello.wasm HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        let response = try client.response()
        #expect(response.body == "hi")
        #expect(response["connection"] == "close")
        #expect(client.rest().isEmpty)
        #expect(client.isAtEnd)
    }

    @Test("CONNECT reaches no function")
    func connectMethod() throws {
        let server = try TestServer(["hello.wasm": "say hi"])
        #expect(try server.get("/hello.wasm", method: "CONNECT").status == 405)
    }
}
