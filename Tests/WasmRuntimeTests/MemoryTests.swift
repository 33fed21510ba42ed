import Glibc
import Testing
import WasmModule
import WasmRuntime

/// T1: no access gets out of a memory; T12: nothing of one guest is left for the next.
@Suite struct MemoryTests {
    /// Every load and store: opcode, width in bytes, type of the value, whether it stores.
    private static let accesses: [(opcode: UInt8, width: UInt32, type: UInt8, isStore: Bool)] =
        [
            (0x28, 4, 0x7F, false), (0x29, 8, 0x7E, false), (0x2A, 4, 0x7D, false), (0x2B, 8, 0x7C, false),
            (0x2C, 1, 0x7F, false), (0x2D, 1, 0x7F, false), (0x2E, 2, 0x7F, false), (0x2F, 2, 0x7F, false),
            (0x30, 1, 0x7E, false), (0x31, 1, 0x7E, false), (0x32, 2, 0x7E, false), (0x33, 2, 0x7E, false),
            (0x34, 4, 0x7E, false), (0x35, 4, 0x7E, false),
            (0x36, 4, 0x7F, true), (0x37, 8, 0x7E, true), (0x38, 4, 0x7D, true), (0x39, 8, 0x7C, true),
            (0x3A, 1, 0x7F, true), (0x3B, 2, 0x7F, true), (0x3C, 1, 0x7E, true), (0x3D, 2, 0x7E, true),
            (0x3E, 4, 0x7E, true),
        ]

    private static let offsets: [UInt32] = [0, 1, 65_535, 0x7FFF_FFFF, 0xFFFF_FFFF]

    /// A function for each access and static offset: `a3-65535` takes an address.
    private func module(pages: UInt32) -> GuestModule {
        var module = GuestModule()
        module.memory(pages, 4)
        for (index, access) in Self.accesses.enumerated() {
            for offset in Self.offsets {
                let zero: [UInt8] =
                    switch access.type {
                    case 0x7F: [0x41, 0]
                    case 0x7E: [0x42, 0]
                    case 0x7D: [0x43, 0, 0, 0, 0]
                    default: [0x44, 0, 0, 0, 0, 0, 0, 0, 0]
                    }
                let code = Op.access(access.opcode, offset)
                let body = Op.get(0) + (access.isStore ? zero + code : code + Op.drop)
                module.function("a\(index)-\(offset)", [GuestModule.i32], [], body)
            }
        }
        module.function("grow", [GuestModule.i32], [GuestModule.i32], Op.get(0) + Op.memoryGrow)
        return module
    }

    private func checkEdges(of instance: Instance) throws {
        let size = UInt64(instance.memory.count)
        instance.fillMemory(0xA5)
        for (index, access) in Self.accesses.enumerated() {
            for offset in Self.offsets {
                let last = Int64(size) - Int64(access.width) - Int64(offset)
                let name = "a\(index)-\(offset)"
                for address in [0, last - 1, last, last + 1, Int64(size), 0x7FFF_FFFF, 0xFFFF_FFFF]
                where address >= 0 && address <= 0xFFFF_FFFF {
                    let fits = address <= last
                    let argument = Value.i32(UInt32(address))
                    if fits {
                        #expect(throws: Never.self, "\(name) at \(address)") { try instance.invoke(name, [argument]) }
                        // What was stored makes way for the canaries again.
                        let start = Int(address) + Int(offset)
                        for byte in start..<start + Int(access.width) { instance.memory[byte] = 0xA5 }
                    } else {
                        let trap = #expect(throws: Trap.self, "\(name) at \(address)") {
                            try instance.invoke(name, [argument])
                        }
                        #expect(trap?.kind == .memoryBounds)
                    }
                }
            }
        }
        #expect(instance.memoryHolds(0xA5, from: 0), "a refused store left something")
    }

    @Test("T1: no load or store of any width passes an edge of a memory", arguments: [0, 1, 4])
    func edges(pages: UInt32) throws {
        try checkEdges(of: module(pages: pages).instantiate())
    }

    @Test("T1: the edges move with growth, and not when growth fails")
    func edgesAfterGrowth() throws {
        let instance = try module(pages: 1).instantiate()
        #expect(try instance.invoke("grow", [.i32(2)]) == [.i32(1)])
        try checkEdges(of: instance)
        #expect(try instance.invoke("grow", [.i32(2)]) == [.i32(.max)])
        #expect(instance.memory.count == 3 * 65_536)
        try checkEdges(of: instance)
    }

    @Test("growth stops at the limit of the store, and at 65,536 pages")
    func growthLimit() throws {
        var module = GuestModule()
        module.memory(1)
        module.function("grow", [GuestModule.i32], [GuestModule.i32], Op.get(0) + Op.memoryGrow)
        let small = try module.instantiate(limits: InstanceLimits(memoryBytes: 3 * 65_536))
        #expect(try small.invoke("grow", [.i32(3)]) == [.i32(.max)])
        #expect(try small.invoke("grow", [.i32(2)]) == [.i32(1)])
        #expect(try small.invoke("grow", [.i32(1)]) == [.i32(.max)])
        #expect(try small.invoke("grow", [.i32(0)]) == [.i32(3)])
        let large = try module.instantiate(limits: InstanceLimits(memoryBytes: .max))
        #expect(try large.invoke("grow", [.i32(65_536)]) == [.i32(.max)])
        #expect(try large.invoke("grow", [.i32(65_535)]) == [.i32(1)])
        #expect(large.memory.count == 1 << 32)
        large.memory[(1 << 32) - 1] = 1
    }

    @Test("a module whose memory is larger than the limit is refused")
    func minimumBeyondLimit() throws {
        var module = GuestModule()
        module.memory(2)
        let loaded = try module.load()
        let store = try Store(limits: InstanceLimits(memoryBytes: 65_536))
        let error = #expect(throws: InstantiationError.self) { try Linker().instantiate(loaded, in: store) }
        guard case .trap(let trap) = error else { return }
        #expect(trap.kind == .outOfMemory)
        #expect(trap.message.contains("limit"))
    }

    @Test("T1: fills and copies check everything before they write anything")
    func bulkBounds() throws {
        var module = GuestModule()
        module.memory(1)
        let three: [UInt8] = [GuestModule.i32, GuestModule.i32, GuestModule.i32]
        let arguments = Op.get(0) + Op.get(1) + Op.get(2)
        module.function("fill", three, [], arguments + Op.memoryFill)
        module.function("copy", three, [], arguments + Op.memoryCopy)
        let instance = try module.instantiate()
        for (to, count) in [(1, 65_536), (65_536, 1), (65_537, 0), (0, -1), (-1, -1), (-1, 2)] {
            for name in ["fill", "copy"] {
                let arguments = [
                    Value.i32(UInt32(bitPattern: Int32(to))), .i32(0), .i32(UInt32(bitPattern: Int32(count))),
                ]
                let trap = #expect(throws: Trap.self) { try instance.invoke(name, arguments) }
                #expect(trap?.kind == .memoryBounds)
            }
        }
        #expect(instance.memoryHolds(0, from: 0))
        #expect(try instance.invoke("fill", [.i32(65_536), .i32(1), .i32(0)]).isEmpty)
        #expect(try instance.invoke("fill", [.i32(0), .i32(0x1FF), .i32(65_536)]).isEmpty)
        #expect(instance.memoryHolds(0xFF, from: 0))
    }

    @Test("overlapping copies of many chunks move as if at once", arguments: [(0, 100_001), (100_001, 0)])
    func overlappingCopy(from: Int, to: Int) throws {
        var module = GuestModule()
        module.memory(64)
        let three: [UInt8] = [GuestModule.i32, GuestModule.i32, GuestModule.i32]
        module.function("copy", three, [], Op.get(0) + Op.get(1) + Op.get(2) + Op.memoryCopy)
        let instance = try module.instantiate()
        let count = 3 << 20
        var seed: UInt32 = 1
        for index in instance.memory.indices {
            seed = seed &* 1_664_525 &+ 1_013_904_223
            instance.memory[index] = UInt8(seed >> 24)
        }
        let expected = Array(instance.memory[from..<from + count])
        _ = try instance.invoke("copy", [.i32(UInt32(to)), .i32(UInt32(from)), .i32(UInt32(count))])
        #expect(Array(instance.memory[to..<to + count]) == expected)
    }
}

