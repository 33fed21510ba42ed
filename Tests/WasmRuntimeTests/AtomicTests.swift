import Testing
import WasmModule
import WasmRuntime

/// What atomic instructions do that the official suite doesn't ask.
@Suite struct AtomicTests {
    private static let shared: UInt8 = 3

    private static func atomic(_ opcode: UInt8, align: UInt8) -> [UInt8] { [0xFE, opcode, align, 0] }
    private static let notify = atomic(0x00, align: 2)
    private static let wait32 = atomic(0x01, align: 2)
    private static let wait64 = atomic(0x02, align: 3)
    private static let load32 = atomic(0x10, align: 2)
    private static let add32 = atomic(0x1E, align: 2)

    /// `wait` takes an address and a timeout and expects 0.
    private static func module(flags: UInt8 = shared) -> GuestModule {
        var module = GuestModule()
        module.memory(flags: flags, 1, 1)
        let parameters = [GuestModule.i32, GuestModule.i64]
        module.function(
            "wait32", parameters, [GuestModule.i32], Op.get(0) + Op.i32(0) + Op.get(1) + wait32)
        module.function(
            "wait64", parameters, [GuestModule.i32], Op.get(0) + Op.i64(0) + Op.get(1) + wait64)
        module.function(
            "notify", [GuestModule.i32], [GuestModule.i32], Op.get(0) + Op.i32(1) + notify)
        module.function("load", [GuestModule.i32], [GuestModule.i32], Op.get(0) + load32)
        module.function("loop", Op.forever(Op.i32(0) + Op.i32(1) + add32 + Op.drop))
        module.function("store", [GuestModule.i32], [], Op.get(0) + Op.i32(1) + Op.access(Op.i32Store8))
        return module
    }

    private func kind(_ instance: Instance, _ name: String, _ arguments: [Value]) -> Trap.Kind? {
        #expect(throws: Trap.self) { try instance.invoke(name, arguments) }?.kind
    }

    @Test("waiting ends when the time is up, or at once if the value is another", arguments: ["wait32", "wait64"])
    func timeout(name: String) throws {
        let instance = try Self.module().instantiate()
        #expect(try instance.invoke(name, [.i32(8), .i64(0)]) == [.i32(2)])
        #expect(try instance.invoke(name, [.i32(8), .i64(1_000_000)]) == [.i32(2)])
        #expect(try instance.invoke("notify", [.i32(8)]) == [.i32(0)])
        // The upper half counts for one of them.
        _ = try instance.invoke("store", [.i32(12)])
        let expected: UInt32 = name == "wait64" ? 1 : 2
        #expect(try instance.invoke(name, [.i32(8), .i64(0)]) == [.i32(expected)])
        _ = try instance.invoke("store", [.i32(8)])
        #expect(try instance.invoke(name, [.i32(8), .i64(.max)]) == [.i32(1)])
    }

    @Test("T7: waiting for ever is stopped", arguments: ["wait32", "wait64"])
    func deadline(name: String) throws {
        let instance = try Self.module().instantiate()
        for _ in 0..<3 {
            instance.store.setTimeout(.milliseconds(20))
            #expect(kind(instance, name, [.i32(0), .i64(.max)]) == .deadline)
            instance.store.setTimeout(nil)
            #expect(try instance.invoke("notify", [.i32(0)]) == [.i32(0)])
        }
        instance.store.setTimeout(.milliseconds(20))
        #expect(kind(instance, "loop", []) == .deadline)
    }

    @Test("T1: atomic accesses outside of the memory trap, and so do unaligned ones")
    func bounds() throws {
        let instance = try Self.module().instantiate()
        #expect(try instance.invoke("load", [.i32(65_532)]) == [.i32(0)])
        for address: UInt32 in [65_536, 0x7FFF_FFF8, 0xFFFF_FFF8] {
            #expect(kind(instance, "load", [.i32(address)]) == .memoryBounds)
            #expect(kind(instance, "notify", [.i32(address)]) == .memoryBounds)
            #expect(kind(instance, "wait32", [.i32(address), .i64(0)]) == .memoryBounds)
            #expect(kind(instance, "wait64", [.i32(address), .i64(0)]) == .memoryBounds)
        }
        for address: UInt32 in [1, 2, 3, 65_530] {
            #expect(kind(instance, "load", [.i32(address)]) == .unalignedAtomic)
            #expect(kind(instance, "notify", [.i32(address)]) == .unalignedAtomic)
            #expect(kind(instance, "wait32", [.i32(address), .i64(0)]) == .unalignedAtomic)
        }
        #expect(kind(instance, "wait64", [.i32(4), .i64(0)]) == .unalignedAtomic)
    }

    @Test("nobody can wait on a memory that isn't shared; nobody is woken there")
    func unshared() throws {
        let instance = try Self.module(flags: 1).instantiate()
        #expect(kind(instance, "wait32", [.i32(0), .i64(0)]) == .expectedShared)
        #expect(try instance.invoke("notify", [.i32(0)]) == [.i32(0)])
    }
}
