import FunctionServer
import Hostcalls
import ModuleCache
import NIOCore
import NIOHTTP1
import Testing
import WasmRuntime

/// Guests that are called on an event loop: they answer, or nothing has happened.
@Suite("Calls on event loops")
struct LoopCallTests {
    private static let imports = """
        (import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))
        (import "env" "hostcall_panic_hook" (func $panic (param i32 i32)))
        (import "env" "hostcall_req_create" (func $create (param i32 i32 i32 i32) (result i32)))
        (import "env" "hostcall_req_send" (func $send (param i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 16) "hello")
        (data (i32.const 32) "GEThttp://127.0.0.1:9/")
        """

    private static func module(_ body: String) -> String {
        "(module \(imports) (func (export \"run\") \(body)))"
    }

    private static let hello = "(drop (call $body (i32.const 0) (i32.const 16) (i32.const 5)))"

    /// What it answers on a loop, and on a thread.
    private static func answers(
        _ body: String, _ configure: (inout GuestLimits) -> Void = { _ in }
    ) throws -> (atOnce: String?, onThread: String?) {
        let folder = try TestFolder()
        try folder.assemble("f.wasm", module(body))
        guard case .whole(let contents, _) = try ServedFolder(path: folder.path).open("f.wasm").contents(limit: 1 << 20)
        else { throw TestFailure("f.wasm cannot be read") }
        let cacheFolder = try TestFolder()
        var limits = GuestLimits()
        limits.timeout = 100 * .millisecond
        configure(&limits)
        let cache = ModuleCache(configuration: CacheConfiguration(directory: cacheFolder.path + "/cache"))
        let loaded = try GuestLoader(cache: cache, limits: limits)
            .load(name: "f.wasm", contents: contents)
        guard case .call(let function) = loaded else { throw TestFailure("no function of the host calls") }
        let log = FunctionLog(name: "f.wasm", logger: LogLines().logger())
        let request = FunctionRequest(
            method: "GET", target: try RequestTarget(parsing: "/f.wasm"), pathInfo: "", version: "HTTP/1.1",
            headers: HTTPHeaders(), remoteAddress: "127.0.0.1", port: 80, body: ByteBuffer(), bodyLength: 0)
        let atOnce = function.respondAtOnce(to: request)
        let onThread = try? function.respond(to: request, log: log)
        return (atOnce.map { String(buffer: $0.body) }, onThread.map { String(buffer: $0.body) })
    }

    @Test("a function that is short answers")
    func short() throws {
        let answers = try Self.answers(Self.hello)
        #expect(answers.atOnce == "hello")
        #expect(answers.onThread == "hello")
    }

    @Test("one that goes on and on is given up, and its time on a thread is its own")
    func long() throws {
        // Some 10 ms: above what a loop gives it, below its limit.
        let work =
            "(local i32) (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 20000000))))"
        let answers = try Self.answers(work + Self.hello) { $0.timeout = 60 * .second }
        #expect(answers.atOnce == nil)
        #expect(answers.onThread == "hello")
    }

    @Test("T7: one that never returns is given up on a loop too")
    func endless() throws {
        let answers = try Self.answers("(loop (br 0))")
        #expect(answers.atOnce == nil)
        #expect(answers.onThread == nil)
    }

    @Test("one that traps, or says that it failed, is left to a thread, which tells of it")
    func failing() throws {
        #expect(try Self.answers("unreachable").atOnce == nil)
        let panic = "(call $panic (i32.const 16) (i32.const 5))"
        #expect(try Self.answers(Self.hello + panic).atOnce == nil)
    }

    @Test("one that asks others is left to a thread, before it has asked")
    func asking() throws {
        let send = """
            (drop (call $send (call $create (i32.const 32) (i32.const 3) (i32.const 35) (i32.const 19))))
            """
        let answers = try Self.answers(Self.hello + send)
        #expect(answers.atOnce == nil)
        // Refused there, which is an answer.
        #expect(answers.onThread == "hello")
    }

    @Test("one that reaches a limit is left to a thread, which tells of it")
    func limits() throws {
        let grow = "(drop (memory.grow (i32.const 100)))"
        let answers = try Self.answers(Self.hello + grow) { $0.instance.memoryBytes = 2 << 16 }
        #expect(answers.atOnce == nil)
        #expect(answers.onThread == "hello")
        let large = "(drop (call $body (i32.const 0) (i32.const 0) (i32.const 65536)))"
        #expect(try Self.answers(Self.hello + large) { $0.hostcalls.responseBodyBytes = 100 }.atOnce == nil)
    }

    @Test("a server answers short functions on its loops, and others not")
    func inServer() throws {
        let server = try GuestServer([
            "short.wasm": Self.module(Self.hello), "trap.wasm": Self.module("unreachable"),
        ])
        for _ in 0..<200 { #expect(try server.get("/short.wasm").body == "hello") }
        for _ in 0..<20 { #expect(try server.get("/trap.wasm").status == 500) }
        #expect(server.server.loopAnswers(of: "short.wasm") > 0)
        #expect(server.server.loopAnswers(of: "trap.wasm") == 0)
    }

    @Test("T36: a function that is short until it is trusted holds up nobody")
    func treacherous() throws {
        // Loops for ever if the request has a body.
        let body = """
            (local i32)
            (call $get (i32.const 64) (i32.const 68) (i32.const 0))
            (if (i32.load (i32.const 68)) (then (loop (br 0))))
            """
        let treacherous = Self.module(body + Self.hello).replacing(
            "(memory",
            with: """
                (import "env" "hostcall_req_get_body" (func $get (param i32 i32 i32)))
                (func (export "malloc") (param i32) (result i32) (i32.const 1024))
                (memory
                """, maxReplacements: 1)
        let server = try GuestServer(
            ["treacherous.wasm": treacherous, "good.wasm": Self.module(Self.hello)], timeout: 50 * .millisecond)
        for _ in 0..<10 {
            for _ in 0..<20 { #expect(try server.get("/treacherous.wasm").body == "hello") }
            #expect(try server.get("/treacherous.wasm", body: "x").status == 504)
            #expect(try server.get("/good.wasm").body == "hello")
        }
        #expect(server.server.loopAnswers(of: "treacherous.wasm") > 0)
    }
}
