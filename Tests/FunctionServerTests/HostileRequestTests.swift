import FunctionServer
import Glibc
import Testing

@Suite("Hostile requests")
struct HostileRequestTests {
    @Test("no path leads out of the folder, nor to what is no file (T18)")
    func paths() throws {
        let outside = try TestFolder(["secret.wasm": "say secret", "secret.txt": "secret"])
        let server = try TestServer([
            "in/real.wasm": "say inside", "a.txt": "text", "dir.wasm/x.txt": "x", ".hidden": "h",
        ])
        let root = server.folder.path
        symlink("\(outside.path)/secret.wasm", "\(root)/link.wasm")
        symlink("\(outside.path)/secret.txt", "\(root)/link.txt")
        symlink(outside.path, "\(root)/out")
        symlink("/proc/self/environ", "\(root)/environ.txt")
        symlink("in/real.wasm", "\(root)/alias.wasm")
        mkfifo("\(root)/pipe.wasm", 0o644)
        mkfifo("\(root)/pipe.txt", 0o644)
        let paths = [
            "/link.wasm", "/link.txt", "/out/secret.wasm", "/out/secret.txt", "/environ.txt", "/pipe.wasm", "/pipe.txt",
            "/dir.wasm", "/dir.wasm/x.txt", "/.hidden", "/../\(outside.path)/secret.txt", "/%2e%2e/secret.txt",
            "/..%2fsecret.txt", "//etc/passwd", "/etc/passwd", "/a.txt%00.wasm", "/a.txt/", "/in", "/in%5c..%5ca.txt",
            "/proc/self/environ", "/%252e%252e/a.txt", "/in/../a.txt",
        ]
        for path in paths {
            let response = try server.get(path)
            #expect(response.status == 404 || response.status == 400, "\(path): \(response.status)")
            #expect(!response.body.contains("secret"), "\(path)")
        }
        #expect(try server.get("/alias.wasm").body == "inside")
        #expect(try server.get("/a.txt").body == "text")
    }

    @Test(
        "a request whose end is ambiguous is refused, and nothing behind it is read as another (T24)",
        arguments: [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: 5, 5\r\n", "Content-Length: +5\r\n", "Content-Length: -5\r\n", "Content-Length: 0x5\r\n",
            "Content-Length: 5 5\r\n", "Content-Length:\r\n", "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding : chunked\r\n", "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding:\r\n chunked\r\n", "X: a\r\n b\r\n", "X\r\n", "X y: z\r\n", ": z\r\n", "X: a\rb\r\n",
            "X: a\u{0}b\r\n",
            "Host: other\r\n",
        ])
    func smuggling(field: String) throws {
        let server = try TestServer(["echo.wasm": "echo"])
        let client = try server.connect()
        try client.send(
            "POST /echo.wasm HTTP/1.1\r\nHost: x\r\n\(field)\r\n0\r\n\r\nGET /echo.wasm?smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        let all = String(decoding: client.rest(), as: UTF8.self)
        #expect(
            all.hasPrefix("HTTP/1.1 400") || all.hasPrefix("HTTP/1.1 413") || all.hasPrefix("HTTP/1.1 501"), "\(all)")
        #expect(!all.contains("smuggled"))
        #expect(!all.contains("HTTP/1.1 200"))
    }

    @Test("lines that end in a bare LF, and folded ones, are no requests (T24)")
    func lineEnds() throws {
        let server = try TestServer(["echo.wasm": "echo"])
        for text in [
            "GET /echo.wasm?x HTTP/1.1\nHost: x\n\n", "GET /echo.wasm?x HTTP/1.1\r\nHost: x\n\r\n",
            "GET  /echo.wasm\r\n\r\n",
        ] {
            let client = try server.connect()
            try client.send(text)
            try client.send("GET / HTTP/1.1\r\nConnection: close\r\nHost: y\r\n\r\n")
            let all = String(decoding: client.rest(), as: UTF8.self)
            #expect(!all.contains("GET /echo"), "\(text) \(all)")
        }
    }

