import Glibc
import TestNameServer
import Testing

@Suite("Sites of a contained server")
struct SiteProcessTests {
    @Test("T19: --site and --sites together, contained")
    func table() throws {
        let own = try TestFolder(["page.txt": "own page"])
        let sites = try TestFolder(["two.example/page.txt": "page of two"])
        try own.assemble("f.wasm", Modules.say("own"))
        let server = try ServerProcess(
            sites: [
                "--site", "One.example=\(own.path)", "--site", "www.one.example=\(own.path)", "--sites", sites.path,
            ])
        for host in ["one.example", "www.one.example"] {
            #expect(try server.get("/f.wasm", host: host).body == "own")
            #expect(try server.get("/page.txt", host: host).body == "own page")
        }
        #expect(try server.get("/page.txt", host: "two.example").body == "page of two")
        #expect(try server.get("/page.txt", host: "three.example").status == 404)
        try own.assemble("f.wasm", Modules.say("new"))
        #expect(try eventually { try server.get("/f.wasm", host: "one.example").body == "new" })
        #expect(server.log.contains("containment: no new privileges"))
    }

    @Test("T19: sites by DNS, of a real name server, contained")
    func dns() throws {
        let mount = try TestFolder([
            "public/ann/site/page.txt": "page of ann", "private/bob/page.txt": "page of bob",
            "private/bob/.kbp_config": AccessTests.rulesForBob,
        ])
        try mount.assemble("public/ann/site/f.wasm", Modules.say("ann"))
        let table = try TestFolder(["page.txt": "page of the table"])
        let names = try Dnsmasq([
            "--txt-record=_keybase_pages.one.test,v=spf1",
            "--txt-record=_keybase_pages.one.test,kbp=/keybase/,public/ann/site",
            "--txt-record=_keybasepages.two.test,kbp=/keybase/private/bob",
            "--txt-record=_keybase_pages.many.test,kbp=/keybase/public/ann",
            "--txt-record=_keybase_pages.many.test,kbp=x",
            "--txt-record=_keybase_pages.up.test,kbp=/keybase/public/../../etc",
            "--txt-record=_keybase_pages.none.test,v=spf1",
            "--txt-record=_keybase_pages.table.test,kbp=/keybase/public/ann/site",
            "--txt-record=_keybase_pages.www.evil.test,kbp=/keybase/public/ann/site",
        ])
        let server = try ServerProcess(sites: [
            "--dns-sites", mount.path, "--resolver", names.address, "--site", "table.test=\(table.path)", "--dns-block",
            "evil.test",
        ])
        #expect(try server.get("/f.wasm", host: "One.Test.").body == "ann")
        #expect(try server.get("/page.txt", host: "one.test:80").body == "page of ann")
        #expect(try server.get("/page.txt", host: "two.test").status == 401)
        #expect(try server.get("/page.txt", host: "two.test", headers: AccessTests.bob).body == "page of bob")
        #expect(try server.get("/page.txt", host: "table.test").body == "page of the table")
        for (host, status) in [
            ("many.test", 412), ("up.test", 412), ("none.test", 503), ("unknown.test", 500), ("www.evil.test", 503),
            ("refused.example", 500),
        ] {
            #expect(try server.get("/page.txt", host: host).status == status, "\(host)")
        }
        try mount.assemble("public/ann/site/f.wasm", Modules.say("new"))
        #expect(try eventually { try server.get("/f.wasm", host: "one.test").body == "new" })
        #expect(server.log.contains("one.test: the site is /keybase/public/ann/site"))
        #expect(!server.log.contains("refused by the kernel"))
    }

    @Test("Access rules with bcrypt, contained")
    func access() throws {
        let server = try ServerProcess(["f.wasm": Modules.say("for bob")])
        try server.folder.write(".kbp_config", AccessTests.rulesForBob)
        try server.folder.write("page.txt", "page")
        #expect(try eventually { try server.get("/f.wasm").status == 401 })
        for headers in [AccessTests.alice, AccessTests.bob] {
            #expect(try server.get("/f.wasm", headers: headers).body == "for bob")
            #expect(try server.get("/page.txt", headers: headers).body == "page")
        }
        #expect(try server.get("/", headers: AccessTests.bob).body.contains("page.txt"))
        #expect(try server.get("/f.wasm", headers: "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n").status == 401)
    }

    @Test(
        "flags that contradict each other, or name no host, are refused",
        arguments: [
            ["--site", "*.example=/tmp"], ["--site", "one.example"], ["--site", "one.example="],
            ["--site", "one.example=/tmp", "--site", "ONE.example.=/"], ["--site", "a.example=/tmp", "/tmp"],
            ["--dns-sites", "/tmp", "/tmp"], ["--dns-block", "a.test"],
            ["--dns-sites", "/tmp", "--dns-allow", "*.test"],
        ])
    func mistakes(flags: [String]) throws {
        #expect(try ServerProcess.code("tfc-serve", flags + ["--addr", "127.0.0.1:0"]) == 2)
    }
}
