import Glibc
import NIOHTTP1
import Testing

@testable import FunctionServer

@Suite("The address that sends on")
struct RedirectTests {
    @Test("sends GET and HEAD on to the same place in TLS, and nothing else, and nowhere else")
    func redirects() throws {
        let server = try SecureServer(["f.wasm": "say hello"], redirects: true)
        let port = server.port
        for (target, host, place) in [
            ("/f.wasm/a?b=c", "example.com", "https://example.com:\(port)/f.wasm/a?b=c"),
            ("/", "EXAMPLE.com.:80", "https://example.com:\(port)/"),
            ("//evil.com/%2e%2e", "example.com", "https://example.com:\(port)//evil.com/%2e%2e"),
            ("http://example.com/x", "example.com", "https://example.com:\(port)/x"),
        ] {
            for method in ["GET", "HEAD"] {
                let answer = try ask(server, "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n", method)
                #expect(answer.status == 301)
                #expect(answer["location"] == place)
                #expect(answer["strict-transport-security"] == nil)
            }
        }
        for host in [
            "evil.com/", "evil.com@example.com", "a..b", "", "[::1]", "evil.com:80:90", "-x.com", "a b", "evil.com\t.x",
        ] {
            #expect(try ask(server, "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").status == 400, "\(host)")
        }
        for target in ["http://evil.com/x", "/a\\b", "x", "*"] {
            let answer = try ask(server, "GET \(target) HTTP/1.1\r\nHost: example.com\r\n\r\n")
            #expect(answer.status == 400, "\(target)")
        }
        #expect(try ask(server, "GET / HTTP/1.0\r\n\r\n").status == 400)
        let post = try ask(
            server, "POST /f.wasm HTTP/1.1\r\nHost: example.com\r\nContent-Length: 4\r\n\r\nbody", "POST")
        #expect(post.status == 400)
        #expect(post.body == "Use HTTPS\n")
    }

    @Test("the port of TLS is left out where it is the usual one")
    func usualPort() {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/a")
        head.headers = ["host": "Example.com:80"]
        #expect(SecurePlace(of: head, port: 443)?.description == "https://example.com/a")
        head.uri = "/" + String(repeating: "a", count: RequestTarget.maximumLength)
        #expect(SecurePlace(of: head, port: 443) == nil)
    }

    @Test("challenges are answered there and on the plain address, and nothing else of that folder")
    func challenges() throws {
        let place = ".well-known/acme-challenge"
        let webroot = try TestFolder([
            "\(place)/token-1_A": "token-1_A.thumbprint", "\(place)/a.txt": "no", "secret": "no",
            "\(place)/long": String(repeating: "x", count: 5000), "\(place)/folder/x": "no",
        ])
        let outside = try TestFolder(["secret": "no"])
        symlink("\(outside.path)/secret", "\(webroot.path)/\(place)/link")
        let server = try SecureServer(["f.wasm": "say hello"], redirects: true, webroot: webroot)
        for port in [server.redirectPort, server.server.port] {
            func get(_ path: String, _ method: String = "GET") throws -> RawResponse {
                let client = try RawClient(port: port)
                try client.send("\(method) \(path) HTTP/1.1\r\nHost: example.com\r\n\r\n")
                return try client.response(to: method)
            }
            let answer = try get("/\(place)/token-1_A")
            #expect((answer.status, answer.body) == (200, "token-1_A.thumbprint"))
            #expect(answer["content-type"] == "text/plain")
            #expect(try get("/\(place)/token-1_A", "HEAD")["content-length"] == "20")
            for name in ["missing", "link", "long", "folder"] {
                #expect(try get("/\(place)/\(name)").status == 404, "\(name)")
            }
            #expect(try get("/\(place)/token-1_A", "POST").status == 405)
            for path in ["a.txt", "../../secret", "..%2f..%2fsecret", "", "folder/x", "token-1_A?x", "%74oken-1_A"] {
                let other = try get("/\(place)/\(path)")
                #expect(other.status == 301 || other.status == 404 || other.status == 400, "\(path) \(other)")
                #expect(!other.body.contains("no"), "\(path)")
            }
        }
        // In TLS they are hidden files like others.
        #expect(try server.curl("/\(place)/token-1_A").output.hasSuffix("\n404 2"))
    }

    private func ask(_ server: SecureServer, _ request: String, _ method: String = "GET") throws -> RawResponse {
        let client = try RawClient(port: server.redirectPort)
        try client.send(request)
        return try client.response(to: method)
    }
}
