import CRuntime
import Testing
import WasmModule
import WasmRuntime

/// What exceptions do that the official suite doesn't ask: with hosts, traps and deadlines in between.
@Suite struct ExceptionTests {
    private static let throwing: [UInt8] = [0x08, 0]
    private static let throwReference: [UInt8] = [0x0A]

    /// `block (result i32) try_table (catch 0 0) … end unreachable end`: the payload of what `body` throws.
    private static func payload(of body: [UInt8]) -> [UInt8] {
        [0x02, GuestModule.i32, 0x1F, 0x40, 1, 0, 0, 0] + body + Op.end + Op.unreachable + Op.end
    }

    /// `block (result exnref) try_table (catch_all_ref 0) … end unreachable end`: the exception itself.
    private static func exception(of body: [UInt8]) -> [UInt8] {
        [0x02, 0x69, 0x1F, 0x40, 1, 3, 0] + body + Op.end + Op.unreachable + Op.end
    }

    /// A module with the tag 0 for an i32.
    private static func module() -> GuestModule {
        var module = GuestModule()
        module.tag("tag", type: module.type([GuestModule.i32], []))
        return module
    }

    /// `deep n` calls itself n times, then throws 42.
    private static func addDeep(to module: inout GuestModule, index: UInt32) {
        let recurse = Op.get(0) + Op.i32(1) + Op.i32Sub + Op.call(index)
        let body = Op.get(0) + [0x04, 0x40] + recurse + Op.end + Op.i32(42) + throwing
        module.function("deep", [GuestModule.i32], [], body)
    }

    @Test("an exception passes 1,000 frames, again and again")
    func deep() throws {
        var module = Self.module()
        Self.addDeep(to: &module, index: 0)
        module.function("run", [], [GuestModule.i32], Self.payload(of: Op.i32(1000) + Op.call(0)))
        let instance = try module.instantiate()
        for _ in 0..<100 { #expect(try instance.invoke("run") == [.i32(42)]) }
    }

    @Test("an exception that nobody catches is a trap with a backtrace, and the instance works on")
    func uncaught() throws {
        var module = Self.module()
        Self.addDeep(to: &module, index: 0)
        module.function("run", Op.i32(1) + Op.call(0))
        module.function("fine", [], [GuestModule.i32], Self.payload(of: Op.i32(1) + Op.call(0)))
        let instance = try module.instantiate()
        for _ in 0..<100 {
            let trap = #expect(throws: Trap.self) { try instance.invoke("run") }
            #expect(trap?.kind == .uncaughtException)
            #expect(trap?.backtrace.map(\.name) == ["deep", "deep", "run"])
            #expect(try instance.invoke("fine") == [.i32(42)])
        }
    }

    @Test("no exception passes a host function: there it is a trap, and the handlers outside of it stay in force")
    func host() throws {
        var module = Self.module()
        module.table(1)
        let back = module.importFunction("host", "back")
        let inner = module.function("inner", Op.i32(1) + Self.throwing)
        module.function("run", [], [GuestModule.i32], Self.payload(of: Op.call(back)))
        let outer = Self.payload(of: Op.call(back) + Op.i32(7) + Self.throwing)
        module.function("caught", [], [GuestModule.i32], outer)
        module.elements(at: 0, [inner])
        let plain = FunctionType(parameters: [], results: [])
        func instance(_ call: @escaping HostFunction.Native) throws -> Instance {
            try module.instantiate([HostFunction(module: "host", name: "back", type: plain, call: call)])
        }
        let handingOn = try instance(NestedCalls.callBack)
        let trap = #expect(throws: Trap.self) { try handingOn.invoke("run") }
        #expect(trap?.kind == .uncaughtException)
        #expect(trap?.backtrace.map(\.name) == ["inner", "run"])
        let answering = try instance { host, values in
            NestedCalls.callBack(host, values) == TF_TRAP_UNCAUGHT_EXCEPTION ? TF_OK : TF_TRAP_HOST
        }
        for _ in 0..<100 { #expect(try answering.invoke("caught") == [.i32(7)]) }
    }

    @Test("a trap in a try leaves no handler behind")
    func trap() throws {
        var module = Self.module()
        module.function("trap", [], [GuestModule.i32], Self.payload(of: Op.unreachable))
        module.function("throw", Op.i32(1) + Self.throwing)
        let instance = try module.instantiate()
        for _ in 0..<100 {
            #expect(#expect(throws: Trap.self) { try instance.invoke("trap") }?.kind == .unreachable)
            #expect(#expect(throws: Trap.self) { try instance.invoke("throw") }?.kind == .uncaughtException)
        }
    }

    @Test("T7: a guest that does nothing but throw and catch is stopped")
    func deadline() throws {
        var module = Self.module()
        Self.addDeep(to: &module, index: 0)
        let once = Self.payload(of: Op.i32(3) + Op.call(0)) + Op.drop
        module.function("new", Op.forever(once))
        let again = Self.exception(of: Self.exception(of: Op.i32(1) + Self.throwing) + Self.throwReference)
        module.function("again", Op.forever(again + Op.drop))
        let instance = try module.instantiate()
        for name in ["new", "again", "new", "again"] {
            instance.store.setTimeout(.milliseconds(20))
            #expect(#expect(throws: Trap.self) { try instance.invoke(name) }?.kind == .deadline)
        }
    }

    @Test("throwing a null reference is a trap")
    func nullReference() throws {
        var module = Self.module()
        module.function("run", [0xD0, 0x69] + Self.throwReference)
        let instance = try module.instantiate()
        #expect(#expect(throws: Trap.self) { try instance.invoke("run") }?.kind == .nullReference)
    }

    @Test("T6: recursion that throws at the end of the stack is stopped as any other")
    func stack() throws {
        var module = Self.module()
        Self.addDeep(to: &module, index: 0)
        module.function("run", [], [GuestModule.i32], Self.payload(of: Op.i32(.max) + Op.call(0)))
        let instance = try module.instantiate()
        for _ in 0..<20 {
            #expect(#expect(throws: Trap.self) { try instance.invoke("run") }?.kind == .stackExhausted)
        }
    }
}
