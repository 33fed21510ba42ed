import Foundation
import Glibc
import Testing

/// Servers that have functions compiled again, by compilers of the test's own where they have to misbehave.
@Suite("Optimizing in a whole server")
struct OptimizationTests {
    @Test("a function that uses a processor moves to optimized code, and no request fails or is answered differently")
    func move() throws {
        let server = try ServerProcess(
            ["f.wasm": Work.module("one"), "small.wasm": Modules.say("small")],
            flags: ["--optimize-after", "20ms", "--admin", "127.0.0.1:0"])
        #expect(server.log.contains("hot functions are optimized by /"))
        #expect(!server.log.contains("refused by the kernel"), "\(server.log)")
        let admin = try Admin(server)
        let wanted = try server.get("/f.wasm").body
        #expect(wanted.hasPrefix("one"))
        #expect(try admin.get("/functions").contains("\"tier\": \"quick\""))
        let moved = try Work.ask(server, "/f.wasm", wanted) { server.log.contains("f.wasm: optimized ") }
        #expect(moved, "\(server.log)")
        for _ in 0..<20 { #expect(try server.get("/f.wasm").body == wanted) }
        #expect(try server.get("/small.wasm").body == "small")
        let line = try #require(server.log.split(separator: "\n").first { $0.contains("f.wasm: optimized ") })
        #expect(line.contains(#/bytes=[1-9][0-9]* ms=[0-9]+/#), "\(line)")
        let functions = try admin.get("/functions")
        #expect(functions.contains(#/"name": "f\.wasm",[^}]*"tier": "optimized"/#), "\(functions)")
        #expect(functions.contains(#/"name": "small\.wasm",[^}]*"tier": "quick"/#), "\(functions)")
        // It is the same version.
        #expect(functions.contains(#/"name": "f\.wasm".*"swaps": 0/#), "\(functions)")
        #expect(try admin.get("/functions", accepting: "text/html").contains("<td>optimized</td>"))
        let metrics = try admin.get("/metrics")
        #expect(metrics.contains("terrafirma_optimizations_total{result=\"done\"} 1\n"), "\(metrics)")
        #expect(metrics.contains("terrafirma_live_functions{tier=\"optimized\"} 1\n"))
        #expect(metrics.contains("terrafirma_live_functions{tier=\"quick\"} 1\n"))
        #expect(metrics.contains(#/terrafirma_processor_seconds_total\{function="f\.wasm"\} 0\.[0-9]/#))
    }

    @Test("a command moves as well, and traps and limits are what they were")
    func semantics() throws {
        let server = try ServerProcess(
            ["c.wasm": Work.command, "trap.wasm": Work.module("", then: "unreachable")],
            flags: ["--optimize-after", "1ms"])
        for name in ["c.wasm", "trap.wasm"] {
            let before = try server.get("/\(name)")
            let moved = try eventually {
                let answer = try server.get("/\(name)")
                #expect(answer.status == before.status && answer.body == before.body)
                return server.log.contains("\(name): optimized ")
            }
            #expect(moved, "\(server.log)")
            let after = try server.get("/\(name)")
            #expect(after.status == before.status && after.body == before.body)
        }
        #expect(try server.get("/trap.wasm").status == 500)
    }

    @Test(
        "a compiler that fails leaves the quick code serving, is told of once, and has no second try with that content",
        arguments: [
            ("echo 'no such thing' >&2; exit 1", "failed", "no such thing"),
            ("kill -SEGV $$", "failed", "signal 11"),
            ("exec sleep 600", "late", "takes longer than"),
            ("sleep 600 & sleep 600", "late", "takes longer than"),
            ("cat /etc/passwd /proc/1/environ && exec 1>&- && exit 0", "failed", "Permission denied"),
        ])
    func failure(script: String, result: String, message: String) throws {
        let compilers = try TestFolder(["clang": "#!/bin/sh\n\(script)\n"])
        chmod(compilers.path + "/clang", 0o755)
        let server = try ServerProcess(
            ["f.wasm": Work.module("one")],
            flags: [
                "--optimize-after", "1ms", "--compiler", compilers.path + "/clang", "--admin", "127.0.0.1:0",
                "--optimize-time", result == "late" ? "1s" : "60s",
            ])
        let admin = try Admin(server)
        let wanted = try server.get("/f.wasm").body
        let given = try Work.ask(server, "/f.wasm", wanted) { server.log.contains("f.wasm: not optimized, ") }
        #expect(given, "\(server.log)")
        #expect(server.log.contains(message), "\(server.log)")
        #expect(try admin.get("/metrics").contains("terrafirma_optimizations_total{result=\"\(result)\"} 1\n"))
        // Nothing is left behind.
        let broker = try #require(server.broker)
        #expect(eventually { ServerProcess.children(of: broker).isEmpty })
        // The hottest has its turn before others, if it has one.
        try server.folder.assemble("g.wasm", Work.module("two", rounds: 20_000))
        let other = try Work.ask(server, "/g.wasm", nil) { server.log.contains("g.wasm: not optimized, ") }
        #expect(other, "\(server.log)")
        #expect(try server.get("/f.wasm").body == wanted)
        #expect(server.log.split(separator: "\n").count { $0.contains("f.wasm: not optimized") } == 1)
        #expect(try admin.get("/metrics").contains("terrafirma_optimizations_total{result=\"\(result)\"} 2\n"))
        #expect(try admin.get("/functions").contains("\"tier\": \"quick\""))
    }

    @Test("a function that is overwritten while it is optimized serves its new content, never the old one's code")
    func overwritten() throws {
        let compiler = try GatedCompiler()
        let server = try ServerProcess(
            ["f.wasm": Work.module("one")],
            flags: ["--optimize-after", "1ms", "--compiler", compiler.path, "--admin", "127.0.0.1:0"])
        let admin = try Admin(server)
        let first = try server.get("/f.wasm").body
        let broker = try #require(server.broker)
        let began = try Work.ask(server, "/f.wasm", first) { !ServerProcess.children(of: broker).isEmpty }
        #expect(began, "\(server.log)")
        try server.folder.assemble("f.wasm", Work.module("two"))
        #expect(try eventually { try server.get("/f.wasm").body.hasPrefix("two") })
        let second = try server.get("/f.wasm").body
        compiler.open()
        let moved = try Work.ask(server, "/f.wasm", second) { server.log.contains("f.wasm: optimized ") }
        #expect(moved, "\(server.log)")
        for _ in 0..<20 { #expect(try server.get("/f.wasm").body == second) }
        let metrics = try admin.get("/metrics")
        // Writing the file may show as several versions.
        #expect(metrics.contains(#/optimizations_total{result="superseded"} [1-9]/#), "\(metrics)")
        #expect(metrics.contains("terrafirma_optimizations_total{result=\"done\"} 1\n"))
        // Back to quick code when the content is another one.
        compiler.close()
        try server.folder.assemble("f.wasm", Work.module("three"))
        #expect(try eventually { try server.get("/f.wasm").body.hasPrefix("three") })
        #expect(try admin.get("/functions").contains("\"tier\": \"quick\""))
        compiler.open()
    }

    @Test("the next process has the optimized code from its first request on")
    func restart() throws {
        let server = try ServerProcess(
            ["f.wasm": Work.module("one")], flags: ["--optimize-after", "1ms", "--admin", "127.0.0.1:0"])
        let wanted = try server.get("/f.wasm").body
        #expect(try Work.ask(server, "/f.wasm", wanted) { server.log.contains("f.wasm: optimized ") })
        let before = server.server
        let broker = try #require(server.broker)
        kill(before, SIGKILL)
        #expect(eventually { server.server != before && (try? server.get("/f.wasm").body) == wanted })
        #expect(!ServerProcess.isRunning(broker))
        let functions = try Admin(server).get("/functions")
        #expect(functions.contains("\"tier\": \"optimized\""), "\(functions)")
        #expect(server.log.split(separator: "\n").count { $0.contains("f.wasm: optimized ") } == 1)
    }

    @Test("a server goes on without the process that has functions optimized, and says so once")
    func brokerEnds() throws {
        let server = try ServerProcess(
            ["f.wasm": Work.module("one")], flags: ["--optimize-after", "1ms", "--supervise", "off"])
        let broker = try #require(server.broker)
        kill(broker, SIGKILL)
        #expect(eventually { server.log.contains("the process that has functions optimized has ended") })
        let wanted = try server.get("/f.wasm").body
        for _ in 0..<20 { #expect(try server.get("/f.wasm").body == wanted) }
        try server.folder.assemble("f.wasm", Work.module("two"))
        #expect(try eventually { try server.get("/f.wasm").body.hasPrefix("two") })
        #expect(server.log.split(separator: "\n").count { $0.contains("has ended") } == 1)
        kill(server.process, SIGTERM)
        #expect(server.end() == 0)
    }

    @Test("the server ends while something is compiled, and leaves no process behind")
    func end() throws {
        let compiler = try GatedCompiler()
        let server = try ServerProcess(
            ["f.wasm": Work.module("one")], flags: ["--optimize-after", "1ms", "--compiler", compiler.path])
        let broker = try #require(server.broker)
        let wanted = try server.get("/f.wasm").body
        let began = try Work.ask(server, "/f.wasm", wanted) {
            ServerProcess.children(of: broker).contains { !ServerProcess.children(of: $0).isEmpty }
        }
        #expect(began, "\(server.log)")
        let job = ServerProcess.children(of: broker)
        let all = [broker] + job + job.flatMap(ServerProcess.children)
        kill(server.process, SIGTERM)
        #expect(server.end() == 0)
        #expect(eventually { !all.contains { ServerProcess.isRunning($0) } })
        #expect(!server.log.contains("has ended"))
    }

    @Test("the quick tier alone needs no other process")
    func quick() throws {
        let server = try ServerProcess(["f.wasm": Work.module("one")], flags: ["--tier", "quick"])
        #expect(try server.get("/f.wasm").body.hasPrefix("one"))
        #expect(server.broker == nil)
        #expect(!server.log.contains("optimized"))
    }

    @Test("the process that has functions optimized is contained, and has no descriptor of the server's")
    func contained() throws {
        let server = try ServerProcess(["f.wasm": Work.module("one")], flags: ["--admin", "127.0.0.1:0"])
        let broker = try #require(server.broker)
        let status = ServerProcess.read("/proc/\(broker)/status")
        #expect(status.contains("NoNewPrivs:\t1\n"))
        #expect(status.contains("Seccomp:\t2\n"))
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(broker)/fd")
        // Beside those that lead nowhere and to what is beneath /proc.
        let others = open.filter { number in
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(broker)/fd/\(number)")
            return place.map { $0 != "/dev/null" && !$0.hasPrefix("/proc/") } ?? false
        }
        #expect(others == ["3"])
    }

    @Test("a compiler that cannot be trusted keeps the server from starting; --check tells which one would be used")
    func compilers() throws {
        let folder = try TestFolder(["clang": "#!/bin/sh\n"])
        let result = try ServerProcess.result(
            "tfc-serve", [folder.path, "--addr", "127.0.0.1:0", "--compiler", folder.path + "/clang"])
        #expect(result.code == 1)
        #expect(result.errors.contains("isn't executable"), "\(result.errors)")
        let check = try ServerProcess.run("tfc-serve", [folder.path, "--check"])
        #expect(check.contains("optimizing compiler: /") || check.contains("optimizing compiler: none is installed"))
        let none = try ServerProcess.run("tfc-serve", [folder.path, "--check", "--tier", "quick"])
        #expect(none.contains("optimizing compiler: none, as set\n"))
    }
}

/// A gcc that works only while it is let.
private final class GatedCompiler {
    private let folder: TestFolder
    var path: String { folder.path + "/gated-gcc" }

    init() throws {
        folder = try TestFolder()
        let gate = folder.path + "/open"
        let script = "#!/bin/sh\nuntil [ -e \(gate) ]; do sleep 0.05; done\nexec /usr/bin/gcc \"$@\"\n"
        try folder.write("gated-gcc", script)
        chmod(path, 0o755)
    }

    func open() { try? folder.write("open", "") }

    func close() { folder.remove("open") }
}

/// The admin's address.
private struct Admin {
    private let port: Int

    init(_ server: ServerProcess) throws {
        let lines = server.log.matches(of: #/the admin's pages are on http://127\.0\.0\.1:([0-9]+)/#)
        port = try #require(lines.last.flatMap { Int($0.1) })
    }

    func get(_ target: String, accepting media: String = "*/*") throws -> String {
        let client = try RawClient(port: port)
        try client.send("GET \(target) HTTP/1.1\r\nHost: admin\r\nAccept: \(media)\r\nConnection: close\r\n\r\n")
        return try client.response().body
    }
}

/// Functions that compute, and answer what came of it.
private enum Work {
    /// Computes so many rounds of something that no compiler knows a short way for.
    static func module(_ text: String, rounds: Int = 200_000, then last: String = "") -> String {
        """
        (module
          (import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 16) "\(text)")
          \(computing(rounds, at: 16 + text.utf8.count))
          (func (export "run")
            (call $compute)
            (drop (call $body (i32.const 0) (i32.const 16) (i32.const \(text.utf8.count + 8))))
            \(last)))
        """
    }

    /// The same as a program.
    static let command = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 16) "content-type: text/plain\\0a\\0a")
          \(computing(200_000, at: 42))
          (func (export "_start")
            (call $compute)
            (i32.store (i32.const 0) (i32.const 16))
            (i32.store (i32.const 4) (i32.const 34))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
        """

    /// Eight letters for 32 bits.
    private static func computing(_ rounds: Int, at address: Int) -> String {
        """
        (func $compute (local $x i32) (local $n i32)
          (local.set $n (i32.const \(rounds)))
          (loop $next
            (local.set $x
              (i32.add (i32.mul (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 13)))
                (i32.const 1664525)) (i32.const 1013904223)))
            (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (loop $letter
            (i32.store8 (i32.add (local.get $n) (i32.const \(address)))
              (i32.add (i32.const 97) (i32.and (local.get $x) (i32.const 15))))
            (local.set $x (i32.shr_u (local.get $x) (i32.const 4)))
            (br_if $letter (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 8)))))
        """
    }

    /// Asks without pause, on several connections, until something holds; false if it never does.
    ///
    /// Each answer has to be the wanted one.
    static func ask(
        _ server: ServerProcess, _ target: String, _ wanted: String?, until holds: () -> Bool
    ) throws -> Bool {
        let clients = try (0..<4).map { _ in try RawClient(port: server.port) }
        for _ in 0..<20_000 {
            for client in clients { try client.send("GET \(target) HTTP/1.1\r\nHost: test\r\n\r\n") }
            for client in clients {
                let answer = try client.response()
                guard answer.status == 200, wanted == nil || answer.body == wanted else {
                    throw TestFailure("\(answer.status) \(answer.body) in place of \(wanted ?? "")")
                }
            }
            if holds() { return true }
            usleep(2000)
        }
        return false
    }
}
