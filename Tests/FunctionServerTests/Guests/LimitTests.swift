import CoreMetrics
import FunctionServer
import Hostcalls
import MetricsTestKit
import ModuleCache
import NIOCore
import Testing
import WasmRuntime

/// T9, T16, T29: what a function may use is limited, and the limit that it reached is named where operators look.
@Suite("Limits")
struct LimitTests {
    private static let metrics: TestMetrics = {
        let metrics = TestMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()

    private static func function(_ body: String, _ more: String = "") -> String {
        "(module \(more) (memory (export \"memory\") 1) (func $run (export \"run\") \(body)))"
    }

    private static let setBody =
        "(import \"env\" \"hostcall_resp_set_body\" (func $body (param i32 i32 i32) (result i32)))"

    /// Asks for the function, and looks for the limit in the log and in the metrics.
    private func expect(
        _ limit: Limit, _ amount: String, of server: GuestServer, _ name: String, status: Int,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let metrics = Self.metrics
        #expect(try server.get("/\(name)").status == status, sourceLocation: location)
        #expect(
            eventually { server.log.contains("\(name): limit reached: \(limit.rawValue)\(amount)") }, "in the log",
            sourceLocation: location)
        let counter = try metrics.expectCounter(
            "terrafirma_limits_reached_total", [("limit", limit.rawValue), ("function", name)])
        #expect(counter.totalValue > 0, sourceLocation: location)
    }

    @Test("memory: growth that was refused is named, whatever the function makes of it")
    func memory() throws {
        let server = try GuestServer([
            "m-grow.wasm": Self.function("(drop (memory.grow (i32.const 1000)))"),
            "m-start.wasm": "(module (memory 1000) (func (export \"run\")))",
            "m-own.wasm": "(module (memory 1 2) (func (export \"run\") (drop (memory.grow (i32.const 1000)))))",
        ])
        try expect(.memory, " (16777216 bytes)", of: server, "m-grow.wasm", status: 200)
        try expect(.memory, " (16777216 bytes)", of: server, "m-start.wasm", status: 500)
        #expect(try server.get("/m-own.wasm").status == 200)
        #expect(!server.log.contains("m-own.wasm: limit reached"), "its own maximum is no limit of ours")
    }

    @Test("T9: tables that grow, and one of 2^32 elements")
    func tables() throws {
        let server = try GuestServer([
            "t-grow.wasm": Self.function(
                "(drop (table.grow 0 (ref.null func) (i32.const 1001)))", "(table 0 funcref)"),
            "t-start.wasm": "(module (table 0xFFFFFFFF funcref) (func (export \"run\")))",
        ]) { $1.instance.tableElements = 1000 }
        try expect(.tableElements, " (1000 elements)", of: server, "t-grow.wasm", status: 200)
        #expect(try server.get("/t-start.wasm").status >= 500)
    }

    @Test("the stack, the time by the clock, the time of a processor")
    func stackAndTime() throws {
        let server = try GuestServer(
            [
                "s.wasm": Self.function("(call $run) (drop (i32.const 1))"),
                "w.wasm": Self.function("(loop $again (br $again))"),
            ], timeout: 300 * .millisecond)
        try expect(.stack, " (1048576 bytes)", of: server, "s.wasm", status: 500)
        try expect(.wallTime, " (0.3 seconds)", of: server, "w.wasm", status: 504)
        let other = try GuestServer(["p.wasm": Self.function("(loop $again (br $again))")]) {
            $1.processorTime = 100 * .millisecond
        }
        try expect(.processorTime, " (0.1 seconds)", of: other, "p.wasm", status: 504)
        #expect(other.log.contains("p.wasm: processor time used up"))
    }

    @Test("T29: a command that writes without end is stopped, and what it wrote is not held")
    func output() throws {
        let endless = """
            (module
              (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 2)
              (data (i32.const 0) "\\10\\00\\00\\00\\10\\00\\00\\00\\00\\01\\00\\00\\00\\00\\01\\00")
              (data (i32.const 16) "Content-Type: a\\n")
              (data (i32.const 32) "\\n")
              (func (export "_start") (local $status i32)
                (i32.store (i32.const 40) (i32.const 16)) (i32.store (i32.const 44) (i32.const 17))
                (drop (call $write (i32.const 1) (i32.const 40) (i32.const 1) (i32.const 60)))
                (loop $again
                  (br_if $again (i32.eqz (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 60)))))))
            """
        let server = try GuestServer(["o.wasm": endless]) { $1.outputBytes = 5 << 20 }
        // The header has gone out: the client sees the connection end early.
        _ = try? server.get("/o.wasm")
        #expect(eventually { server.log.contains("o.wasm: limit reached: output-bytes (5242880 bytes") })
        #expect(server.log.contains("the response is larger than 5242880 bytes"))
    }

