import FunctionServer
import Glibc
import Testing

@Suite("Access control")
struct AccessTests {
    private static let users = """
        "users":{"alice":"\(AccessRulesTests.bcrypt)","bob":"\(AccessRulesTests.sha256)"}
        """

    /// `alice:secret`, `bob:pass`.
    static let alice = "Authorization: Basic YWxpY2U6c2VjcmV0\r\n"
    static let bob = "Authorization: Basic Ym9iOnBhc3M=\r\n"

    /// Both may read, bob may list, and nobody else gets anything.
    static let rulesForBob =
        #"{"version":"v1",\#(users),"per_path_configs":"#
        + #"{"/":{"whitelist_additional_permissions":{"alice":"read","bob":"read,list"}}}}"#

    private func server(_ paths: String, _ more: [String: String] = [:]) throws -> TestServer {
        var files = [
            ".kbp_config": #"{"version":"v1",\#(Self.users),"per_path_configs":{\#(paths)}}"#, "page.txt": "page",
            "f.wasm": "echo", "c.wasm": "environment", "private/page.txt": "private page", "private/f.wasm": "echo",
            "private/index.html": "private home", "files/b.txt": "bb", "files/a&<b>.txt": "a",
        ]
        files.merge(more) { $1 }
        return try TestServer(files) { $0.passwordPause = 20 * .millisecond }
    }

    private static let usual = """
        "/":{"anonymous_permissions":"read"},
        "/private":{"whitelist_additional_permissions":{"alice":"read","bob":"read,list"}},
        "/f.wasm/admin":{"whitelist_additional_permissions":{"bob":"read"}},
        "/nobody":{}
        """

    @Test("Who may read, who is asked for a password, and who gets nothing: files and functions alike")
    func permissions() throws {
        let server = try server(Self.usual)
        #expect(try server.get("/page.txt").body == "page")
        #expect(try server.get("/f.wasm").status == 200)
        for target in [
            "/private/page.txt", "/private/", "/private", "/private/none", "/private/f.wasm", "/private/f.wasm/x",
        ] {
            let response = try server.get(target)
            #expect(response.status == 401, "\(target)")
            #expect(response["www-authenticate"] == #"Basic realm="/private""#)
            #expect(!response.body.contains("private"))
        }
        for target in ["/nobody", "/nobody/", "/nobody/f.wasm", "/nobody/page.txt"] {
            let response = try server.get(target, headers: Self.bob)
            #expect(response.status == 403, "\(target)")
            #expect(response["www-authenticate"] == nil)
        }
        for credentials in [Self.alice, Self.bob] {
            #expect(try server.get("/private/page.txt", headers: credentials).body == "private page")
            #expect(try server.get("/private/", headers: credentials).body == "private home")
            #expect(try server.get("/private", headers: credentials).status == 301)
            #expect(try server.get("/private/f.wasm", headers: credentials).status == 200)
            #expect(try server.get("/private/none", headers: credentials).status == 404)
        }
        #expect(try server.get("/private/f.wasm", method: "POST", body: "x").status == 401)
    }

    @Test("What follows a function in the path counts, decoded and without what means nothing")
    func pathInfo() throws {
        let server = try server(Self.usual)
        for target in [
            "/f.wasm/admin", "/f.wasm/admin/x", "/f.wasm//admin", "/f.wasm/%61dmin", "/f.wasm/admin%2fx",
            "/%66.wasm/admin",
        ] {
            #expect(try server.get(target).status == 401, "\(target)")
            #expect(try server.get(target, headers: Self.bob).status == 200, "\(target)")
            #expect(try server.get(target, headers: Self.alice).status == 401, "\(target)")
        }
        #expect(try server.get("/f.wasm/administration").status == 200)
        #expect(try server.get("/f.wasm").status == 200)
    }

