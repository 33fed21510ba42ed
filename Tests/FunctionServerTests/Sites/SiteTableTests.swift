import FunctionServer
import Glibc
import Testing

@Suite("Sites by table")
struct SiteTableTests {
    /// Two hosts that share a folder, one with its own, and a folder of sites behind them.
    private func server() throws -> TestServer {
        try TestServer(
            [
                "shared/f.wasm": "say shared", "shared/page.txt": "shared page", "own/f.wasm": "say own",
                "own/secret.txt": "secret", "sites/one.example/f.wasm": "say hidden by the table",
                "sites/three.example/f.wasm": "say three", "f.wasm": "say nobody",
            ],
            sites: { folder in
                var sources = SiteSources(parent: folder + "/sites")
                for host in ["one.example", "WWW.One.example."] { sources.add(host, folder + "/shared") }
                sources.add("two.example", folder + "/own")
                return sources
            })
    }

    private func get(_ server: TestServer, _ target: String, host: String) throws -> RawResponse {
        let client = try server.connect()
        try client.send("GET \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
        return try client.response()
    }

    @Test("T19: the table comes before the folder of sites, and its hosts are normalised like any other")
    func order() throws {
        let server = try server()
        #expect(try get(server, "/f.wasm", host: "one.example").body == "shared")
        #expect(try get(server, "/page.txt", host: "ONE.example.:8080").body == "shared page")
        #expect(try get(server, "/f.wasm", host: "www.one.example").body == "shared")
        #expect(try get(server, "/f.wasm", host: "two.example").body == "own")
        #expect(try get(server, "/f.wasm", host: "three.example").body == "three")
        for host in ["four.example", "example", "sites", "..", "../own", "own", "xtwo.example", "two.example.evil"] {
            let status = try get(server, "/f.wasm", host: host).status
            #expect(status == 404 || status == 400, "\(host)")
        }
    }

    @Test("T18: a link in a folder of the table leads neither into another's nor out")
    func links() throws {
        let server = try server()
        let folder = server.folder.path
        #expect(symlink("../own/secret.txt", folder + "/shared/stolen.txt") == 0)
        #expect(symlink(folder + "/own", folder + "/shared/neighbour") == 0)
        #expect(symlink("../own/f.wasm", folder + "/shared/stolen.wasm") == 0)
        #expect(symlink("page.txt", folder + "/shared/link.txt") == 0)
        for target in [
            "/stolen.txt", "/neighbour/secret.txt", "/stolen.wasm", "/neighbour/f.wasm", "/neighbour/",
            "/%2e%2e/own/secret.txt", "/..%2fown/secret.txt", "/two.example/secret.txt",
        ] {
            let status = try get(server, target, host: "one.example").status
            #expect(status == 404 || status == 400, "\(target)")
        }
        #expect(try get(server, "/link.txt", host: "one.example").body == "shared page")
    }

    @Test("A change in a folder is live for each of its hosts, by events alone")
    func changing() throws {
        let server = try server()
        let hosts = ["one.example", "www.one.example"]
        for host in hosts { #expect(try get(server, "/f.wasm", host: host).body == "shared") }
        try server.folder.write("shared/f.wasm", "say newer")
        try server.folder.write("shared/deep/g.wasm", "say deep")
        // Live before anybody asks: one version for each host.
        for host in hosts {
            #expect(eventually { server.log.all.count { $0.contains("\(host)/f.wasm: live") } >= 2 })
            #expect(eventually { server.log.contains("\(host)/deep/g.wasm: live") })
            #expect(try get(server, "/f.wasm", host: host).body == "newer")
        }
        #expect(rename(server.folder.path + "/shared/deep", server.folder.path + "/shared/moved") == 0)
        for host in hosts {
            #expect(eventually { (try? get(server, "/deep/g.wasm", host: host).status) == 404 })
            #expect(eventually { (try? get(server, "/moved/g.wasm", host: host).body) == "deep" })
        }
    }

    @Test("Folders that lie within each other are watched for every site that they belong to")
    func overlapping() throws {
        let server = try TestServer(
            ["all/f.wasm": "say all", "all/inner/g.wasm": "say inner"],
            sites: { folder in
                var sources = SiteSources()
                sources.add("outer.example", folder + "/all")
                sources.add("inner.example", folder + "/all/inner")
                return sources
            })
        #expect(try get(server, "/inner/g.wasm", host: "outer.example").body == "inner")
        #expect(try get(server, "/g.wasm", host: "inner.example").body == "inner")
        try server.folder.write("all/inner/g.wasm", "say changed")
        for (host, name) in [("outer.example", "inner/g.wasm"), ("inner.example", "g.wasm")] {
            #expect(eventually { server.log.all.count { $0.contains("\(host)/\(name): live") } >= 2 })
            #expect(try get(server, "/" + name, host: host).body == "changed")
        }
    }

    @Test("A folder that is not there keeps the server from starting, and is named")
    func missing() throws {
        let error = #expect(throws: ServerError.self) {
            _ = try TestServer(
                sites: { folder in
                    var sources = SiteSources()
                    sources.add("one.example", folder + "/nowhere")
                    return sources
                })
        }
        #expect(error?.description.hasPrefix("the folder of one.example: ") == true)
        #expect(error?.description.hasSuffix("/nowhere: No such file or directory") == true)
    }
}

extension SiteSources {
    /// Adds a row to the table.
    mutating func add(_ host: String, _ folder: String) {
        guard let name = SiteName(host: host) else { preconditionFailure("no name: \(host)") }
        table[name] = folder
    }
}