    @Test("garbage behind a request is refused after the request is answered (T24)")
    func garbage() throws {
        let server = try TestServer(["slow.wasm": "slow 50000"])
        let client = try server.connect()
        try client.send("GET /slow.wasm HTTP/1.1\r\nHost: x\r\n\r\n\u{1}\u{2}garbage\r\n\r\n")
        #expect(try client.response().body == "slept")
        #expect(try client.response().status == 400)
        #expect(client.rest().isEmpty)
    }

    @Test("many requests at once are answered in order, and no more is read than fits (T23)")
    func pipelining() throws {
        let server = try TestServer(["echo.wasm": "echo"])
        let client = try server.connect()
        let count = 3000
        let sender = Thread {
            for number in 0..<count { try? client.send("GET /echo.wasm?\(number) HTTP/1.1\r\nHost: x\r\n\r\n") }
        }
        for number in 0..<count { #expect(try client.response().body.contains("[\(number)]")) }
        sender.join()
    }

    @Test(
        "bad chunks are refused (T24)",
        arguments: [
            "5;\r\nhello", "+5\r\nhello\r\n0\r\n\r\n", "0x5\r\nhello", "5\nhello\n0\n\n", "ffffffffffffffffff\r\n",
            "-1\r\n", "5\r\nhelloX\r\n",
        ])
    func chunks(text: String) throws {
        let server = try TestServer(["echo.wasm": "echo"])
        let client = try server.connect()
        try client.send("POST /echo.wasm HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(text)")
        try? client.send("\r\n\r\n")
        let all = String(decoding: client.rest(), as: UTF8.self)
        #expect(!all.hasPrefix("HTTP/1.1 200"), "\(all)")
    }

    @Test("a request names one host")
    func hosts() throws {
        let server = try TestServer(["echo.wasm": "echo"])
        for fields in ["", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: a/b\r\n", "Host: <x>\r\n"] {
            let client = try server.connect()
            try client.send("GET /echo.wasm HTTP/1.1\r\nConnection: close\r\n\(fields)\r\n")
            #expect(try client.response().status == 400, "\(fields)")
        }
    }

    @Test("headers that are too large or too many are refused (T23)")
    func largeHeaders() throws {
        let server = try TestServer(["echo.wasm": "echo"])
        for fields in [
            "X: \(String(repeating: "x", count: 100_000))\r\n", String(repeating: "X: y\r\n", count: 10_000),
        ] {
            let client = try server.connect()
            try? client.send("GET /echo.wasm HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
            #expect(String(decoding: client.rest(), as: UTF8.self).hasPrefix("HTTP/1.1 431"))
        }
        let long = try server.get("/echo.wasm?" + String(repeating: "x", count: 20_000))
        #expect(long.status == 414)
    }

    @Test("what a function puts into headers cannot split the response (T25)")
    func responseHeaders() throws {
        let server = try TestServer([
            "inject.wasm": "headers X=a\r\nSet-Cookie: evil=1", "name.wasm": "headers X\nY=a",
            "nul.wasm": "headers X=a\u{0}b",
            "lie.wasm": "headers Content-Length=999|Transfer-Encoding=chunked|Connection=keep-alive|X=y",
            "cookies.wasm": "headers Set-Cookie=a|Set-Cookie=b",
        ])
        for name in ["inject", "name", "nul"] { #expect(try server.get("/\(name).wasm").status == 502) }
        let lie = try server.get("/lie.wasm")
        #expect(lie.status == 200)
        #expect(lie.values("content-length") == ["4"])
        #expect(lie.values("transfer-encoding").isEmpty)
        #expect(lie.values("connection") == ["close"])
        #expect(lie["x"] == "y")
        #expect(try server.get("/cookies.wasm").values("set-cookie") == ["a", "b"])
    }

    @Test("a status that is none is 502, and one without body has none (T25)")
    func statuses() throws {
        let server = try TestServer([
            "s.wasm": "status 204", "t.wasm": "status 101", "u.wasm": "status 999", "v.wasm": "status 0",
        ])
        let client = try server.connect()
        try client.send("GET /s.wasm HTTP/1.1\r\nHost: x\r\n\r\nGET /t.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        let empty = try client.response()
        #expect(empty.status == 204)
        #expect(empty["content-length"] == nil)
        #expect(try client.response().status == 502)
        #expect(try server.get("/u.wasm").status == 502)
        #expect(try server.get("/v.wasm").status == 502)
    }

    @Test("command output that is no response is 502 (T25)")
    func badOutput() throws {
        let server = try TestServer([
            "none.wasm": "cgi", "text.wasm": "cgi hello", "open.wasm": "cgi Content-Type: a/b\nX: y",
            "two.wasm": "cgi Status: 200\nStatus: 404\n\n",
            "long.wasm": "cgi \(String(repeating: "x", count: 100_000))",
        ])
        for name in ["none", "text", "open", "two", "long"] {
            #expect(try server.get("/\(name).wasm").status == 502, "\(name)")
        }
        #expect(server.log.contains("none.wasm: no output"))
    }

    @Test("no request header becomes HTTP_PROXY or another's variable (T26)")
    func environment() throws {
        let server = try TestServer(["env.wasm": "environment"])
        let body = try server.get(
            "/env.wasm/p?q",
            headers:
                "Proxy: evil\r\nX_A: 1\r\nX-A: 2\r\nContent_Type: evil\r\nX-Full-Url: evil\r\nAuthorization: s3cret\r\n"
        ).body
        #expect(!body.contains("HTTP_PROXY"))
        #expect(!body.contains("s3cret"))
        #expect(body.contains("HTTP_X_A=2"))
        #expect(body.contains("X_FULL_URL=http://test/env.wasm/p?q"))
        #expect(body.contains("ARG=/env.wasm\nARG=q"))
    }

    @Test("T26: no client can say what only the server says, nor what is no text")
    func claims() throws {
        let server = try TestServer(["env.wasm": "environment"])
        let client = try server.connect()
        try client.send(
            Array(
                "GET /env.wasm HTTP/1.1\r\nHost: test\r\nX-Full-Url: evil\r\nX_FULL_URL: evil1\r\nRemote-Addr: evil\r\n"
                    .utf8)
                + Array("REMOTE_ADDR: evil1\r\nScript-Name: evil\r\nHTTP_HOST: evil1\r\nHttps: evil\r\nX-Bytes: a".utf8)
                + [0xFF, 0xC3] + Array("\r\nLd-Preload: evil\r\nPROXY: evil1\r\nproxy: evil1\r\n\r\n".utf8))
        let lines = try client.response().body.split(separator: "\n")
        for line in lines where line.contains("evil") { #expect(line.hasPrefix("HTTP_"), "\(line)") }
        #expect(!lines.contains { $0.contains("evil1") }, "names with an underscore")
        #expect(lines.contains("X_FULL_URL=http://test/env.wasm") && lines.contains("REMOTE_ADDR=127.0.0.1"))
        #expect(lines.contains("HTTP_HOST=test") && lines.contains("HTTP_X_BYTES=a\u{fffd}\u{fffd}"))
        #expect(!lines.contains { $0.hasPrefix("HTTP_PROXY") })
        let names = lines.filter { !$0.hasPrefix("ARG=") }.map { $0.prefix { $0 != "=" } }
        #expect(Set(names).count == names.count, "each variable is there once")
        let nul = try server.connect()
        try nul.send("GET /env.wasm HTTP/1.1\r\nHost: test\r\nX: a\u{0}b\r\n\r\n")
        #expect(try nul.response().status == 400)
    }

    @Test("a function's words cannot fake another's log lines (T30)")
    func logInjection() throws {
        let server = try TestServer(["bad.wasm": "\u{1b}[2J\nother.wasm: live"])
        #expect(try server.get("/bad.wasm").status == 503)
        #expect(server.log.all.allSatisfy { line in line.unicodeScalars.allSatisfy { $0.value >= 0x20 } })
        #expect(!server.log.all.contains { $0.hasPrefix("info other.wasm") })
    }
}