    @Test("A name that is no user's, a wrong password and what is no password are the same")
    func wrong() throws {
        let server = try server(Self.usual)
        for credentials in [
            "YWxpY2U6d3Jvbmc=", "ZXZlOnNlY3JldA==", "Ym9iOnNlY3JldA==", "!!!", "YWxpY2U6c2VjcmV0AA==", "YWxpY2U=",
            "Og==",
        ] {
            let response = try server.get("/private/page.txt", headers: "Authorization: Basic \(credentials)\r\n")
            #expect(response.status == 401, "\(credentials)")
            #expect(response["www-authenticate"] == #"Basic realm="/private""#)
        }
        // Where a password makes no difference, nobody looks at it.
        #expect(try server.get("/page.txt", headers: "Authorization: Basic !!!\r\n").body == "page")
        #expect(try server.get("/private/page.txt", headers: Self.alice).body == "private page")
    }

    @Test("Guessing slows guessing, and shuts out neither those who are known nor, for good, those who are right")
    func guessing() throws {
        let server = try TestServer([
            ".kbp_config": #"{"version":"v1",\#(Self.users),"per_path_configs":{\#(Self.usual)}}"#,
            "private/page.txt": "private page",
        ])
        #expect(try server.get("/private/page.txt", headers: Self.alice).body == "private page")
        let guesses = try (0..<20).map { number in
            let client = try server.connect()
            let text = ["QTow", "QTox", "QToy", "QToz", "QTo0", "QTo1", "QTo2", "QTo3", "QTo4", "QTo5"][number % 10]
            try client.send(
                "GET /private/page.txt HTTP/1.1\r\nHost: a\r\nAuthorization: Basic \(text)\r\nConnection: close\r\n\r\n"
            )
            return client
        }
        // Known: no attempt.
        for _ in 0..<20 { #expect(try server.get("/private/page.txt", headers: Self.alice).body == "private page") }
        #expect(try server.get("/private/page.txt", headers: Self.bob).body == "private page")
        let answers = try guesses.map { try $0.response() }
        #expect(Set(answers.map(\.status)) == [401, 429])
        for answer in answers where answer.status == 429 { #expect(answer["retry-after"] == "5") }
    }

    @Test("T18: the rules are never served, nor can anything else be asked for by their name")
    func ownFile() throws {
        let server = try server(Self.usual)
        for target in [
            "/.kbp_config", "/.KBP_CONFIG", "/%2ekbp%5Fconfig", "//.kbp_config", "/private/../.kbp_config",
            "/private/.kbp_config",
        ] {
            let response = try server.get(target, headers: Self.bob)
            #expect(response.status == 403, "\(target)")
            #expect(!response.body.contains("sha256"))
        }
        #expect(try TestServer(["page.txt": "page"]).get("/.kbp_config").status == 403)
    }

    @Test("T18: rules that are broken, or cannot be read, shut the site, and never open it", arguments: [false, true])
    func broken(hasSites: Bool) throws {
        let server = try TestServer(
            ["test/page.txt": "page", "test/f.wasm": "say f", "page.txt": "page", "f.wasm": "say f"],
            sites: { hasSites ? SiteSources(parent: $0) : SiteSources() })
        let place = hasSites ? "test/.kbp_config" : ".kbp_config"
        #expect(try server.get("/page.txt").body == "page")
        try server.folder.replace(place, "{")
        #expect(eventually { (try? server.get("/page.txt").status) == 412 })
        #expect(try server.get("/f.wasm").status == 412)
        #expect(try server.get("/f.wasm").body == "invalid .kbp_config\n")
        #expect(server.log.contains(".kbp_config: no name at byte 1; nothing of the site is served"))
        // A link that leads nowhere, or out; a folder; a pipe.
        let path = server.folder.path + "/" + place
        let outside = try TestFolder([
            "rules": #"{"version":"v1","per_path_configs":{"/":{"anonymous_permissions":"read"}}}"#
        ])
        for make in [
            { symlink("nowhere", path) }, { symlink(outside.path + "/rules", path) }, { mkdir(path, 0o755) },
            { mkfifo(path, 0o644) },
        ] {
            unlink(path)
            rmdir(path)
            #expect(make() == 0)
            #expect(eventually { (try? server.get("/page.txt").status) == 500 })
            #expect(try server.get("/f.wasm").status == 500)
            #expect(try server.get("/page.txt").body.isEmpty)
        }
        unlink(path)
        try server.folder.replace(place, String(repeating: " ", count: AccessRules.maximumSize + 1))
        #expect(eventually { (try? server.get("/page.txt").status) == 412 })
        try server.folder.replace(place, #"{"version":"v1","per_path_configs":{"/":{"anonymous_permissions":"read"}}}"#)
        #expect(eventually { (try? server.get("/page.txt").body) == "page" })
        #expect(try server.get("/f.wasm").body == "f")
    }

    @Test("Rules that change hold a second later at most, and half-written ones never")
    func changing() throws {
        let server = try server(#""/":{"anonymous_permissions":"read"}"#)
        #expect(try server.get("/page.txt").body == "page")
        let path = server.folder.path + "/.kbp_config"
        let file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        defer { close(file) }
        usleep(1_100_000)
        // Somebody writes: what held goes on.
        #expect(try server.get("/page.txt").body == "page")
        try server.folder.replace(".kbp_config", #"{"version":"v1","per_path_configs":{}}"#)
        #expect(eventually { (try? server.get("/page.txt").status) == 403 })
        server.folder.remove(".kbp_config")
        #expect(eventually { (try? server.get("/page.txt").body) == "page" })
    }

    @Test("A function learns who it is, and never the password")
    func identity() throws {
        let server = try server(
            #""/":{"anonymous_permissions":"read","whitelist_additional_permissions":{}},"#
                + #""/c.wasm":{"whitelist_additional_permissions":{"bob":"read"}},"#
                + #""/h.wasm":{"whitelist_additional_permissions":{"bob":"read"}}"#,
            ["h.wasm": "header authorization", "open.wasm": "header authorization"])
        let environment = try server.get("/c.wasm", headers: Self.bob).body
        #expect(environment.contains("REMOTE_USER=bob\n"))
        #expect(environment.contains("AUTH_TYPE=Basic\n"))
        #expect(!environment.contains("Ym9iOnBhc3M"))
        #expect(try server.get("/h.wasm", headers: Self.bob).body == "")
        // Nor where it is not needed: browsers send it wherever they like.
        #expect(try server.get("/open.wasm", headers: Self.bob).body == "")
        let two = "Authorization: Basic ZXZlOng=\r\n" + Self.bob
        #expect(try server.get("/open.wasm", headers: two).body == "")
        #expect(try server.get("/h.wasm", headers: two).status == 401)
        // What is none of the server's business goes through.
        #expect(try server.get("/open.wasm", headers: "Authorization: Bearer token\r\n").body == "Bearer token")
        #expect(try server.get("/open.wasm", headers: "Authorization: Basic ZXZlOng=\r\n").body == "Basic ZXZlOng=")
    }

    @Test("Folders are shown to those who may list them; hidden files never, nor what would be another page")
    func listing() throws {
        let server = try server(
            #""/":{"anonymous_permissions":"read"},"/files":{"anonymous_permissions":"list"},"#
                + #""/both":{"anonymous_permissions":"read,list"},"/member":{"whitelist_additional_permissions":{"bob":"list"}}"#,
            [
                "files/.hidden": "h", "files/g.wasm": "say g", "files/deep/x.txt": "x", "files/script:alert(1)": "s",
                "both/index.html": "a page", "member/x.txt": "x",
            ])
        mkfifo(server.folder.path + "/files/pipe", 0o644)
        let response = try server.get("/files/")
        #expect(response.status == 200)
        #expect(response["content-type"] == "text/html; charset=utf-8")
        #expect(response.body.contains(#"<a href="./a%26%3Cb%3E.txt">a&amp;&lt;b&gt;.txt</a></td><td>1</td>"#))
        #expect(response.body.contains(#"<a href="./deep/">deep/</a></td><td></td>"#))
        #expect(response.body.contains(#"<a href="./g.wasm">g.wasm</a>"#))
        #expect(response.body.contains(#"<a href="./script%3Aalert%281%29">"#))
        #expect(!response.body.contains("hidden") && !response.body.contains("pipe"))
        #expect(try server.get("/files/", method: "HEAD")["content-length"] == String(response.body.utf8.count))
        #expect(try server.get("/files")["location"] == "/files/")
        // Listing is not reading.
        #expect(try server.get("/files/b.txt").status == 403)
        #expect(try server.get("/files/none").status == 403)
        #expect(try server.get("/files/deep/").status == 200)
        #expect(try server.get("/both/").body == "a page")
        #expect(try server.get("/").status == 403)
        #expect(try server.get("/member/").status == 401)
        #expect(try server.get("/member/", headers: Self.bob).body.contains("x.txt"))
        #expect(try server.get("/member/", headers: Self.alice).status == 401)
    }

    @Test("A site has pages of its own for 403 and 404, and says which other sites' scripts may read")
    func pages() throws {
        let server = try server(
            #""/":{"anonymous_permissions":"read","custom_404_not_found":"/404.html","Access-Control-Allow-Origin":"*"},"#
                + #""/shut":{"custom_403_forbidden":"403.html"},"/lost":{"anonymous_permissions":"read","custom_404_not_found":"none.html"}"#,
            ["404.html": "<p>nothing here", "403.html": "<p>not for you", "shut/page.txt": "shut"])
        for target in ["/none.txt", "/none.wasm", "/a/b/c"] {
            let response = try server.get(target)
            #expect(response.status == 404)
            #expect(response.body == "<p>nothing here")
            #expect(response["content-type"] == "text/html; charset=utf-8")
        }
        #expect(try server.get("/none.txt", method: "HEAD")["content-length"] == "15")
        #expect(try server.get("/shut/page.txt").body == "<p>not for you")
        #expect(try server.get("/shut/page.txt").status == 403)
        #expect(try server.get("/shut/f.wasm").body == "<p>not for you")
        #expect(try server.get("/lost/x").body == "404 Not Found\n")
        #expect(try server.get("/page.txt")["access-control-allow-origin"] == "*")
        #expect(try server.get("/f.wasm")["access-control-allow-origin"] == "*")
        #expect(try server.get("/lost/x")["access-control-allow-origin"] == nil)
        // No way out of the site by a page that is a link.
        server.folder.remove("404.html")
        #expect(symlink("/etc/hostname", server.folder.path + "/404.html") == 0)
        #expect(try server.get("/none.txt").body == "404 Not Found\n")
    }

    @Test("Each site has its own rules and users")
    func apart() throws {
        let rules =
            #"{"version":"v1",\#(Self.users),"per_path_configs":{"/":{"whitelist_additional_permissions":{"bob":"read"}}}}"#
        let server = try TestServer(
            [
                "one.test/.kbp_config": rules, "one.test/page.txt": "one", "two.test/page.txt": "two",
                "own/page.txt": "own",
                "own/.kbp_config": #"{"version":"v1","per_path_configs":{}}"#,
            ],
            sites: { folder in
                var sources = SiteSources(parent: folder)
                sources.add("own.test", folder + "/own")
                return sources
            })
        func get(_ host: String, _ headers: String = "") throws -> RawResponse {
            let client = try server.connect()
            try client.send("GET /page.txt HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\(headers)\r\n")
            return try client.response()
        }
        #expect(try get("one.test").status == 401)
        #expect(try get("ONE.test.:80").status == 401)
        #expect(try get("one.test", Self.bob).body == "one")
        #expect(try get("two.test").body == "two")
        #expect(try get("own.test", Self.bob).status == 403)
        #expect(symlink("one.test", server.folder.path + "/www.one.test") == 0)
        #expect(try get("www.one.test").status == 401)
    }
}
