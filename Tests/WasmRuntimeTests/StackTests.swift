import CRuntime
import Testing
import WasmModule
import WasmRuntime

/// T6: no guest gets past the end of its stack, and none takes the host with it.
@Suite struct StackTests {
    @Test("T6: endless recursion traps 1,000 times in a row, in one instance and in fresh ones")
    func recursion() throws {
        var module = GuestModule()
        module.function("run", Op.call(0))
        let loaded = try module.load()
        let instance = try module.instantiate()
        for round in 0..<1000 {
            let each = round % 2 == 0 ? instance : try Linker().instantiate(loaded, in: Store(limits: InstanceLimits()))
            #expect(#expect(throws: Trap.self) { try each.invoke("run") }?.kind == .stackExhausted)
        }
    }

    @Test("T6: mutual and indirect recursion trap too")
    func otherRecursion() throws {
        var module = GuestModule()
        module.table(1)
        let plain = module.type([], [])
        module.function("mutual", Op.call(1))
        module.function("back", Op.call(0))
        let indirect = module.function("indirect", Op.i32(0) + Op.callIndirect(plain))
        module.elements(at: 0, [indirect])
        let instance = try module.instantiate()
        for name in ["mutual", "indirect"] {
            #expect(#expect(throws: Trap.self) { try instance.invoke(name) }?.kind == .stackExhausted)
        }
    }

    @Test("T6: a frame of 50,000 locals doesn't step over the guard")
    func hugeFrame() throws {
        var module = GuestModule()
        let locals = [UInt8](repeating: GuestModule.i64, count: 50_000)
        module.function("run", [], [], locals: locals, Op.call(0))
        let instance = try module.instantiate()
        #expect(#expect(throws: Trap.self) { try instance.invoke("run") }?.kind == .stackExhausted)
    }

    @Test("a larger stack carries deeper recursion")
    func stackSize() throws {
        var module = GuestModule()
        // Calls itself as often as its argument says.
        let body = Op.get(0) + [0x04, 0x40] + Op.get(0) + Op.i32(1) + Op.i32Sub + Op.call(0) + Op.end
        module.function("run", [GuestModule.i32], [], body)
        let deep = [Value.i32(100_000)]
        let small = try module.instantiate(limits: InstanceLimits(stackBytes: 64 << 10))
        #expect(#expect(throws: Trap.self) { try small.invoke("run", deep) }?.kind == .stackExhausted)
        let large = try module.instantiate(limits: InstanceLimits(stackBytes: 64 << 20))
        #expect(try large.invoke("run", deep).isEmpty)
        #expect(#expect(throws: Trap.self) { try small.invoke("run", deep) }?.kind == .stackExhausted)
    }

    @Test("T6: every function of the runtime is safe to call with whatever is left of the stack")
    func runtimeFunctionsAtTheEnd() throws {
        var module = GuestModule()
        module.memory(1, 2)
        module.table(2)
        module.importFunction("host", "nothing")
        // Odd frame sizes, so that over the depths every remainder of the last page is met.
        let bodies: [[UInt8]] = [
            Op.call(0),
            Op.i32(1) + Op.memoryGrow + Op.drop,
            Op.i32(0) + Op.i32(1) + Op.i32(100) + Op.memoryFill,
            [0xD0, 0x70] + Op.i32(1) + Op.tableGrow + Op.drop,
            Op.i32(0) + Op.tableGet + Op.drop,
            [0x44, 0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0x9E] + Op.drop,
            Op.i32(0) + Op.access(Op.i32Load) + [0x67] + Op.drop,
        ]
        let locals = [0, 1, 3, 17]
        var names: [String] = []
        for body in bodies {
            for count in locals {
                names.append("f\(names.count)")
                let types = [UInt8](repeating: GuestModule.i64, count: count)
                module.function(names[names.count - 1], [], [], locals: types, body + Op.call(UInt32(names.count)))
            }
        }
        let host = HostFunction(
            module: "host", name: "nothing", type: FunctionType(parameters: [], results: []), call: { _, _ in TF_OK })
        let instance = try module.instantiate([host])
        for name in names {
            #expect(#expect(throws: Trap.self) { try instance.invoke(name) }?.kind == .stackExhausted)
        }
    }

