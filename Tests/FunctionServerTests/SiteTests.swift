import FunctionServer
import Glibc
import Testing

@Suite("Sites")
struct SiteTests {
    /// A server of two sites, and what lies beside them.
    private func server() throws -> TestServer {
        try TestServer(
            [
                "one.example/f.wasm": "say one", "one.example/page.txt": "page of one",
                "one.example/index.html": "home",
                "two.example/f.wasm": "say two", "two.example/secret.txt": "secret", "localhost/f.wasm": "say local",
                "127.0.0.1/f.wasm": "say address", "f.wasm": "say nobody", "page.txt": "nobody",
                "UPPER.example/f.wasm": "say upper", ".hidden/f.wasm": "say hidden",
            ], sites: { SiteSources(parent: $0) })
    }

    private func get(_ server: TestServer, _ target: String, host: String?, more: String = "") throws -> RawResponse {
        let client = try server.connect()
        let line = host.map { "Host: \($0)\r\n" } ?? ""
        let version = host == nil ? "1.0" : "1.1"
        try client.send("GET \(target) HTTP/\(version)\r\n\(line)\(more)Connection: close\r\n\r\n")
        return try client.response()
    }

    @Test(
        "T19: a host is the same whatever its case, port and last dot",
        arguments: [
            "one.example", "ONE.Example", "one.example:8080", "one.example.", "One.example.:80", "one.example:",
        ])
    func sameHost(host: String) throws {
        let server = try server()
        #expect(try get(server, "/f.wasm", host: host).body == "one")
        #expect(try get(server, "/page.txt", host: host).body == "page of one")
        #expect(try get(server, "/", host: host).body == "home")
    }

    @Test("Each site has its own functions and files, and none those of another")
    func apart() throws {
        let server = try server()
        #expect(try get(server, "/f.wasm", host: "two.example").body == "two")
        #expect(try get(server, "/page.txt", host: "two.example").status == 404)
        #expect(try get(server, "/f.wasm", host: "localhost:8080").body == "local")
        #expect(try get(server, "/f.wasm", host: "127.0.0.1:8080").body == "address")
        #expect(try get(server, "/", host: "two.example").status == 404)
    }

    @Test(
        "T19: a host that is no site's leads nowhere",
        arguments: [
            "three.example", "", ".", "..", "...", ".hidden", "../one.example", "one.example/..", "..%2fone.example",
            "one.example:80:80", "one.example:x", "one..example", "-one.example", "[::1]", "[::1]:8080", "one.example ",
            "example", "xone.example", "UPPER.example", "one.example,two.example", "f.wasm", "page.txt",
        ])
    func noSite(host: String) throws {
        let server = try server()
        for target in ["/f.wasm", "/page.txt", "/", "/one.example/f.wasm", "/../one.example/f.wasm"] {
            let status = try get(server, target, host: host).status
            // "one.example " is one.example: blanks around a field are not part of it.
            if host == "one.example ", target != "/one.example/f.wasm", target != "/../one.example/f.wasm" { continue }
            #expect(status == 404 || status == 400, "\(host) \(target)")
        }
    }

    @Test("T19: a request without host, with two, or with one that its target contradicts, is for no site")
    func ambiguous() throws {
        let server = try server()
        #expect(try get(server, "/f.wasm", host: nil).status == 404)
        #expect(try get(server, "/f.wasm", host: "one.example", more: "Host: two.example\r\n").status == 400)
        #expect(try get(server, "http://two.example/f.wasm", host: "one.example").status == 400)
        #expect(try get(server, "http://One.example:80/f.wasm", host: "one.example").body == "one")
        #expect(try get(server, "http://one.example/f.wasm", host: nil).body == "one")
        #expect(try get(server, "http://user@two.example/f.wasm", host: "one.example").status == 400)
        let forged = "X-Forwarded-Host: two.example\r\nForwarded: host=two.example\r\n"
        #expect(try get(server, "/f.wasm", host: "one.example", more: forged).body == "one")
    }

    @Test("T18: a link in one site's folder leads neither into another's nor out of all")
    func links() throws {
        let server = try server()
        let folder = server.folder.path
        #expect(symlink("../two.example/secret.txt", folder + "/one.example/stolen.txt") == 0)
        #expect(symlink("../two.example", folder + "/one.example/neighbour") == 0)
        #expect(symlink("../two.example/f.wasm", folder + "/one.example/stolen.wasm") == 0)
        #expect(symlink("/etc", folder + "/three.example") == 0)
        for target in ["/stolen.txt", "/neighbour/secret.txt", "/stolen.wasm", "/neighbour/f.wasm", "/neighbour/"] {
            #expect(try get(server, target, host: "one.example").status == 404, "\(target)")
        }
        #expect(try get(server, "/hostname", host: "three.example").status == 404)
        // A site under another name is the operator's to make.
        #expect(symlink("one.example", folder + "/www.one.example") == 0)
        #expect(try get(server, "/page.txt", host: "www.one.example").body == "page of one")
        #expect(try get(server, "/f.wasm", host: "www.one.example").body == "one")
    }

    @Test("A site that is made while the server runs is there, one that is removed is not, and functions swap")
    func changing() throws {
        let server = try server()
        #expect(try get(server, "/f.wasm", host: "new.example").status == 404)
        try server.folder.write("new.example/f.wasm", "say new")
        #expect(eventually { (try? get(server, "/f.wasm", host: "new.example").body) == "new" })
        try server.folder.write("new.example/f.wasm", "say newer")
        #expect(eventually { (try? get(server, "/f.wasm", host: "new.example").body) == "newer" })
        #expect(rename(server.folder.path + "/new.example", server.folder.path + "/moved.example") == 0)
        #expect(eventually { (try? get(server, "/f.wasm", host: "new.example").status) == 404 })
        #expect(try get(server, "/f.wasm", host: "moved.example").body == "newer")
    }

    @Test("names are those of hosts")
    func names() {
        #expect(SiteName(host: "xn--bcher-kva.example")?.description == "xn--bcher-kva.example")
        #expect(SiteName(host: "_dmarc.a-b.c9")?.description == "_dmarc.a-b.c9")
        let label = String(repeating: "a", count: 63)
        #expect(SiteName(host: "\(label).\(label).\(label).\(label)") == nil)
        #expect(SiteName(host: "\(label)a.example") == nil)
        for host in ["bücher.example", "a b", "a\0b", "a/b", "a\\b", "a%2eb", "a@b", "*.example"] {
            #expect(SiteName(host: host) == nil, "\(host)")
        }
    }
}
