import CRuntime
import Glibc
import Testing
import WasmModule
import WasmRuntime

/// What the collector frees, what it keeps, and where it ends.
@Suite struct GarbageCollectionTests {
    private typealias Code = [UInt8]

    private static let anyref: UInt8 = 0x6E
    private static let exnref: UInt8 = 0x69
    private static let limits = InstanceLimits(memoryBytes: 2 << 20)

    /// On `(struct (mut anyref) (mut i32))`, which is type 0 of the modules of this suite.
    private static let new: Code = [0xFB, 0, 0]
    private static let newDefault: Code = [0xFB, 1, 0]
    private static let next: Code = [0xFB, 0x16, 0, 0xFB, 2, 0, 0]
    private static let value: Code = [0xFB, 0x16, 0, 0xFB, 2, 0, 1]
    private static let setNext: Code = [0xFB, 5, 0, 0]

    /// Until the i32 in local 0 has been counted down to 0.
    private static func countdown(_ body: Code) -> Code {
        [0x03, 0x40] + body + Op.get(0) + Op.i32(1) + Op.i32Sub + [0x22, 0, 0x0D, 0] + Op.end
    }

    /// A module with `churn n`, which makes n cycles of two objects and keeps none.
    private static func module(importing: [String] = []) -> GuestModule {
        var module = GuestModule()
        module.type([0x5F, 2, anyref, 1, 0x7F, 1])
        for name in importing { module.importFunction("host", name) }
        let cycle = newDefault + Op.set(1) + Op.get(1) + Op.get(0) + new + Op.set(2)
        let tie = Op.get(1) + [0xFB, 0x16, 0] + Op.get(2) + setNext
        module.function("churn", [GuestModule.i32], [], locals: [anyref, anyref], countdown(cycle + tie))
        return module
    }

    @Test("garbage in cycles, many times what fits, is reclaimed")
    func cycles() throws {
        let instance = try Self.module().instantiate(limits: Self.limits)
        try #expect(instance.invoke("churn", [.i32(1_000_000)]).isEmpty)
        #expect(tf_store_heap_bytes(instance.store.pointer) <= 2 << 20)
        tf_store_collect(instance.store.pointer)
        #expect(tf_store_heap_bytes(instance.store.pointer) == 0)
    }

    @Test("a heap full of what is still needed is a trap that names the limit, and no harm to later calls")
    func full() throws {
        var module = Self.module()
        module.function("keep", [], [], locals: [Self.anyref], Op.forever(Op.get(0) + Op.i32(1) + Self.new + Op.set(0)))
        let instance = try module.instantiate(limits: Self.limits)
        for _ in 0..<3 {
            let trap = #expect(throws: Trap.self) { try instance.invoke("keep") }
            #expect(trap?.kind == .outOfMemory)
            #expect(trap?.message.contains("2097152 bytes") == true)
            try #expect(instance.invoke("churn", [.i32(100_000)]).isEmpty)
        }
    }

