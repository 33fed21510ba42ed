import Testing
import WasmModule
import WasmRuntime

@testable import Hostcalls

@Suite("Host calls and real guests")
struct RealGuestTests {
    /// A guest that asks for its method, with an allocator of the test's choice, and answers with it.
    private func guest(allocator: String, elements: String = "", before: String = "") throws -> PreparedModule {
        try ExampleGuests.text(
            """
            (module
              (import "env" "hostcall_init_mm" (func $init (param i32 i32)))
              (import "env" "hostcall_req_get_method" (func $method (param i32 i32 i32)))
              (import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (table 4 funcref)
              \(elements)
              \(allocator)
              (func (export "run")
                \(before)
                (call $method (i32.const 0) (i32.const 4) (i32.const 0))
                (drop (call $body (i32.const 0) (i32.load (i32.const 0)) (i32.load (i32.const 4))))))
            """)
    }

    private func body(_ module: PreparedModule) throws -> String {
        String(decoding: try ExampleGuests.answer(module).body, as: UTF8.self)
    }

    private func trap(_ module: PreparedModule) throws -> Trap {
        try #require(#expect(throws: Trap.self) { try ExampleGuests.answer(module) })
    }

    @Test("An allocator that only the unexported table has is found by its index")
    func tableAllocator() throws {
        let module = try guest(
            allocator: "(func $a (param i32) (result i32) (i32.const 100))", elements: "(elem (i32.const 2) $a)",
            before: "(call $init (i32.const 2) (i32.const 2))")
        #expect(try body(module) == "GET")
    }

    @Test("An exported malloc is found", arguments: ["malloc", "default_malloc_impl"])
    func exportedAllocator(name: String) throws {
        let module = try guest(allocator: "(func (export \"\(name)\") (param i32) (result i32) (i32.const 100))")
        #expect(try body(module) == "GET")
    }

    @Test("An export of that name and another type is no allocator")
    func misfit() throws {
        let module = try guest(allocator: "(func (export \"malloc\") (param i64) (result i32) (i32.const 100))")
        #expect(try body(module) == "")
    }

    @Test("A trap in the guest's allocator ends the guest as that trap")
    func trappingAllocator() throws {
        let module = try guest(
            allocator: "(func (export \"malloc\") (param i32) (result i32) (i32.div_u (i32.const 1) (i32.const 0)))")
        #expect(try trap(module).kind == .divideByZero)
    }

    @Test("An allocator that recurses for ever, or calls back into the host for ever, ends the guest")
    func recursingAllocator() throws {
        let module = try guest(
            allocator:
                "(func $a (export \"malloc\") (param i32) (result i32) (i32.add (call $a (local.get 0)) (i32.const 1)))"
        )
        #expect(try trap(module).kind == .stackExhausted)
        let nested = try guest(
            allocator: """
                (func (export "malloc") (param i32) (result i32)
                  (call $method (i32.const 0) (i32.const 4) (i32.const 0)) (i32.const 100))
                """)
        #expect(try trap(nested).kind == .stackExhausted)
    }

    @Test("An allocator that grows the memory gets its bytes where it said")
    func growingAllocator() throws {
        let module = try guest(
            allocator: """
                (func (export "malloc") (param i32) (result i32)
                  (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))
                """)
        #expect(try body(module) == "GET")
    }

    @Test("A bad pointer ends the guest with a message for the operator")
    func badPointer() throws {
        let module = try guest(allocator: "(func (export \"malloc\") (param i32) (result i32) (i32.const -1))")
        let trap = try trap(module)
        #expect(trap.kind == .host)
        #expect(trap.message == "req_get_method: 4 bytes at 4294967295 are outside of the memory")
    }

    @Test("A guest with neither memory nor allocator runs")
    func noMemory() throws {
        let module = try ExampleGuests.text(
            """
            (module (import "env" "hostcall_resp_set_response_code" (func $code (param i32 i32) (result i32)))
              (func (export "run") (drop (call $code (i32.const 0) (i32.const 404)))))
            """)
        #expect(try ExampleGuests.answer(module).status == 404)
    }

    @Test("A guest that waits for a silent peer is ended by its deadline")
    func deadlineWhileWaiting() throws {
        let server = try #require(LoopbackServer { _ in nil })
        defer { server.stop() }
        let module = try ExampleGuests.text(
            """
            (module
              (import "env" "hostcall_req_create" (func $create (param i32 i32 i32 i32) (result i32)))
              (import "env" "hostcall_req_send" (func $send (param i32) (result i32)))
              (memory 1)
              (data (i32.const 0) "GEThttp://127.0.0.1:\(server.port)/")
              (func (export "run") (drop (call $send (call $create (i32.const 0) (i32.const 3) (i32.const 3)
                (i32.const \("http://127.0.0.1:\(server.port)/".utf8.count)))))))
            """)
        let policy = OutboundPolicy(
            allowed: [try #require(HostPattern("127.0.0.1:\(server.port)"))], allowsPrivateAddresses: true)
        let trap = #expect(throws: Trap.self) {
            try ExampleGuests.answer(module, timeout: .milliseconds(500), outbound: policy)
        }
        #expect(trap?.kind == .deadline)
        #expect(server.requests.count == 1)
    }
}
