import Glibc
import TestNameServer
import Testing

@Suite("What functions keep, in a contained server")
struct ValueProcessTests {
    private func visits(_ server: ServerProcess, host: String = "test") throws -> String {
        let client = try RawClient(port: server.port)
        try client.send("GET /visits.wasm HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
        return try client.response().body
    }

    private func files(_ folder: String) -> [String] {
        guard let folder = opendir(folder) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }

    @Test("it is there after the server was killed, and made by no function that does not use it (T33)")
    func killed() throws {
        let server = try ServerProcess(["f.wasm": Modules.say("one")])
        try CallGuests.copy("visits", to: server.folder)
        #expect(try server.get("/f.wasm").body == "one")
        let folder = server.cache.path + "/terrafirma/kv"
        #expect(files(folder).isEmpty)
        #expect(server.status("Seccomp") == "2")
        for count in 1...3 { #expect(try visits(server) == "\(count)\n") }
        #expect(files(folder).contains("default.sqlite"))
        // No code of the server's may use threads of libdispatch.
        #expect(!server.threadNames.contains { $0.hasSuffix("-qos") }, "\(server.threadNames)")
        let killed = server.server
        kill(killed, SIGKILL)
        #expect(eventually { server.server != killed && (try? visits(server)) == "4\n" })
        #expect(!server.log.contains("values can't"))
    }

    @Test("each site has its own, in the folder that was named")
    func sites() throws {
        let data = try TestFolder()
        let sites = try TestFolder(["one.test/x": "", "two.test/x": ""])
        for site in ["one.test", "two.test"] { try CallGuests.copy("visits", to: sites, as: "\(site)/visits") }
        let server = try ServerProcess(sites: ["--sites", sites.path], flags: ["--data", data.path + "/deep/er"])
        #expect(try visits(server, host: "one.test") == "1\n")
        #expect(try visits(server, host: "ONE.test:80") == "2\n")
        #expect(try visits(server, host: "two.test") == "1\n")
        let names = files(data.path + "/deep/er/kv").filter { $0.hasSuffix(".sqlite") }
        #expect(names == ["one.test.sqlite", "two.test.sqlite"])
    }

    @Test("a damaged database is a line in the log and a count, and the server goes on")
    func damaged() throws {
        let data = try TestFolder(["kv/default.sqlite": String(repeating: "no database ", count: 1000)])
        let server = try ServerProcess(
            ["f.wasm": Modules.say("one")], flags: ["--data", data.path, "--admin", "127.0.0.1:0"])
        try CallGuests.copy("visits", to: server.folder)
        #expect(try visits(server) == "0\n")
        #expect(eventually { server.log.contains("visits.wasm: its values can't be read or written: ") })
        #expect(try server.get("/f.wasm").body == "one")
        let line = server.log.split(separator: "\n").first { $0.contains("admin's pages are on") }
        let port = try #require(line?.split(separator: ":").last.flatMap { Int($0) })
        let admin = try RawClient(port: port)
        try admin.send("GET /metrics HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n")
        let metrics = try admin.response().body
        #expect(metrics.contains("terrafirma_storage_failures_total{function=\"visits.wasm\"} 2"), "\(metrics)")
    }

    @Test("a folder for data that can't be made is an error of the one who named it")
    func badFolder() throws {
        let folder = try TestFolder(["file": ""])
        #expect(
            try ServerProcess.code(
                "tfc-serve", [folder.path, "--data", folder.path + "/file", "--addr", "127.0.0.1:0"]) == 1)
    }

    @Test("names are asked for where the flag says, and not without it")
    func resolver() throws {
        let names = try Dnsmasq(["--host-record=a.test,192.0.2.1"])
        let server = try ServerProcess(
            ["f.wasm": Modules.say("one")], flags: ["--allow-outbound", "*.test", "--resolver", names.address])
        try CallGuests.copy("names", to: server.folder)
        let client = try RawClient(port: server.port)
        try client.send(
            "POST /names.wasm HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 6\r\n\r\na.test")
        #expect(try client.response().body == "1 192.0.2.1")
        #expect(server.status("Seccomp") == "2")
        #expect(try ServerProcess.code("tfc-serve", [server.folder.path, "--resolver", "names.test"]) == 2)
    }
}