    /// Bytes of this process that are in memory.
    private static func residentBytes() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = fread(&text, 1, text.count, file)
        let pages = String(decoding: text.prefix(count), as: UTF8.self).split(separator: " ")[1]
        return try #require(Int(pages)) * sysconf(Int32(_SC_PAGESIZE))
    }

    @Test("T9: large objects go back to the kernel with their store, whatever lies above them in malloc's arena")
    func largeObjects() throws {
        var module = GuestModule()
        let array = UInt8(module.type([0x5E, Self.anyref, 1]))
        module.function(
            "fill", [], [], locals: [Self.anyref],
            Op.forever(Op.get(0) + Op.i32(5000) + [0xFB, 6, array] + Op.set(0)))
        // Other tests take memory meanwhile; what stays would do so every time.
        var growth = Int.max
        for _ in 0..<5 where growth >= 256 << 20 {
            let before = try Self.residentBytes()
            var above: UnsafeMutableRawPointer?
            defer { free(above) }
            do {
                let instance = try module.instantiate(limits: InstanceLimits(memoryBytes: 512 << 20))
                #expect(#expect(throws: Trap.self) { try instance.invoke("fill") }?.kind == .outOfMemory)
                above = malloc(100_000)
            }
            growth = try Self.residentBytes() - before
        }
        #expect(growth < 256 << 20)
    }

    @Test("a list of 1,000,000 nodes is marked without a stack, and stays as it was")
    func deepList() throws {
        var module = Self.module()
        let build = Self.countdown(Op.get(1) + Op.get(0) + Self.new + Op.set(1))
        let add = Op.get(2) + Op.get(1) + Self.value + Op.i32Add + Op.set(2)
        let walk = [0x03, 0x40] + add + Op.get(1) + Self.next + [0x22, 1, 0xD1, 0x45, 0x0D, 0] + Op.end
        module.function(
            "sum", [GuestModule.i32], [GuestModule.i32], locals: [Self.anyref, GuestModule.i32],
            build + Op.i32(3_000_000) + Op.call(0) + walk + Op.get(2))
        let instance = try module.instantiate()
        let sum = UInt32(truncatingIfNeeded: UInt64(1_000_000 * 1_000_001 / 2))
        #expect(try instance.invoke("sum", [.i32(1_000_000)]) == [.i32(sum)])
    }

    @Test("what an exception carries lives as long as a reference to the exception")
    func exception() throws {
        var module = Self.module()
        module.tag("tag", type: module.type([Self.anyref], []))
        let thrown = [0xD0, 0x71] + Op.i32(4711) + Self.new + [0x08, 0]
        let caught = [0x02, Self.exnref, 0x1F, 0x40, 1, 3, 0] + thrown + Op.end + Op.unreachable + Op.end
        let again = [0x02, Self.anyref, 0x1F, 0x40, 1, 0, 0, 0] + Op.get(0) + [0x0A] + Op.end + Op.unreachable + Op.end
        module.function(
            "run", [], [GuestModule.i32], locals: [Self.exnref],
            caught + Op.set(0) + Op.i32(100_000) + Op.call(0) + again + Self.value)
        let instance = try module.instantiate(limits: Self.limits)
        for _ in 0..<10 { #expect(try instance.invoke("run") == [.i32(4711)]) }
    }

    @Test("values on their way into an exception survive the collection that makes room for it")
    func thrown() throws {
        var module = Self.module()
        module.tag("tag", type: module.type([Self.anyref, GuestModule.i32], []))
        let outcome = module.type([], [Self.anyref, GuestModule.i32])
        let thrown = [0xD0, 0x71] + Op.get(0) + Self.new + Op.i32(1) + [0x08, 0]
        let block = [0x02, UInt8(outcome), 0x1F, 0x40, 1, 0, 0, 0] + thrown + Op.end + Op.unreachable + Op.end
        let check = Op.drop + Self.value + Op.get(0) + [0x47, 0x04, 0x40] + Op.unreachable + Op.end
        module.function("run", [GuestModule.i32], [], Self.countdown(block + check))
        let instance = try module.instantiate(limits: Self.limits)
        try #expect(instance.invoke("run", [.i32(200_000)]).isEmpty)
    }

    @Test("frames that wait for a host function keep what they hold, whatever the guest does that it calls")
    func outerFrames() throws {
        var module = Self.module(importing: ["back"])
        module.table(1)
        let inner = module.function("inner", Op.i32(200_000) + Op.call(1))
        module.elements(at: 0, [inner])
        module.function(
            "run", [], [GuestModule.i32], locals: [Self.anyref],
            [0xD0, 0x71] + Op.i32(99) + Self.new + Op.set(0) + Op.call(0) + Op.get(0) + Self.value)
        let plain = FunctionType(parameters: [], results: [])
        let back = HostFunction(module: "host", name: "back", type: plain, call: NestedCalls.callBack)
        let instance = try module.instantiate([back], limits: Self.limits)
        for _ in 0..<10 { #expect(try instance.invoke("run") == [.i32(99)]) }
    }

    @Test("globals keep what they refer to until they are changed")
    func globals() throws {
        var module = Self.module()
        module.global("kept", Self.anyref, isMutable: true, [0xD0, 0x71] + Op.i32(7) + Self.new)
        module.function("value", [], [GuestModule.i32], Op.globalGet(0) + Self.value)
        module.function("clear", [0xD0, 0x71] + Op.globalSet(0))
        let instance = try module.instantiate(limits: Self.limits)
        try #expect(instance.invoke("churn", [.i32(200_000)]).isEmpty)
        #expect(try instance.invoke("value") == [.i32(7)])
        tf_store_collect(instance.store.pointer)
        #expect(tf_store_heap_bytes(instance.store.pointer) > 0)
        try #expect(instance.invoke("clear").isEmpty)
        tf_store_collect(instance.store.pointer)
        #expect(tf_store_heap_bytes(instance.store.pointer) == 0)
    }

    @Test("T7: the time of a guest is up in a collection too, and the heap is sound afterwards")
    func deadline() throws {
        var module = Self.module()
        let grow = Op.forever(Op.get(0) + Op.i32(1) + Self.new + Op.set(0))
        module.function("keep", [], [], locals: [Self.anyref], grow)
        let instance = try module.instantiate()
        for _ in 0..<10 {
            instance.store.setTimeout(.milliseconds(30))
            #expect(#expect(throws: Trap.self) { try instance.invoke("keep") }?.kind == .deadline)
            instance.store.setTimeout(.seconds(60))
            try #expect(instance.invoke("churn", [.i32(100_000)]).isEmpty)
        }
        tf_store_collect(instance.store.pointer)
        #expect(tf_store_heap_bytes(instance.store.pointer) == 0)
    }
}
