import Glibc
import Testing
import WasmModule
import WasmRuntime

@testable import Hostcalls

@Suite("The examples, end to end")
struct ExampleTests {
    private func text(_ response: GuestResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    private func trapKind(_ name: String, timeout: Duration? = .seconds(60)) throws -> Trap.Kind {
        let module = try ExampleGuests.example(name)
        let trap = #expect(throws: Trap.self) { try ExampleGuests.answer(module, timeout: timeout) }
        return try #require(trap).kind
    }

    @Test(
        "Each hello greets, in C, Swift and text",
        arguments: [
            ("hello", "Hello World!\n"), ("hello-swift", "Hello from Swift!\n"), ("hello-text", "Hello from text!\n"),
        ])
    func hello(name: String, greeting: String) throws {
        let response = try ExampleGuests.answer(try ExampleGuests.example(name))
        #expect(text(response) == greeting)
        #expect(response.status == 200)
        #expect(response.headers == [HeaderField(name: "content-type", value: "text/plain; charset=utf-8")])
    }

    @Test("The echo answers with method, path, headers and body")
    func echo() throws {
        let request = GuestRequest(
            method: "PATCH", target: "/echo.wasm/a%20b?c=d",
            headers: [
                HeaderField(name: "Host", value: "localhost"), HeaderField(name: "X-Twice", value: "1"),
                HeaderField(name: "X-Empty", value: ""), HeaderField(name: "x-twice", value: "2"),
            ],
            body: [UInt8]("the body".utf8))
        let expected = """
            PATCH /echo.wasm/a%20b?c=d
            host: localhost
            x-twice: 1
            x-twice: 2
            x-empty:\u{20}

            the body
            """
        #expect(text(try ExampleGuests.answer(try ExampleGuests.example("echo"), request)) == expected)
    }

    @Test("A body of megabytes makes the guest's memory grow and comes back whole")
    func largeEcho() throws {
        let body = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
        let module = try ExampleGuests.example("echo")
        let response = try ExampleGuests.answer(module, GuestRequest(method: "PUT", target: "/", body: body))
        #expect(response.body == Array("PUT /\n\n".utf8) + body)
    }

    @Test("The counter answers 1 every time")
    func counter() throws {
        let module = try ExampleGuests.example("counter")
        for _ in 0..<3 { #expect(text(try ExampleGuests.answer(module)) == "1\n") }
    }

    @Test("Each failing example fails in its way")
    func failures() throws {
        #expect(try trapKind("trap") == .unreachable)
        #expect(try trapKind("out-of-bounds") == .memoryBounds)
        #expect(try trapKind("recurse") == .stackExhausted)
        #expect(try trapKind("grow") == .unreachable)
        #expect(try trapKind("loop", timeout: .milliseconds(20)) == .deadline)
    }

    @Test(
        "Each CGI hello writes a header block and a greeting",
        arguments: [("hello-cgi", "Hello from CGI!\n"), ("hello-cgi-swift", "Hello from Swift through CGI!\n")])
    func helloCGI(name: String, greeting: String) throws {
        let head = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        #expect(try output(of: name) == head + greeting)
    }

    @Test("The CGI echo writes environment and body")
    func echoCGI() throws {
        let output = try output(of: "echo-cgi", environment: ["REQUEST_METHOD": "POST"], input: "the body")
        #expect(output == "Content-Type: text/plain; charset=utf-8\r\n\r\nREQUEST_METHOD=POST\n\nthe body")
    }

    /// Runs a command with a file as input and another as output.
    private func output(of name: String, environment: [String: String] = [:], input: String = "") throws -> String {
        let module = try ExampleGuests.example(name)
        let files = try (0..<2).map { _ in try #require(tmpfile()) }
        defer { for file in files { fclose(file) } }
        fputs(input, files[0])
        rewind(files[0])
        let context = try WASIContext()
        try context.lend(fileno(files[0]), as: 0)
        try context.lend(fileno(files[1]), as: 1)
        for (name, value) in environment { try context.addEnvironment(name: name, value: value) }
        let store = try Store(limits: InstanceLimits())
        store.setHostData(UnsafeMutableRawPointer(context.handle))
        _ = try withExtendedLifetime(context) { try module.instantiate(in: store).invoke("_start") }
        rewind(files[1])
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = fread(&bytes, 1, bytes.count, files[1])
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
