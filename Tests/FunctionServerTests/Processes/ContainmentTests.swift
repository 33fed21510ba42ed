import Glibc
import Testing

@Suite("Containment")
struct ContainmentTests {
    @Test("code that broke out gets nothing, and what the server needs goes on (T33)", arguments: [false, true])
    func attempts(connects: Bool) throws {
        let results = try Self.attempt(connects ? "connects" : "silent")
        #expect(results.contains { $0.kind == "done" })
        #expect(results.filter { $0.kind == "part" }.map(\.result) == [0, 0, 0])
        for need in results where need.kind == "need" { #expect(need.result == 0, "\(need)") }
        let escapes = results.filter { $0.kind == "escape" }
        #expect(escapes.count > 100)
        for escape in escapes { #expect([EPERM, EACCES].contains(escape.result), "\(escape)") }
        for request in results where ["internet_socket", "connection"].contains(request.name) {
            #expect(request.result == (connects ? 0 : EPERM), "\(request)")
        }
    }

    @Test("code that took over a compiler gets nothing that leads out, and what compilers need goes on")
    func compilers() throws {
        let results = try Self.attempt("compiler")
        #expect(results.contains { $0.kind == "done" })
        #expect(results.filter { $0.kind == "part" }.map(\.result) == [0, 0, 0])
        let needs = results.filter { $0.kind == "need" }
        #expect(needs.count > 4)
        for need in needs { #expect(need.result == 0, "\(need)") }
        let escapes = results.filter { $0.kind == "escape" }
        #expect(escapes.count > 80)
        for escape in escapes { #expect([EPERM, EACCES].contains(escape.result), "\(escape)") }
    }

    @Test("a contained server compiles, swaps, traps, ends at the deadline, and sends nothing (T33)")
    func server() throws {
        let server = try ServerProcess(
            [
                "f.wasm": Modules.say("one"), "trap.wasm": Modules.run("unreachable"),
                "bounds.wasm": Modules.run("(drop (i32.load (i32.const 65536)))"),
                "loop.wasm": Modules.run("(loop $again (br $again))"),
                "send.wasm": Modules.send(to: "http://127.0.0.1:1/"),
            ], flags: ["--timeout", "500ms"])
        #expect(server.log.contains("containment: no new privileges, few old ones, files (Landlock "))
        #expect(server.log.contains("), system calls\n"))
        #expect(!server.log.contains("refused"))
        #expect(server.status("NoNewPrivs") == "1")
        #expect(server.status("Seccomp") == "2")
        try Self.exercise(server)
        #expect(try server.get("/send.wasm").body == "refused")
        // Everything went to the cache, where it belongs.
        #expect(!server.log.contains("cache:"), "\(server.log)")
    }

    @Test("a server whose functions may send requests is contained as well (T33)")
    func outbound() throws {
        // Private addresses are refused by the policy, after the name was looked up.
        let server = try ServerProcess(
            ["send.wasm": Modules.send(to: "http://localhost/"), "f.wasm": Modules.say("one")],
            flags: ["--allow-outbound", "localhost", "--timeout", "500ms"])
        #expect(try server.get("/send.wasm").body == "refused")
        #expect(try server.get("/f.wasm").body == "one")
        #expect(server.status("Seccomp") == "2")
        #expect(!server.log.contains("refused by the kernel"))
    }

    @Test("a contained server has no threads of libdispatch, which would read what it may not, also when it ends")
    func noDispatch() throws {
        for _ in 0..<5 {
            let server = try ServerProcess(
                ["f.wasm": Modules.say("one")], flags: ["--supervise", "off", "--allow-outbound", "*"])
            #expect(try server.get("/f.wasm").body == "one")
            #expect(server.threadNames.count > 2)
            #expect(!server.threadNames.contains { $0.hasSuffix("-qos") }, "\(server.threadNames)")
            kill(server.process, SIGTERM)
            #expect(server.end() == 0)
        }
    }

    @Test("containment can be left out, and then the log says so")
    func off() throws {
        let server = try ServerProcess(["f.wasm": Modules.say("one")], flags: ["--containment", "off"])
        #expect(server.log.contains("containment: off\n"))
        #expect(server.status("Seccomp") == "0")
        #expect(try server.get("/f.wasm").body == "one")
    }

    @Test("a cache that goes away under a contained server leaves it a place to compile")
    func lostCache() throws {
        let server = try ServerProcess(["f.wasm": Modules.say("one")])
        #expect(try server.get("/f.wasm").body == "one")
        try #require(rename("\(server.cache.path)/terrafirma", "\(server.cache.path)/elsewhere") == 0)
        try server.folder.assemble("f.wasm", Modules.say("two"))
        #expect(try eventually { try server.get("/f.wasm").body == "two" })
    }

    private static func exercise(_ server: ServerProcess) throws {
        #expect(try server.get("/f.wasm").body == "one")
        try server.folder.assemble("f.wasm", Modules.say("two"))
        #expect(try eventually { try server.get("/f.wasm").body == "two" })
        for _ in 0..<3 {
            #expect(try server.get("/trap.wasm").status == 500)
            #expect(try server.get("/bounds.wasm").status == 500)
        }
        #expect(try server.get("/loop.wasm").status == 504)
        try server.folder.write("sub/text.txt", "a file")
        #expect(try server.get("/sub/text.txt").body == "a file")
        symlink("/etc/hostname", "\(server.folder.path)/link.txt")
        #expect(try server.get("/link.txt").status == 404)
        #expect(server.log.contains("deadline exceeded"))
    }

    struct Result: CustomStringConvertible {
        var kind: String
        var name: String
        var result: Int32
        var description: String { "\(name): \(result == 0 ? "not refused" : String(cString: strerror(result)))" }
    }

    private static func attempt(_ kind: String) throws -> [Result] {
        let places = try TestFolder(["read/file": "x", "out/file": "x", "write/file": "x"])
        let output = try ServerProcess.run(
            "EscapeAttempts",
            ["read", "write", "out"].map { "\(places.path)/\($0)" } + [kind])
        return output.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let result = Int32(words[2]) else { return nil }
            return Result(kind: String(words[0]), name: String(words[1]), result: result)
        }
    }
}
