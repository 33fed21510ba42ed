import FunctionServer
import Glibc
import NameResolution
import Synchronization
import TestNameServer
import Testing

@Suite("Sites, wherever they come from")
struct SiteSourceTests {
    /// Where a site comes from.
    enum Source: CaseIterable {
        case folder
        case parent
        case table
        case dns

        /// Of one.test, beneath the folder of all.
        var root: String {
            switch self {
            case .folder: ""
            case .parent: "one.test/"
            case .table: "deep/one/"
            case .dns: "kb/public/one/"
            }
        }

        /// Of two.test.
        var other: String {
            switch self {
            case .folder: "elsewhere/"
            case .parent: "two.test/"
            case .table: "deep/two/"
            case .dns: "kb/public/two/"
            }
        }

        func sources(_ folder: String) -> SiteSources {
            var sources = SiteSources(parent: self == .parent ? folder : nil)
            if self == .table {
                sources.add("one.test", folder + "/deep/one")
                sources.add("two.test", folder + "/deep/two")
            }
            if self == .dns {
                let lookup = FakeTextLookup()
                lookup.point("one.test", to: "/keybase/public/one")
                lookup.point("two.test", to: "/keybase/public/two")
                sources.dns = DNSSiteSettings(mount: folder + "/kb", lookup: lookup)
            }
            return sources
        }
    }

    private func server(_ source: Source) throws -> TestServer {
        let inside = [
            "in/real.wasm": "say inside", "a.txt": "text", "dir.wasm/x.txt": "x", ".hidden": "h", "e.wasm": "echo",
            "UPPER.txt": "upper",
        ]
        var files = [source.other + "secret.txt": "secret", source.other + "f.wasm": "say secret"]
        for (name, text) in inside { files[source.root + name] = text }
        return try TestServer(files, sites: source.sources)
    }

    private func get(_ server: TestServer, _ target: String, host: String?, more: String = "") throws -> RawResponse {
        let client = try server.connect()
        let line = host.map { "Host: \($0)\r\n" } ?? ""
        try client.send("GET \(target) HTTP/1.\(host == nil ? 0 : 1)\r\n\(line)\(more)Connection: close\r\n\r\n")
        return try client.response()
    }

