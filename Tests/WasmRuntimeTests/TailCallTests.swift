import CRuntime
import Testing
import WasmModule
import WasmRuntime

/// Calls in place of the caller need no stack, whatever is called.
@Suite struct TailCallTests {
    private static func returnCall(_ function: UInt32) -> [UInt8] { [0x12, UInt8(function)] }

    /// `(n, sum)`: the sum if n is 0, else a tail call of `next` with n - 1 and sum + `step`.
    private static func countdown(_ next: UInt32, step: Int32) -> [UInt8] {
        let finish = Op.get(0) + [0x45, 0x04, 0x40] + Op.get(1) + [0x0F] + Op.end
        return finish + Op.get(0) + Op.i32(1) + Op.i32Sub + Op.get(1) + Op.i32(step) + Op.i32Add + returnCall(next)
    }

    private static let pair = [GuestModule.i32, GuestModule.i32]

    @Test("a million calls of itself, and of one another, need no stack")
    func million() throws {
        var module = GuestModule()
        module.function("self", Self.pair, [GuestModule.i32], Self.countdown(0, step: 1))
        module.function("even", Self.pair, [GuestModule.i32], Self.countdown(2, step: 1))
        module.function("odd", Self.pair, [GuestModule.i32], locals: Self.pair, Self.countdown(1, step: 2))
        let instance = try module.instantiate(limits: InstanceLimits(stackBytes: 65_536))
        #expect(try instance.invoke("self", [.i32(1_000_000), .i32(1)]) == [.i32(1_000_001)])
        #expect(try instance.invoke("even", [.i32(1_000_000), .i32(0)]) == [.i32(1_500_000)])
    }

    @Test("a tail call of a host function returns to the caller's caller")
    func host() throws {
        var module = GuestModule()
        let host = module.importFunction("host", "add", Self.pair, [GuestModule.i32])
        let jump = module.function(
            "jump", Self.pair, [GuestModule.i32], Op.get(1) + Op.get(0) + Self.returnCall(host))
        module.function(
            "run", [], [GuestModule.i32], Op.i32(40) + Op.i32(1) + Op.call(jump) + Op.i32(1) + Op.i32Add)
        let add = HostFunction(
            module: "host", name: "add", type: FunctionType(parameters: [.i32, .i32], results: [.i32]),
            call: { _, values in
                guard let values else { return TF_TRAP_HOST }
                values[0] += values[1]
                return TF_OK
            })
        #expect(try module.instantiate([add]).invoke("run") == [.i32(42)])
    }

    @Test("T7: an endless chain of tail calls is stopped")
    func deadline() throws {
        var module = GuestModule()
        module.function("run", Self.returnCall(1))
        module.function("other", Self.returnCall(0))
        let instance = try module.instantiate()
        for _ in 0..<3 {
            instance.store.setTimeout(.milliseconds(20))
            #expect(#expect(throws: Trap.self) { try instance.invoke("run") }?.kind == .deadline)
        }
    }

    @Test("what a tail call left is not in the backtrace, its caller is")
    func backtrace() throws {
        var module = GuestModule()
        let fail = module.function("fail", Op.unreachable)
        let jump = module.function("jump", Self.returnCall(fail))
        module.function("outer", Op.call(jump))
        let instance = try module.instantiate()
        let trap = #expect(throws: Trap.self) { try instance.invoke("outer") }
        #expect(trap?.backtrace.map(\.name) == ["fail", "outer"])
    }
}
