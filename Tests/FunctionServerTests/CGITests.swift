import FunctionServer
import NIOHTTP1
import Testing

@Suite("CGI output")
struct CGIOutputTests {
    /// Feeds the text in pieces of each size; all must give the same.
    private func parse(_ text: String) throws -> (head: CGIOutput.Head, body: String) {
        var results: [(CGIOutput.Head, String)] = []
        for size in [1, 2, 3, 7, 4096] {
            var output = CGIOutput()
            var body: [UInt8] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let piece = rest.prefix(size)
                body += piece.dropFirst(try output.take(piece))
                rest = rest.dropFirst(size)
            }
            try output.finish()
            results.append((try #require(output.head), String(decoding: body, as: UTF8.self)))
        }
        for result in results {
            #expect(result.1 == results[0].1)
            #expect(result.0.status == results[0].0.status)
            #expect(result.0.headers.map { "\($0)" } == results[0].0.headers.map { "\($0)" })
        }
        return results[0]
    }

    @Test("lines end in LF or CRLF, also both, and the body is left alone", arguments: ["\n", "\r\n"])
    func lineEnds(end: String) throws {
        let (head, body) = try parse("Content-Type: text/plain\(end)X-A:  b \n\(end)body\r\n\n\0")
        #expect(head.status == 200)
        #expect(head.headers.map(\.name) == ["Content-Type", "X-A"])
        #expect(head.headers.map(\.value) == ["text/plain", "b"])
        #expect(body == "body\r\n\n\0")
    }

    @Test("Status sets the status, Location alone means 302")
    func status() throws {
        #expect(try parse("Status: 404 Not Found\nContent-Type: a/b\n\n").head.status == 404)
        #expect(try parse("status: 201\nContent-Type: a/b\n\n").head.status == 201)
        #expect(try parse("Location: /x\n\n").head.status == 302)
        #expect(try parse("Location: /x\nStatus: 301\n\n").head.status == 301)
        #expect(try parse("Status: 204\n\n").head.status == 204)
    }

    @Test("repeated fields are kept, those of the connection are dropped")
    func fields() throws {
        let text =
            "Content-Type: a/b\nSet-Cookie: a\nSet-Cookie: b\nContent-Length: 5\nTransfer-Encoding: chunked\nConnection: x\n\n"
        #expect(try parse(text).head.headers.map(\.name) == ["Content-Type", "Set-Cookie", "Set-Cookie"])
    }

    @Test(
        "output that is no response is bad",
        arguments: [
            "", "\n", "x", "Content-Type: a/b", "Content-Type: a/b\n", "no colon\n\n", ": v\n\n", "X-A: b\n\n",
            "Content-Type: a/b\nBad Name: x\n\n", "Content-Type: a/b\nX: a\u{0}b\n\n", "Content-Type: a/b\n folded\n\n",
            "Content-Type: a/b\nX: a\rb\n\n", "Status: 200\nStatus: 200\nContent-Type: a/b\n\n",
            "Status: 99\nContent-Type: a/b\n\n", "Status: 999\nContent-Type: a/b\n\n",
            "Status: abc\nContent-Type: a/b\n\n",
            "Status: 101\nContent-Type: a/b\n\n", "Status: 2000\nContent-Type: a/b\n\n",
            "Status:\nContent-Type: a/b\n\n",
            "Content-Type : a/b\n\n", "Content-Type:\n\n", "Location:\n\n", "Content-Type: a/b\ncontent-type: a/c\n\n",
            "Location: /a\nLocation: /b\n\n",
        ])
    func bad(text: String) {
        #expect(throws: FunctionFailure.self) { try parse(text) }
    }

    @Test("a header without end is bad, however long it grows")
    func bounded() {
        #expect(throws: FunctionFailure.self) { try parse(String(repeating: "x", count: 100_000)) }
        #expect(throws: FunctionFailure.self) { try parse(String(repeating: "X-A: b\n", count: 300)) }
    }
}

@Suite("CGI environment")
struct CGIEnvironmentTests {
    private func request(_ target: String, headers: [(String, String)], body: Int? = nil) throws -> FunctionRequest {
        let target = try RequestTarget(parsing: target)
        guard case .function(_, let pathInfo) = target.place else { throw TestFailure("no function") }
        return FunctionRequest(
            method: "POST", target: target, pathInfo: pathInfo, headers: HTTPHeaders(headers),
            remoteAddress: "192.0.2.1",
            port: 8080, bodyLength: body)
    }

    private func variables(_ target: String, headers: [(String, String)], body: Int? = nil) throws -> [String: String] {
        var variables: [String: String] = [:]
        for variable in CGIEnvironment.variables(of: try request(target, headers: headers, body: body)) {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            #expect(variables.updateValue(parts[1], forKey: parts[0]) == nil, "twice: \(parts[0])")
        }
        return variables
    }

