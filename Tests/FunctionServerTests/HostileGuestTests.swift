import FunctionServer
import Glibc
import NIOCore
import Testing

/// Real modules whose answers and words mean harm.
@Suite("Hostile guests")
struct HostileGuestTests {
    /// Bytes as the text format has them.
    private static func data(_ text: String) -> String {
        text.utf8.map { "\\" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// A function that answers with a field, a status and the body `body`, whatever the host calls say to that.
    private static func answer(_ name: String, _ value: String, status: Int = 200, values: Int = 1) -> String {
        """
        (module
          (import "env" "hostcall_resp_set_header" (func $header (param i32 i32 i32 i32 i32) (result i32)))
          (import "env" "hostcall_resp_set_response_code" (func $code (param i32 i32) (result i32)))
          (import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))
          (memory (export "memory") 40)
          (data (i32.const 16) "\(data(name))")
          (data (i32.const 900) "body")
          (data (i32.const 1024) "\(data(value))")
          (func (export "run")
            (i32.store (i32.const 1048576) (i32.const 1024))
            (i32.store (i32.const 1048580) (i32.const \(value.utf8.count)))
            (drop (call $header (i32.const 0) (i32.const 16) (i32.const \(name.utf8.count)) (i32.const 1048576)
              (i32.const \(values))))
            (drop (call $code (i32.const 0) (i32.const \(status))))
            (drop (call $body (i32.const 0) (i32.const 900) (i32.const 4)))))
        """
    }

    /// A command that writes a text to a stream, then so many times 64 KiB of `x` without looking at what comes of it.
    private static func writer(_ text: String, to stream: Int, times: Int = 0) -> String {
        """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 2)
          (data (i32.const 32) "\(data(text))")
          (func (export "_start") (local $left i32)
            (i32.store (i32.const 0) (i32.const 32))
            (i32.store (i32.const 4) (i32.const \(text.utf8.count)))
            (drop (call $write (i32.const \(stream)) (i32.const 0) (i32.const 1) (i32.const 8)))
            (memory.fill (i32.const 65536) (i32.const 120) (i32.const 65536))
            (i32.store (i32.const 0) (i32.const 65536))
            (i32.store (i32.const 4) (i32.const 65536))
            (local.set $left (i32.const \(times)))
            (block $done
              (loop $again
                (br_if $done (i32.eqz (local.get $left)))
                (drop (call $write (i32.const \(stream)) (i32.const 0) (i32.const 1) (i32.const 8)))
                (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                (br $again)))))
        """
    }

    /// What two requests on one connection are answered: the second tells whether the first answer ended where it said.
    private func answers(
        _ server: GuestServer, _ method: String = "GET", _ name: String = "f.wasm"
    ) throws -> (first: RawResponse, second: RawResponse) {
        let client = try RawClient(port: server.server.address.port ?? 0)
        try client.send("\(method) /\(name) HTTP/1.1\r\nHost: x\r\n\r\n")
        let first = try client.response(to: method)
        try client.send("GET /good.wasm HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        let second = try client.response()
        #expect(client.rest().isEmpty)
        return (first, second)
    }

    @Test(
        "T25: what a guest of the host calls puts into a field splits no answer, and lies about no end",
        arguments: [
            ("x", "a\r\nevil: 1"), ("x", "a\nevil: 1"), ("x", "a\revil: 1"), ("x", "a\u{0}b"), ("x", "\r\n\r\nevil"),
            ("x\r\nevil", "1"), ("x\nevil", "1"), ("x\u{0}", "1"), ("x: 1\r\nevil", "1"), ("x evil", "1"), ("", "1"),
            ("evil:", "1"), ("content-length", "1"), ("Content-Length", "99999"), ("Transfer-Encoding", "chunked"),
            ("connection", "keep-alive"), ("Connection", "close"), ("upgrade", "h2c"), ("trailer", "evil"),
            ("keep-alive", "evil"), ("te", "evil"), ("proxy-connection", "evil"), ("x", "\u{7f}\u{8}"),
        ])
    func fields(name: String, value: String) throws {
        let server = try GuestServer(["f.wasm": Self.answer(name, value), "good.wasm": Modules.say("good")])
        let (first, second) = try answers(server)
        #expect([200, 502].contains(first.status))
        #expect(first.values("content-length") == [String(first.body.utf8.count)])
        for (name, value) in first.headers {
            #expect(!name.lowercased().contains("evil") && !value.contains("evil"), "\(name): \(value)")
            #expect(!["transfer-encoding", "upgrade", "connection"].contains(name.lowercased()))
        }
        #expect(second.status == 200 && second.body == "good")
    }

    @Test(
        "T25: no status of a guest is one that only the server has, or none at all",
        arguments: [
            0, 1, 99, 100, 101, 102, 103, 199, 600, 999, 1000, 65_736, 4_294_967_295,
        ])
    func statuses(status: Int) throws {
        let server = try GuestServer([
            "f.wasm": Self.answer("x", "y", status: status), "good.wasm": Modules.say("good"),
        ])
        let (first, second) = try answers(server)
        #expect([200, 502].contains(first.status), "\(first.status)")
        #expect(second.body == "good")
    }

    @Test("T25: answers without body have none, whoever gives them", arguments: [204, 304])
    func bodiless(status: Int) throws {
        let server = try GuestServer([
            "call.wasm": Self.answer("x", "y", status: status),
            "command.wasm": Self.writer("Status: \(status)\nContent-Type: text/plain\n\nbody", to: 1, times: 3),
            "plain.wasm": Self.writer("Content-Type: text/plain\n\nbody", to: 1), "good.wasm": Modules.say("good"),
        ])
        for name in ["call.wasm", "command.wasm"] {
            let (first, second) = try answers(server, "GET", name)
            #expect(first.status == status && first["content-length"] == nil && first["transfer-encoding"] == nil)
            #expect(second.body == "good", "\(name)")
        }
        for name in ["call.wasm", "command.wasm", "plain.wasm"] {
            let (first, second) = try answers(server, "HEAD", name)
            #expect(first.status == (name == "plain.wasm" ? 200 : status))
            if name == "plain.wasm" { #expect(first["content-length"] == "4") }
            #expect(second.body == "good", "\(name)")
        }
    }

    @Test("T25: a hundred thousand fields, a header without end and no output at all are 502 or cost nothing")
    func bombs() throws {
        let server = try GuestServer([
            "many.wasm": Self.answer("x", "", values: 100_000), "good.wasm": Modules.say("good"),
            "gigabyte.wasm": Self.writer("X: ", to: 1, times: 16_384), "none.wasm": Self.writer("", to: 1),
            "silent.wasm": Modules.run("(nop)"),
        ])
        let many = try answers(server, "GET", "many.wasm").first
        #expect(many.status == 502 || many.values("x").count <= 256)
        #expect(try answers(server, "GET", "gigabyte.wasm").first.status == 502)
        #expect(try answers(server, "GET", "none.wasm").first.status == 502)
        let silent = try answers(server, "GET", "silent.wasm").first
        #expect(silent.status == 200 && silent.body.isEmpty)
        #expect(try answers(server, "GET", "good.wasm").first.body == "good")
    }

    @Test("T30: what a guest says stays its own, line by line, in the log of the process")
    func words() throws {
        let text = "one\u{1b}[2J\u{7}\r\nother.wasm: live request=0\n\r\r\u{85}\u{202e}\u{0}\n2026-11-28 error x\nrest"
        let server = try ServerProcess(["bad.wasm": Self.writer(text, to: 2)])
        let answer = try server.get("/bad.wasm")
        #expect(answer.status == 502)
        let id = try #require(answer["x-request-id"])
        #expect(eventually { server.log.contains("bad.wasm: rest request=\(id)\n") })
        let lines = server.log.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        for line in lines {
            #expect(line.wholeMatch(of: #/[0-9-]{10}T[0-9:.]{12}Z (info|notice|warning|error) .*/#) != nil, "\(line)")
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
            #expect(!line.contains("Z info other.wasm") && !line.contains("\u{202e}"))
        }
        #expect(lines.count { $0.contains(" bad.wasm: ") && $0.hasSuffix(" request=\(id)") } == 6)
    }

    @Test("T30: a line of a gigabyte is a line of four kilobytes, and takes no memory")
    func longLine() throws {
        let server = try ServerProcess(["bad.wasm": Self.writer("begin ", to: 2, times: 16_384)])
        #expect(try server.get("/bad.wasm").status == 502)
        #expect(eventually { server.log.contains(" bytes more)") })
        let line = try #require(server.log.split(separator: "\n").first { $0.contains("bad.wasm: begin xxx") })
        #expect(line.utf8.count < 4500 && line.contains("(1073737734 bytes more)"), "\(line.suffix(200))")
        let peak = try #require(server.proc("status").firstMatch(of: #/VmHWM:\s+([0-9]+) kB/#))
        #expect(try #require(Int(peak.1)) < 400_000)
    }
}