    @Test("T6: recursion through host functions that call the guest again traps in the innermost guest")
    func recursionThroughHost() throws {
        let instance = try NestedCalls.instance()
        for _ in 0..<100 {
            let trap = #expect(throws: Trap.self) { try instance.invoke("recurse") }
            #expect(trap?.kind == .stackExhausted)
        }
    }
}

/// A guest that a host function calls back.
enum NestedCalls {
    /// Calls the function that is the instance's first reference, and returns its trap.
    static let callBack: HostFunction.Native = { host, values in
        guard let host, let instance = tf_host_instance(host) else { return TF_TRAP_HOST }
        let function = tf_instance_table(instance, 0).table.pointee.elements[0]
        return tf_host_call_guest(host, function?.assumingMemoryBound(to: tf_function.self), values)
    }

    /// The same, but takes the guest's trap for an answer: 1 in the first cell.
    static let callBackAndCatch: HostFunction.Native = { host, values in
        let trap = callBack(host, values)
        values?.pointee = trap == TF_OK ? 0 : 1
        return TF_OK
    }

    static func instance(inner: [UInt8] = Op.call(0)) throws -> Instance {
        var module = GuestModule()
        module.table(1)
        module.importFunction("host", "back")
        module.importFunction("host", "catch", [], [GuestModule.i32])
        let recurse = module.function("recurse", inner)
        module.function("catch", [], [GuestModule.i32], Op.call(1))
        module.elements(at: 0, [recurse])
        let plain = FunctionType(parameters: [], results: [])
        return try module.instantiate([
            HostFunction(module: "host", name: "back", type: plain, call: callBack),
            HostFunction(
                module: "host", name: "catch", type: FunctionType(parameters: [], results: [.i32]),
                call: callBackAndCatch),
        ])
    }
}

@Suite struct NestedCallTests {
    @Test("a trap below a host function comes to it as a value, and it may go on")
    func caught() throws {
        let instance = try NestedCalls.instance(inner: Op.unreachable)
        for _ in 0..<1000 { #expect(try instance.invoke("catch") == [.i32(1)]) }
    }

    @Test("a trap that the host function hands on ends the outer guest with the same kind")
    func handedOn() throws {
        var module = GuestModule()
        module.table(1)
        module.importFunction("host", "back")
        let inner = module.function("inner", Op.unreachable)
        module.function("outer", Op.call(0))
        module.elements(at: 0, [inner])
        let back = HostFunction(
            module: "host", name: "back", type: FunctionType(parameters: [], results: []), call: NestedCalls.callBack)
        let instance = try module.instantiate([back])
        let trap = #expect(throws: Trap.self) { try instance.invoke("outer") }
        #expect(trap?.kind == .unreachable)
        #expect(trap?.backtrace.map(\.name) == ["inner", "outer"])
    }

    @Test("objects of a host function in Swift are released when it returns a trap")
    func released() throws {
        final class Counted {
            nonisolated(unsafe) static var count = 0
            init() { Self.count += 1 }
            deinit { Self.count -= 1 }
        }
        var module = GuestModule()
        module.importFunction("host", "fail")
        module.function("run", Op.call(0))
        let fail = HostFunction(
            module: "host", name: "fail", type: FunctionType(parameters: [], results: []),
            call: { host, _ in
                let object = Counted()
                guard let host else { return TF_OK }
                tf_store_set_message(tf_host_store(host), "no: \(Counted.count)")
                return withExtendedLifetime(object) { TF_TRAP_HOST }
            })
        let instance = try module.instantiate([fail])
        let trap = #expect(throws: Trap.self) { try instance.invoke("run") }
        #expect(trap?.kind == .host)
        #expect(trap?.message == "no: 1")
        #expect(Counted.count == 0)
    }

    @Test("an exit carries its code, and is the end of the call only")
    func exit() throws {
        var module = GuestModule()
        module.importFunction("host", "exit")
        module.function("run", Op.call(0) + Op.unreachable)
        module.function("fine", [])
        let exit = HostFunction(
            module: "host", name: "exit", type: FunctionType(parameters: [], results: []),
            call: { host, _ in
                guard let host else { return TF_OK }
                tf_store_set_exit(tf_host_store(host), 42)
                return TF_EXIT
            })
        let instance = try module.instantiate([exit])
        #expect(#expect(throws: Trap.self) { try instance.invoke("run") }?.kind == .exit(42))
        #expect(try instance.invoke("fine").isEmpty)
    }
}