    @Test("T18: no path leads out of a site, nor to what is no file", arguments: Source.allCases)
    func paths(source: Source) throws {
        let server = try server(source)
        let outside = try TestFolder(["secret.wasm": "say secret", "secret.txt": "secret"])
        let root = "\(server.folder.path)/\(source.root)"
        symlink("\(outside.path)/secret.wasm", "\(root)link.wasm")
        symlink("\(outside.path)/secret.txt", "\(root)link.txt")
        symlink(outside.path, "\(root)out")
        symlink("/proc/self/environ", "\(root)environ.txt")
        symlink("in/real.wasm", "\(root)alias.wasm")
        symlink("loop", "\(root)loop")
        mkfifo("\(root)pipe.wasm", 0o644)
        mkfifo("\(root)pipe.txt", 0o644)
        if source != .folder { symlink("../two/secret.txt", "\(root)two.txt") }
        for path in [
            "/link.wasm", "/link.txt", "/out/secret.wasm", "/out/secret.txt", "/environ.txt", "/pipe.wasm", "/pipe.txt",
            "/dir.wasm", "/dir.wasm/x.txt", "/.hidden", "/%2ehidden", "/../two/secret.txt", "/%2e%2e/two/secret.txt",
            "/..%2ftwo%2fsecret.txt", "/two.test/secret.txt", "/two.txt", "/../two.test/f.wasm", "/%2e%2e/f.wasm",
            "//etc/passwd", "/etc/passwd", "/a.txt%00.wasm", "/a.txt%00", "/a.txt/", "/in%5c..%5ca.txt", "/in\\a.txt",
            "/proc/self/environ", "/%252e%252e/a.txt", "/in/../a.txt", "/upper.txt", "/A.TXT", "/E.WASM", "/e.Wasm",
            "/loop", "/in//real.wasm", "/a%252etxt",
        ] {
            let response = try get(server, path, host: "one.test")
            #expect(response.status == 404 || response.status == 400, "\(path): \(response.status)")
            #expect(!response.body.contains("secret"), "\(path)")
        }
        #expect(try get(server, "/alias.wasm", host: "one.test").body == "inside")
        #expect(try get(server, "/a.txt", host: "one.test").body == "text")
        #expect(try get(server, "/e.wasm/extra/%2e%2e%2f", host: "one.test").status == 400)
        #expect(
            try get(server, "/e.wasm/extra%2fmore", host: "one.test").body
                == "GET /e.wasm/extra%2fmore [/extra/more] [] ")
    }

    @Test("T19: a host is the same whatever its case, port and last dot", arguments: Source.allCases)
    func sameHost(source: Source) throws {
        let server = try server(source)
        for host in ["one.test", "ONE.Test", "one.test:8080", "one.test.", "One.Test.:80", "one.test:"] {
            #expect(try get(server, "/a.txt", host: host).body == "text", "\(host)")
            #expect(try get(server, "/in/real.wasm", host: host).body == "inside", "\(host)")
        }
        #expect(try get(server, "http://One.Test:80/a.txt", host: "one.test").body == "text")
        let forged = "X-Forwarded-Host: two.test\r\nForwarded: host=two.test\r\nX-Host: two.test\r\n"
        #expect(try get(server, "/secret.txt", host: "one.test", more: forged).status == 404)
    }

    @Test(
        "T19: a host that is no site's leads nowhere, and names no folder",
        arguments: [Source.parent, .table, .dns])
    func noSite(source: Source) throws {
        let server = try server(source)
        for host in [
            "", ".", "..", "...", "../one.test", "../../etc", "one.test/..", "one.test/", "..%2fone.test",
            "one.test:80:80",
            "one.test:x", "one..test", "-one.test", "[::1]", "[::1]:80", "127.0.0.1", "one.test,two.test",
            "bücher.test",
            "one.test\\", "one.test?", "one.test#", "a@one.test", "kb", "deep", "xone.test", "test", "*.test", "*",
            String(repeating: "a", count: 64) + ".test", String(repeating: "a.", count: 130) + "test",
        ] {
            for target in ["/a.txt", "/in/real.wasm", "/"] {
                let response = try get(server, target, host: host)
                let expected = source == .dns ? [400, 404, 500, 503] : [400, 404]
                #expect(expected.contains(response.status), "\(host): \(response.status)")
                #expect(!response.body.contains("text") && !response.body.contains("inside"), "\(host)")
            }
        }
        #expect(try get(server, "/a.txt", host: nil).status == 404)
        #expect(try get(server, "/a.txt", host: "one.test", more: "Host: two.test\r\n").status == 400)
        #expect(try get(server, "http://two.test/secret.txt", host: "one.test").status == 400)
        #expect(try get(server, "http://user@two.test/secret.txt", host: "one.test").status == 400)
    }

    @Test("T19: a record that may not be kept is kept all the same, so that nobody makes us ask at their pace")
    func timeToLive() throws {
        let asked = Mutex(0)
        let names = try #require(
            FakeNameServer { query in
                asked.withLock { $0 += 1 }
                let text = Array("kbp=/keybase/public/one".utf8)
                // One answer to the question, with a time to live of 0.
                return [query[0], query[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + query[12...]
                    + [0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, UInt8(text.count + 1), UInt8(text.count)] + text
            })
        defer { names.stop() }
        let resolver = try #require(Resolver(servers: [names.address]))
        let server = try TestServer(
            ["kb/public/one/a.txt": "text"],
            sites: { folder in
                var sources = SiteSources()
                sources.dns = DNSSiteSettings(mount: folder + "/kb", lookup: resolver)
                return sources
            })
        for _ in 0..<20 { #expect(try get(server, "/a.txt", host: "one.test").body == "text") }
        #expect(asked.withLock { $0 } == 1)
    }

    @Test("T19: a name server that never answers costs a request its patience, and the next ones nothing")
    func silence() throws {
        let asked = Mutex(0)
        let names = try #require(
            FakeNameServer { _ in
                asked.withLock { $0 += 1 }
                return nil
            })
        defer { names.stop() }
        let resolver = try #require(Resolver(servers: [names.address]))
        let server = try TestServer(
            ["kb/public/one/a.txt": "text"],
            sites: { folder in
                var sources = SiteSources()
                var cache = DNSSiteCache.Settings()
                cache.patience = 300 * .millisecond
                cache.failureValidity = 600 * .second
                sources.dns = DNSSiteSettings(mount: folder + "/kb", lookup: resolver, cache: cache)
                return sources
            })
        #expect(try get(server, "/a.txt", host: "one.test").status == 500)
        let before = asked.withLock { $0 }
        for _ in 0..<20 { #expect(try get(server, "/a.txt", host: "one.test").status == 500) }
        #expect(asked.withLock { $0 } == before)
    }
}