    /// Answers with the error number of creating `/tmp/a` and nothing but that, then writes 1 MiB into it.
    private static let scratch = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (memory (export "memory") 18)
          (data (i32.const 0) "\\40\\00\\00\\00\\18\\00\\00\\00\\00\\00\\02\\00\\00\\00\\10\\00")
          (data (i32.const 64) "Content-Type: a\\n\\n       ")
          (data (i32.const 128) "a")
          (func (export "_start") (local $errno i32)
            (local.set $errno
              (call $open (i32.const 3) (i32.const 0) (i32.const 128) (i32.const 1) (i32.const 5)
                (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 60)))
            (i32.store8 (i32.const 87) (i32.add (i32.const 48) (i32.rem_u (local.get $errno) (i32.const 10))))
            (i32.store8 (i32.const 86) (i32.add (i32.const 48) (i32.div_u (local.get $errno) (i32.const 10))))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 56)))
            (if (i32.eqz (local.get $errno))
              (then (drop (call $write (i32.load (i32.const 60)) (i32.const 8) (i32.const 1) (i32.const 56)))))))
        """

    @Test("T12: a command's folder in memory is empty each time; without one there is none")
    func scratchFolder() throws {
        let server = try GuestServer(["f.wasm": Self.scratch]) { $1.memoryFolder = MemoryFolder(guest: "/tmp") }
        // Created anew, and it has to be: O_EXCL.
        for _ in 0..<20 { #expect(try server.get("/f.wasm").body == "     00") }
        let other = try GuestServer(["f.wasm": Self.scratch])
        #expect(try other.get("/f.wasm").body == "     08" /* badf */)
    }

    @Test("T9: what a command's folder in memory holds is limited, and the limit is named")
    func scratchFolderLimit() throws {
        let server = try GuestServer(["tmp.wasm": Self.scratch]) {
            $1.memoryFolder = MemoryFolder(guest: "/tmp", bytes: 100_000)
        }
        try expect(.memoryFolder, " (100000 bytes in /tmp)", of: server, "tmp.wasm", status: 200)
    }

    @Test("what host calls hold: the body, the header, handles")
    func hostcalls() throws {
        let create = """
            (import "env" "hostcall_req_create" (func $create (param i32 i32 i32 i32) (result i32)))
            """
        let header = """
            (import "env" "hostcall_resp_set_header" (func $header (param i32 i32 i32 i32 i32) (result i32)))
            """
        let server = try GuestServer([
            "h-body.wasm": Self.function(
                "(drop (call $body (i32.const 0) (i32.const 0) (i32.const 5000)))", Self.setBody),
            "h-header.wasm": Self.function(
                "(drop (call $header (i32.const 0) (i32.const 0) (i32.const 3000) (i32.const 0) (i32.const 0)))",
                header),
            "h-handles.wasm": """
            (module \(create) (memory (export "memory") 1) (data (i32.const 0) "GEThttp://a/")
              (func (export "run") (local i32)
                (loop
                  (drop (call $create (i32.const 0) (i32.const 3) (i32.const 3) (i32.const 9)))
                  (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 9))))))
            """,
        ]) {
            $1.hostcalls.responseBodyBytes = 4096
            $1.hostcalls.headerBytes = 2048
            $1.hostcalls.handles = 8
        }
        try expect(.outputBytes, "", of: server, "h-body.wasm", status: 200)
        try expect(.hostBytes, "", of: server, "h-header.wasm", status: 200)
        let amount = " (8 requests and responses, 16 sent requests)"
        try expect(.hostHandles, amount, of: server, "h-handles.wasm", status: 200)
    }

    @Test("T10: modules that are too large, or take too long to compile, leave the others alone")
    func compilation() throws {
        let data = String(repeating: "x", count: 5000)
        let server = try GuestServer(["c-large.wasm": Self.function("", "(data \"\(data)\")")]) {
            configuration, _ in configuration.maximumModule = 4096
        }
        try expect(.moduleBytes, " (4096 bytes)", of: server, "c-large.wasm", status: 503)
        var options = CompileOptions()
        options.timeLimit = .zero
        let slow = try GuestServer(["c-slow.wasm": Self.function("")], compilation: options)
        try expect(.compileTime, " (0.0 seconds)", of: slow, "c-slow.wasm", status: 503)
        #expect(slow.log.contains("c-slow.wasm: compiling it takes longer than the limit"))
    }

    @Test("T36: a function has no more instances than it may, and the others theirs")
    func instances() throws {
        let server = try GuestServer(
            ["i-loop.wasm": Self.function("(loop $again (br $again))"), "i-fine.wasm": Self.function("")],
            timeout: 400 * .millisecond
        ) { configuration, _ in
            configuration.callThreads = 4
            configuration.instancesPerFunction = 2
            configuration.queue = 3
        }
        #expect(try server.get("/i-loop.wasm").status == 504)
        let clients = try (0..<6).map { _ in try RawClient(port: server.server.address.port ?? 0) }
        for client in clients {
            try client.send("GET /i-loop.wasm HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        }
        let statuses = try clients.map { try $0.response().status }
        #expect(Set(statuses).isSubset(of: [503, 504]))
        #expect(statuses.contains(503) && statuses.contains(504))
        #expect(server.log.contains("i-loop.wasm: limit reached: instances"))
        #expect(try server.get("/i-fine.wasm").status == 200)
    }
}
