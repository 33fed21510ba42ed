import FunctionServer
import Glibc
import Testing

@Suite("Supervision")
struct SupervisionTests {
    @Test(
        "the request after a crash is served, by a process contained like the one before (T34)",
        arguments: [
            SIGABRT, SIGSEGV, SIGKILL,
        ])
    func crash(signal: Int32) throws {
        let server = try ServerProcess(["f.wasm": Modules.say("one")])
        #expect(try server.get("/f.wasm").body == "one")
        let first = server.server
        #expect(first != server.process)
        kill(first, signal)
        #expect(eventually { server.server != first })
        // It waits in the socket until the next process is there.
        #expect(try server.get("/f.wasm").body == "one")
        #expect(server.log.contains("the server was ended by signal \(signal) ("))
        #expect(eventually { server.status("Seccomp") == "2" && server.server != server.process })
    }

    @Test("a crash of one process after the other is not given up on (T34)")
    func crashes() throws {
        let server = try ServerProcess(["f.wasm": Modules.say("one")])
        for _ in 0..<3 {
            #expect(eventually { server.server != server.process })
            let present = server.server
            kill(present, SIGABRT)
            #expect(eventually { server.server != present })
        }
        #expect(try server.get("/f.wasm").body == "one")
    }

    @Test("the pause before the next process grows while they end early, up to a limit, and starts over (T34)")
    func pace() {
        var pace = RestartPace()
        let pauses = (0..<12).map { _ in pace.pause(after: .second) / .millisecond }
        #expect(pauses == [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000, 10_000])
        #expect(pace.pause(after: 60 * .second) == 0)
        #expect(pace.pause(after: .second) == 100 * .millisecond)
    }

    @Test("a server that is stopped while it compiles ends soon, and leaves nothing half made (T35)")
    func stopWhileCompiling() throws {
        let step = "(local.set 0 (i32.mul (i32.add (local.get 0) (i32.const 3)) (local.get 0)))"
        let body = String(repeating: step, count: 40)
        let functions = (0..<6000).map { "(func (export \"f\($0)\") (param i32) \(body))" }
        let server = try ServerProcess()
        try server.folder.assemble("large.wasm", "(module \(functions.joined()) (func (export \"run\")))")
        let staging = server.cache.path + "/terrafirma/staging"
        #expect(eventually { !entries(of: staging).isEmpty })
        kill(server.process, SIGTERM)
        #expect(server.end() == 0)
        #expect(entries(of: staging) == [])
        #expect(entries(of: server.cache.path + "/terrafirma/entries") == [])
    }

    private func entries(of folder: String) -> [String] {
        guard let folder = opendir(folder) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    @Test("SIGTERM to both processes, as service managers send it, lets a request under way end (T35)")
    func stop() throws {
        let server = try ServerProcess(
            ["loop.wasm": Modules.loopingCommand(saying: "begun")], flags: ["--timeout", "1s"])
        let client = try RawClient(port: server.port)
        try client.send("GET /loop.wasm HTTP/1.1\r\nHost: test\r\n\r\n")
        let serving = server.server
        #expect(eventually { server.log.contains("begun") })
        kill(serving, SIGTERM)
        kill(server.process, SIGTERM)
        #expect(try client.response().status == 504)
        #expect(server.end() == 0)
        #expect(server.log.contains("SIGTERM: finishing the requests under way"))
        #expect(server.log.hasSuffix("stopped\n"))
    }

    @Test("the process that serves does not outlive its supervisor")
    func supervisorEnds() throws {
        let server = try ServerProcess()
        let serving = server.server
        kill(server.process, SIGKILL)
        #expect(server.end() == -SIGKILL)
        #expect(eventually { !ServerProcess.isRunning(serving) })
    }

    @Test("a server that can't start ends its supervisor, with its code; and supervision can be left out")
    func plain() throws {
        let missing = try ServerProcess.code("tfc-serve", ["/nonexistent", "--addr", "127.0.0.1:0"])
        #expect(missing == 1)
        let server = try ServerProcess(["f.wasm": Modules.say("one")], flags: ["--supervise", "off"])
        #expect(server.server == server.process)
        #expect(try server.get("/f.wasm").body == "one")
        kill(server.process, SIGTERM)
        #expect(server.end() == 0)
        #expect(server.log.hasSuffix("stopped\n"))
    }
}
