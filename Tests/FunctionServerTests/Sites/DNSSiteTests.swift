import FunctionServer
import Glibc
import Synchronization
import Testing

@Suite("Sites by DNS")
struct DNSSiteTests {
    private let lookup = FakeTextLookup()

    /// A mount with folders of three people, and records for some domains.
    private func server(
        _ more: [String: String] = [:], domains: DomainLists = DomainLists(), validity: Int64 = 10 * .second
    ) throws -> TestServer {
        lookup.point("one.test", to: "/keybase/public/ann/site")
        lookup.point("two.test", to: "/keybase/private/bob,kb_bot")
        var files = [
            "kb/public/ann/site/f.wasm": "say ann", "kb/public/ann/site/page.txt": "page of ann",
            "kb/public/ann/site/empty/deep/page.txt": "deep", "kb/public/ann/secret.txt": "secret of ann",
            "kb/private/bob,kb_bot/f.wasm": "say bob", "kb/private/bob,kb_bot/page.txt": "page of bob",
            "kb/team/crew/page.txt": "page of crew", "outside.txt": "outside",
        ]
        files.merge(more) { $1 }
        var cache = DNSSiteCache.Settings()
        cache.validity = validity
        return try TestServer(
            files,
            sites: { folder in
                var sources = SiteSources()
                sources.dns = DNSSiteSettings(mount: folder + "/kb", lookup: lookup, domains: domains, cache: cache)
                return sources
            })
    }