extension Instance {
    fileprivate func fillMemory(_ byte: UInt8) {
        if let start = memory.baseAddress { memset(start, Int32(byte), memory.count) }
    }

    /// Whether all bytes from an address on are this one.
    fileprivate func memoryHolds(_ byte: UInt8, from address: Int) -> Bool {
        guard address < memory.count, let start = memory.baseAddress?.advanced(by: address) else { return true }
        // Each byte equals the one before, and the first is right.
        return memory[address] == byte && memcmp(start, start + 1, memory.count - address - 1) == 0
    }
}

/// T12: slots of address space are used again, their contents never.
@Suite struct SlotReuseTests {
    private func module(pages: UInt32, data: [UInt8], at offset: Int32 = 0) throws -> LoadedModule {
        var module = GuestModule()
        module.memory(pages)
        module.table(8)
        module.global("global", GuestModule.i64, isMutable: true, Op.i64(0))
        let grow = module.function("grow", [GuestModule.i32], [GuestModule.i32], Op.get(0) + Op.memoryGrow)
        module.elements(at: 1, [grow])
        if !data.isEmpty { module.data(at: offset, data) }
        return try module.load()
    }

    private func instance(of module: LoadedModule) throws -> Instance {
        try Linker().instantiate(module, in: Store(limits: InstanceLimits(memoryBytes: 64 << 20)))
    }

    @Test("T12: a reused slot shows zeros and the module's own data, whatever was there before")
    func reuse() throws {
        // With and without an image, smaller and larger than the one before, and with no page at all.
        let image = [UInt8](repeating: 0x11, count: 9000)
        let modules: [(module: LoadedModule, image: Int?)] = [
            (try module(pages: 1, data: []), nil), (try module(pages: 2, data: image, at: 100), 100),
            (try module(pages: 0, data: []), nil), (try module(pages: 300, data: []), nil),
            (try module(pages: 2, data: image, at: 60_000), 60_000),
        ]
        for round in 0..<40 {
            let (module, start) = modules[(round * 7 + round / 5) % modules.count]
            let instance = try instance(of: module)
            var expected = [UInt8](repeating: 0, count: instance.memory.count)
            if let start { expected.replaceSubrange(start..<start + image.count, with: image) }
            let same = instance.memory.baseAddress.map { memcmp($0, expected, expected.count) == 0 } ?? true
            #expect(same || expected.isEmpty, "round \(round)")
            #expect(instance.global("global") == .i64(0))
            _ = try instance.invoke("grow", [.i32(UInt32(round % 3) * 40)])
            #expect(instance.memoryHolds(0, from: expected.count), "round \(round), grown")
            instance.fillMemory(0x5E)
        }
    }

    @Test("T12: an image stays as it was when instances write to theirs")
    func imageIsPrivate() throws {
        let module = try module(pages: 1, data: [UInt8](repeating: 7, count: 8192))
        let first = try instance(of: module)
        first.fillMemory(0xEE)
        let second = try instance(of: module)
        #expect(second.memory.prefix(8192).allSatisfy { $0 == 7 })
    }
}
