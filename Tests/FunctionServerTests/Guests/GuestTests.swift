import FunctionServer
import Glibc
import NIOCore
import Testing

@Suite("Guests")
struct GuestTests {
    /// A function of the host calls that answers with bytes of its memory.
    private static func say(_ text: String, before: String = "") -> String {
        """
        (module
          (import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (global $count (mut i32) (i32.const 0))
          (data (i32.const 16) "\(text)")
          (func (export "run") \(before)
            (drop (call $body (i32.const 0) (i32.const 16) (i32.const \(text.utf8.count))))))
        """
    }

    private static func run(_ body: String, more: String = "") -> String {
        "(module (memory (export \"memory\") 1) \(more) (func $run (export \"run\") \(body)))"
    }

    /// A command that writes bytes of its memory to its output.
    private static func command(_ text: String, count: Int) -> String {
        """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "\\10\\00\\00\\00\\\(format(count))\\00\\00\\00")
          (data (i32.const 16) "\(text)")
          (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
        """
    }

    private static func format(_ byte: Int) -> String {
        let digits = String(byte, radix: 16)
        return digits.count < 2 ? "0" + digits : digits
    }

    @Test("a function of the host calls and a command answer")
    func both() throws {
        let server = try GuestServer([
            "call.wasm": Self.say("hello"), "command.wasm": Self.command("Content-Type: a/b\\0a\\0ahello", count: 24),
        ])
        #expect(try server.get("/call.wasm").body == "hello")
        let response = try server.get("/command.wasm")
        #expect(response["content-type"] == "a/b")
        #expect(response.body == "hello")
    }

    @Test("each request has a fresh instance")
    func fresh() throws {
        let remember = """
            (global.set $count (i32.add (global.get $count) (i32.const 1)))
            (i32.store8 (i32.const 16) (i32.add (i32.load8_u (i32.const 16)) (global.get $count)))
            """
        let server = try GuestServer(["f.wasm": Self.say("0", before: remember)])
        for _ in 0..<50 { #expect(try server.get("/f.wasm").body == "1") }
    }

    @Test("traps are 500 with kind and function in the log, and the server goes on, in the same memory")
    func traps() throws {
        let server = try GuestServer([
            "bounds.wasm": Self.run("(drop (i32.load (i32.const 65536)))"),
            "zero.wasm": Self.run("(drop (i32.div_u (i32.const 1) (i32.const 0)))"),
            "recursion.wasm": Self.run("(call $run) (drop (i32.const 1))"),
            "unreachable.wasm": Self.run("unreachable"),
            "memory.wasm": Self.run(
                "(if (i32.eq (memory.grow (i32.const 30000)) (i32.const -1)) (then unreachable))"),
            "fine.wasm": Self.say("fine"),
        ])
        let names = ["bounds", "zero", "recursion", "unreachable", "memory"]
        func round() throws {
            for name in names { #expect(try server.get("/\(name).wasm").status == 500, "\(name)") }
        }
        for _ in 0..<20 { try round() }
        // Other tests take memory meanwhile; what leaks here would do so every time.
        var growth = Int.max
        for _ in 0..<5 where growth >= 16 << 20 {
            let before = residentBytes()
            for _ in 0..<200 { try round() }
            growth = residentBytes() - before
        }
        #expect(growth < 16 << 20)
        #expect(try server.get("/fine.wasm").body == "fine")
        #expect(server.log.contains("bounds.wasm: out of bounds memory access"))
        #expect(server.log.contains("zero.wasm: integer divide by zero"))
        #expect(server.log.contains("recursion.wasm: call stack exhausted"))
        #expect(server.log.contains("memory.wasm: unreachable"))
        #expect(server.log.contains("in function 0") || server.log.contains("in run"))
    }

    @Test("a function that loops is 504 at its deadline, while others are answered")
    func deadline() throws {
        let server = try GuestServer(
            ["loop.wasm": Self.run("(loop $again (br $again))"), "fine.wasm": Self.say("fine")],
            timeout: 500 * .millisecond)
        let looping = try RawClient(port: server.server.address.port ?? 0)
        try looping.send("GET /loop.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(eventually { server.server.requestsUnderWay == 1 })
        for _ in 0..<10 { #expect(try server.get("/fine.wasm").body == "fine") }
        #expect(try looping.response().status == 504)
        #expect(server.log.contains("loop.wasm: deadline exceeded"))
    }

    @Test("a module that is none, or imports what nobody has, is 503 with the reason in the log")
    func refused() throws {
        let server = try GuestServer([
            "import.wasm": "(module (import \"env\" \"nobody\" (func)) (func (export \"run\")))",
            "entry.wasm": "(module (func (export \"go\")))",
            "type.wasm": "(module (func (export \"run\") (param i32)))",
        ])
        try server.folder.write("text.wasm", "this is no module")
        try server.folder.write("empty.wasm", "")
        for name in ["import", "entry", "type", "text", "empty"] {
            let response = try server.get("/\(name).wasm")
            #expect(response.status == 503, "\(name)")
            #expect(response.body == "503 Service Unavailable\n")
        }
        #expect(server.log.contains("import.wasm: unknown import: \"env\" \"nobody\""))
        #expect(server.log.contains("text.wasm:0x0:"))
        #expect(server.log.contains("entry.wasm: neither"))
    }

    @Test("an overwritten module is replaced, and a truncated one is not")
    func swap() throws {
        let server = try GuestServer(["f.wasm": Self.say("one")])
        #expect(try server.get("/f.wasm").body == "one")
        try server.folder.assemble("f.wasm", Self.say("two"))
        #expect(try eventually { try server.get("/f.wasm").body == "two" })
        truncate("\(server.folder.path)/f.wasm", 50)
        let file = open("\(server.folder.path)/f.wasm", O_WRONLY | O_APPEND)
        close(file)
        #expect(eventually { server.log.contains("the version before it keeps serving") })
        #expect(try server.get("/f.wasm").body == "two")
    }
}

private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, 256, file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * 4096
}
