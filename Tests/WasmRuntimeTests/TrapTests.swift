import Testing
import WasmModule
import WasmRuntime

/// How guests fail, and that the host goes on.
@Suite struct TrapTests {
    /// One function `run` of no arguments that returns nothing.
    private func instance(_ body: [UInt8], memory: UInt32 = 1) throws -> Instance {
        var module = GuestModule()
        module.memory(memory)
        module.function("run", body)
        return try module.instantiate()
    }

    private func kind(_ body: [UInt8]) throws -> Trap.Kind? {
        let instance = try instance(body)
        return #expect(throws: Trap.self) { try instance.invoke("run") }?.kind
    }

    @Test("unreachable traps with its official text")
    func unreachable() throws {
        let instance = try instance(Op.unreachable)
        let trap = #expect(throws: Trap.self) { try instance.invoke("run") }
        #expect(trap?.kind == .unreachable)
        #expect(trap?.message == "unreachable")
    }

    /// The operands are loaded from memory, so that no compiler knows them.
    private func binary(_ opcode: UInt8, is64: Bool, _ dividend: [UInt8], _ difference: Int64) -> [UInt8] {
        let load: [UInt8] = Op.i32(0) + Op.access(is64 ? 0x29 : 0x28)
        let difference = is64 ? Op.i64(difference) : Op.i32(Int32(difference))
        let divisor = load + difference + [is64 ? 0x7C : 0x6A]
        return dividend + divisor + [opcode] + Op.drop
    }

    @Test("division by zero and overflow are told apart", arguments: [false, true])
    func division(is64: Bool) throws {
        let least = is64 ? Op.i64(.min) : Op.i32(.min)
        let one = is64 ? Op.i64(1) : Op.i32(1)
        let signed: UInt8 = is64 ? 0x7F : 0x6D
        for opcode in signed..<signed + 4 where !(is64 && opcode > 0x7F) {
            #expect(try kind(binary(opcode, is64: is64, one, 0)) == .divideByZero)
        }
        if is64 {
            for opcode: UInt8 in 0x80...0x82 {
                #expect(try kind(binary(opcode, is64: true, one, 0)) == .divideByZero)
            }
        }
        #expect(try kind(binary(signed, is64: is64, least, -1)) == .integerOverflow)
    }

    @Test("the remainder of the least value by minus one is zero and no trap", arguments: [false, true])
    func remainder(is64: Bool) throws {
        let least = is64 ? Op.i64(.min) : Op.i32(.min)
        let instance = try instance(binary(is64 ? 0x81 : 0x6F, is64: is64, least, -1))
        #expect(try instance.invoke("run").isEmpty)
    }

    @Test("an indirect call names what is wrong with its callee")
    func indirectCalls() throws {
        var module = GuestModule()
        module.table(4)
        let plain = module.type([], [])
        let other = module.function("other", [], [GuestModule.i32], Op.i32(7))
        module.function("run", [GuestModule.i32], [], Op.get(0) + Op.callIndirect(plain))
        let fine = module.function("fine", [])
        module.elements(at: 1, [other, fine])
        let instance = try module.instantiate()
        func trap(_ index: UInt32) -> String? {
            #expect(throws: Trap.self) { try instance.invoke("run", [.i32(index)]) }?.message
        }
        #expect(trap(0) == "uninitialized element")
        #expect(trap(1) == "indirect call type mismatch")
        #expect(try instance.invoke("run", [.i32(2)]).isEmpty)
        #expect(trap(3) == "uninitialized element")
        #expect(trap(4) == "undefined element")
        #expect(trap(.max) == "undefined element")
    }

    @Test("a backtrace names the guest's functions, innermost first, and nothing else", GuestModule.isAsWritten)
    func backtrace() throws {
        var module = GuestModule()
        let inner = module.function("inner", Op.unreachable)
        let middle = module.function("middle", Op.call(inner))
        module.function("outer", Op.call(middle))
        let instance = try module.instantiate()
        let trap = #expect(throws: Trap.self) { try instance.invoke("outer") }
        #expect(trap?.backtrace.map(\.name) == ["inner", "middle", "outer"])
        #expect(trap?.backtrace.map(\.function.rawValue) == [0, 1, 2])
    }

    @Test("a trap by a fault has a backtrace too", GuestModule.isAsWritten)
    func backtraceOfFault() throws {
        var module = GuestModule()
        module.memory(1)
        let inner = module.function("inner", Op.i32(-1) + Op.access(Op.i32Load) + Op.drop)
        module.function("outer", Op.call(inner))
        let instance = try module.instantiate()
        let trap = #expect(throws: Trap.self) { try instance.invoke("outer") }
        #expect(trap?.backtrace.map(\.name) == ["inner", "outer"])
    }

    @Test("an instance works on after a trap")
    func instanceAfterTrap() throws {
        var module = GuestModule()
        module.memory(1)
        module.global("count", GuestModule.i32, isMutable: true, Op.i32(0))
        module.function("run", Op.globalGet(0) + Op.i32(1) + Op.i32Add + Op.globalSet(0) + Op.unreachable)
        let instance = try module.instantiate()
        for count: UInt32 in 1...1000 {
            #expect(throws: Trap.self) { try instance.invoke("run") }
            #expect(instance.global("count") == .i32(count))
        }
    }

    @Test("arguments of other types and missing exports are refused")
    func badInvocations() throws {
        let instance = try instance([])
        #expect(#expect(throws: Trap.self) { try instance.invoke("run", [.i32(1)]) }?.kind == .host)
        #expect(#expect(throws: Trap.self) { try instance.invoke("walk") }?.kind == .host)
        #expect(#expect(throws: Trap.self) { try instance.invoke("memory") }?.kind == .host)
    }
}