    @Test("the variables of RFC 3875 are there")
    func standard() throws {
        let variables = try variables(
            "/a/f.wasm/x%20y?q=1&r", headers: [("Host", "Example.com:81"), ("Content-Type", "a/b")], body: 5)
        #expect(variables["REQUEST_METHOD"] == "POST")
        #expect(variables["SCRIPT_NAME"] == "/a/f.wasm")
        #expect(variables["PATH_INFO"] == "/x y")
        #expect(variables["X_RAW_PATH_INFO"] == "/x%20y")
        #expect(variables["QUERY_STRING"] == "q=1&r")
        #expect(variables["CONTENT_LENGTH"] == "5")
        #expect(variables["CONTENT_TYPE"] == "a/b")
        #expect(variables["SERVER_NAME"] == "Example.com")
        #expect(variables["REMOTE_ADDR"] == "192.0.2.1")
        #expect(variables["GATEWAY_INTERFACE"] == "CGI/1.1")
        #expect(variables["X_FULL_URL"] == "http://Example.com:81/a/f.wasm/x%20y?q=1&r")
        #expect(variables["HTTP_CONTENT_TYPE"] == nil)
    }

    @Test("no request header becomes a variable that means something else")
    func collisions() throws {
        let variables = try variables(
            "/f.wasm",
            headers: [
                ("Host", "h"), ("Proxy", "http://evil"), ("PROXY", "http://evil"), ("X_Foo", "underscore"),
                ("X-Foo", "hyphen"), ("Content_Length", "9"), ("X-Full-Url", "forged"), ("Authorization", "secret"),
                ("Connection", "close"), ("X.Foo", "dot"),
            ])
        #expect(variables["HTTP_PROXY"] == nil)
        #expect(variables["HTTP_X_FOO"] == "hyphen")
        #expect(variables["CONTENT_LENGTH"] == nil)
        #expect(variables["HTTP_CONTENT_LENGTH"] == nil)
        #expect(variables["X_FULL_URL"] == "http://h/f.wasm")
        #expect(variables["HTTP_X_FULL_URL"] == "forged")
        #expect(variables["HTTP_AUTHORIZATION"] == nil)
        #expect(variables["HTTP_CONNECTION"] == nil)
        #expect(!variables.keys.contains { $0.contains(".") })
    }

    @Test("repeated headers are joined")
    func repeated() throws {
        let variables = try variables(
            "/f.wasm", headers: [("Host", "h"), ("X-A", "1"), ("Cookie", "a=1"), ("x-a", "2"), ("Cookie", "b=2")])
        #expect(variables["HTTP_X_A"] == "1, 2")
        #expect(variables["HTTP_COOKIE"] == "a=1; b=2")
    }

    @Test("variables of a body are there with a body, HTTPS with TLS, and none tells of the server's files")
    func entity() throws {
        let bare = try variables("/a%20b.wasm/x", headers: [("Host", "h")], body: 0)
        #expect(bare["CONTENT_LENGTH"] == nil && bare["CONTENT_TYPE"] == nil && bare["HTTPS"] == nil)
        #expect(bare["PATH_TRANSLATED"] == nil && bare["AUTH_TYPE"] == nil && bare["REMOTE_USER"] == nil)
        #expect(bare["SCRIPT_NAME"] == "/a b.wasm" && bare["X_FULL_URL"] == "http://h/a%20b.wasm/x")
        let unknown = try variables("/f.wasm", headers: [("Host", "h"), ("Content-Type", "a/b")])
        #expect(unknown["CONTENT_LENGTH"] == nil && unknown["CONTENT_TYPE"] == "a/b")
        let twice = try variables("/f.wasm", headers: [("Content-Type", "a/b"), ("content-type", "a/c")], body: 1)
        #expect(twice["CONTENT_TYPE"] == nil && twice["CONTENT_LENGTH"] == "1")
        var request = try request("/f.wasm", headers: [("Host", "[::1]:8443")])
        request.scheme = "https"
        let secure = CGIEnvironment.variables(of: request)
        #expect(secure.contains("HTTPS=on") && secure.contains("SERVER_NAME=[::1]"))
        #expect(secure.contains("X_FULL_URL=https://[::1]:8443/f.wasm"))
    }

    @Test("T26: a query's parameter is never taken for a program's flag")
    func flags() throws {
        let request = try request("/f.wasm?-d+allow_url_include%3d1&--help&a=-1&-&%2dx", headers: [])
        #expect(CGIEnvironment.arguments(of: request) == ["/f.wasm", "a=-1", "%2dx"])
        #expect(
            CGIEnvironment.variables(of: request).contains("QUERY_STRING=-d+allow_url_include%3d1&--help&a=-1&-&%2dx"))
    }

    @Test("arguments are the script and the query's parameters")
    func arguments() throws {
        #expect(CGIEnvironment.arguments(of: try request("/f.wasm?a=1&b", headers: [])) == ["/f.wasm", "a=1", "b"])
        #expect(CGIEnvironment.arguments(of: try request("/f.wasm", headers: [])) == ["/f.wasm"])
    }
}