    private func get(_ server: TestServer, _ target: String, host: String) throws -> RawResponse {
        let client = try server.connect()
        try client.send("GET \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
        return try client.response()
    }

    @Test("A record names the folder; the host is normalised like any other; functions swap")
    func serving() throws {
        let server = try server()
        #expect(try get(server, "/f.wasm", host: "one.test").body == "ann")
        #expect(try get(server, "/page.txt", host: "ONE.Test.:80").body == "page of ann")
        #expect(try get(server, "/page.txt", host: "two.test").body == "page of bob")
        #expect(try get(server, "/f.wasm", host: "two.test").body == "bob")
        #expect(try get(server, "/none.txt", host: "one.test").status == 404)
        try server.folder.write("kb/public/ann/site/f.wasm", "say newer")
        #expect(eventually { (try? get(server, "/f.wasm", host: "one.test").body) == "newer" })
        // Asked for once each.
        #expect(lookup.asked.sorted() == ["_keybase_pages.one.test", "_keybase_pages.two.test"])
        #expect(server.log.contains("one.test: the site is /keybase/public/ann/site"))
    }

    @Test("A domain that nobody asks for any more is forgotten, with its functions")
    func forgotten() throws {
        lookup.point("one.test", to: "/keybase/public/ann")
        let server = try TestServer(
            ["kb/public/ann/f.wasm": "say ann"],
            sites: { folder in
                var sources = SiteSources()
                var cache = DNSSiteCache.Settings()
                cache.staleness = .second
                sources.dns = DNSSiteSettings(mount: folder + "/kb", lookup: lookup, cache: cache)
                return sources
            })
        #expect(try get(server, "/f.wasm", host: "one.test").body == "ann")
        #expect(try server.admin("/functions").body.contains("one.test/f.wasm"))
        #expect(eventually { (try? server.admin("/functions").body.contains("one.test/f.wasm")) == false })
        #expect(server.loader.alive.value == 0)
        #expect(try get(server, "/f.wasm", host: "one.test").body == "ann")
    }

    @Test("A folder without index.html is not shown, as Keybase Pages had it")
    func listing() throws {
        let server = try server()
        #expect(try get(server, "/", host: "one.test").status == 403)
        #expect(try get(server, "/empty/", host: "one.test").status == 403)
        #expect(try get(server, "/empty", host: "one.test").status == 403)
        #expect(try get(server, "/nothing/", host: "one.test").status == 404)
    }

    @Test("T19: each failure has its status, and tells nothing else")
    func failures() throws {
        let blocked = try #require(SiteName(host: "blocked.test"))
        let server = try server(domains: DomainLists(blocked: [blocked]))
        lookup["_keybase_pages.none.test"] = .success(["v=spf1"])
        lookup["_keybase_pages.many.test"] = .success(["kbp=/keybase/public/ann", "kbp=/keybase/public/ann"])
        lookup["_keybase_pages.git.test"] = .success(["kbp=git@keybase:private/ann/repository"])
        lookup["_keybase_pages.slow.test"] = .failure(.unanswered("the time is up"))
        lookup.point("up.test", to: "/keybase/public/../../outside.txt")
        lookup.point("missing.test", to: "/keybase/public/nobody")
        lookup.point("file.test", to: "/keybase/public/ann/secret.txt")
        lookup.point("blocked.test", to: "/keybase/public/ann")
        for (host, status) in [
            ("none.test", 503), ("many.test", 412), ("git.test", 412), ("slow.test", 500), ("up.test", 412),
            ("missing.test", 500), ("file.test", 500), ("unknown.test", 500), ("blocked.test", 503),
            ("www.blocked.test", 503), ("127.0.0.1", 503),
        ] {
            for target in ["/f.wasm", "/page.txt", "/"] {
                let response = try get(server, target, host: host)
                #expect(response.status == status, "\(host)")
                if status == 500 { #expect(response.body.isEmpty) }
                #expect(!response.body.contains("keybase"))
            }
        }
        #expect(server.log.contains("git.test: invalid TXT record: roots in git (git@keybase:) are not served"))
        #expect(!lookup.asked.contains { $0.hasSuffix("blocked.test") || $0.hasSuffix("127.0.0.1") })
        // What failed is not asked for again and again.
        #expect(lookup.asked.count { $0 == "_keybase_pages.unknown.test" } == 1)
    }

    @Test("T18: no link in a folder of the mount leads out of the site's root, nor does the record")
    func links() throws {
        let server = try server()
        let kb = server.folder.path + "/kb"
        #expect(symlink("../secret.txt", kb + "/public/ann/site/stolen.txt") == 0)
        #expect(symlink(kb + "/private/bob,kb_bot", kb + "/public/ann/site/neighbour") == 0)
        #expect(symlink("../../../private/bob,kb_bot/f.wasm", kb + "/public/ann/site/stolen.wasm") == 0)
        #expect(symlink("/etc", kb + "/public/ann/etc") == 0)
        #expect(symlink("site", kb + "/public/ann/alias") == 0)
        #expect(symlink("../private/bob,kb_bot", kb + "/public/bob") == 0)
        #expect(symlink("ann", kb + "/public/ann2") == 0)
        for target in ["/stolen.txt", "/neighbour/page.txt", "/stolen.wasm", "/neighbour/f.wasm", "/../secret.txt"] {
            let status = try get(server, target, host: "one.test").status
            #expect(status == 404 || status == 400, "\(target)")
        }
        lookup.point("etc.test", to: "/keybase/public/ann/etc")
        lookup.point("alias.test", to: "/keybase/public/ann/alias")
        lookup.point("bob.test", to: "/keybase/public/bob")
        for host in ["etc.test", "alias.test", "bob.test"] {
            #expect(try get(server, "/page.txt", host: host).status == 500, "\(host)")
        }
        // KBFS has links from a folder's other names.
        lookup.point("ann2.test", to: "/keybase/public/ann2/site")
        #expect(try get(server, "/page.txt", host: "ann2.test").body == "page of ann")
    }

    @Test("T19: a domain that names a part of a folder that has rules of its own gets nothing of it")
    func rulesAbove() throws {
        let rules = #"{"version":"v1","per_path_configs":{"/":{"anonymous_permissions":""}}}"#
        let server = try server(["kb/public/ann/.kbp_config": rules])
        lookup.point("top.test", to: "/keybase/public/ann")
        lookup.point("deep.test", to: "/keybase/public/ann/site/empty/deep")
        for host in ["one.test", "deep.test"] {
            for target in ["/f.wasm", "/page.txt", "/"] {
                let response = try get(server, target, host: host)
                #expect(response.status == 500, "\(host)\(target)")
                #expect(response.body.isEmpty)
            }
        }
        #expect(try get(server, "/secret.txt", host: "top.test").status == 403)
        #expect(server.log.contains("one.test: a folder above the site's has a .kbp_config of its own"))
        server.folder.remove("kb/public/ann/.kbp_config")
        #expect(symlink("nowhere", server.folder.path + "/kb/public/ann/.kbp_config") == 0)
        usleep(1_100_000)
        #expect(try get(server, "/page.txt", host: "one.test").status == 500)
        server.folder.remove("kb/public/ann/.kbp_config")
        #expect(eventually { (try? get(server, "/page.txt", host: "one.test").body) == "page of ann" })
    }

    @Test("T19: a domain that turns to another folder gets that one's rules and functions, never a mixture")
    func rebinding() throws {
        let shut = #"{"version":"v1","per_path_configs":{"/":{"anonymous_permissions":""}}}"#
        let server = try server(
            ["kb/private/bob,kb_bot/.kbp_config": shut, "kb/public/eve/f.wasm": "say eve"], validity: 1)
        lookup.point("evil.test", to: "/keybase/public/eve")
        #expect(try get(server, "/f.wasm", host: "evil.test").body == "eve")
        let isOver = Atomic(false)
        let turning = Thread { [lookup] in
            var isBob = true
            while !isOver.load(ordering: .relaxed) {
                lookup.point("evil.test", to: isBob ? "/keybase/private/bob,kb_bot" : "/keybase/public/eve")
                isBob.toggle()
                usleep(500)
            }
        }
        var statuses: Set<Int> = []
        for _ in 0..<300 {
            for target in ["/f.wasm", "/page.txt"] {
                let response = try get(server, target, host: "evil.test")
                statuses.insert(response.status)
                #expect(!response.body.contains("bob"))
            }
        }
        isOver.store(true, ordering: .relaxed)
        turning.join()
        #expect(statuses.isSubset(of: [200, 403, 404, 503]), "\(statuses)")
        lookup.point("evil.test", to: "/keybase/public/eve")
        #expect(eventually { (try? get(server, "/f.wasm", host: "evil.test").body) == "eve" })
    }

    @Test("T19: lookups that take long hold up neither other sites nor the rest of the server")
    func slow() throws {
        let gate = Mutex(true)
        let lookup = FakeTextLookup { name in
            while name.contains("slow"), gate.withLock({ $0 }) { usleep(1000) }
        }
        lookup.point("quick.test", to: "/keybase/public/ann")
        let server = try TestServer(
            ["kb/public/ann/page.txt": "page"],
            sites: { folder in
                var sources = SiteSources()
                var cache = DNSSiteCache.Settings()
                // Longer than a busy machine takes for what follows.
                cache.patience = 60 * .second
                cache.validity = 600 * .second
                sources.dns = DNSSiteSettings(mount: folder + "/kb", lookup: lookup, cache: cache)
                return sources
            })
        #expect(try get(server, "/page.txt", host: "quick.test").body == "page")
        let waiting = try (0..<200).map { number in
            let client = try server.connect()
            try client.send("GET /page.txt HTTP/1.1\r\nHost: slow\(number).test\r\nConnection: close\r\n\r\n")
            return client
        }
        #expect(eventually { server.server.requestsUnderWay >= 100 })
        #expect(try get(server, "/page.txt", host: "quick.test").body == "page")
        gate.withLock { $0 = false }
        let statuses = try waiting.map { try $0.response().status }
        // Some were looked up, and the rest told to come back.
        #expect(Set(statuses).isSubset(of: [500, 503]))
        #expect(statuses.count { $0 == 500 } >= 100)
        #expect(statuses.contains(503))
    }
}
