import CRuntime
import Glibc
import Synchronization
import Testing
import WasmModule
import WasmRuntime

/// T12: what a thread keeps for the next guest holds nothing of the last one.
@Suite(.serialized) struct PoolTests {
    private static let page = 65_536

    /// A module whose memory has data at these places; `store` writes a byte.
    private func module(pages: UInt32, maximum: UInt32? = nil, data: [(at: Int32, count: Int)] = []) throws
        -> LoadedModule
    {
        var module = GuestModule()
        module.memory(pages, maximum)
        for (at, count) in data { module.data(at: at, Self.pattern(at: at, count)) }
        module.function(
            "store", [GuestModule.i32, GuestModule.i32], [],
            Op.get(0) + Op.get(1) + Op.access(Op.i32Store8))
        module.function("grow", [GuestModule.i32], [GuestModule.i32], Op.get(0) + Op.memoryGrow)
        return try module.load()
    }

    private static func pattern(at: Int32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 31 &+ Int(at)) | 1) }
    }

    private func expected(pages: UInt32, data: [(at: Int32, count: Int)]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(pages) * Self.page)
        for (at, count) in data { bytes.replaceSubrange(Int(at)..<Int(at) + count, with: Self.pattern(at: at, count)) }
        return bytes
    }

    private func instance(of module: LoadedModule) throws -> Instance {
        try Linker().instantiate(module, in: Store(limits: InstanceLimits(memoryBytes: 256 << 20)))
    }

    /// Memories of every kind the pool tells apart: without image, with one that is copied, with one that is mapped,
    /// in pieces, small enough to be looked through, too large for that, too large to be kept.
    private static let kinds: [(pages: UInt32, data: [(at: Int32, count: Int)])] = [
        (1, []), (1, [(0, 10)]), (2, [(65_500, 5000)]), (20, [(0, 1 << 20)]), (20, [(4096, 4096), (400_000, 300_000)]),
        (30, [(70_000, 60_000)]), (200, [(0, 100_000)]), (200, []), (1100, [(5_000_000, 200_000)]), (0, []),
        (1, [(5, 300)]), (1, [(0, 4), (9000, 20)]), (1, [(60_000, 5000)]), (1, [(0, 10), (40_000, 9)]),
    ]

    @Test(
        "T12: every byte is as new, however much was written and whatever takes its turn", arguments: [1, 3, 200, 5000])
    func everyByte(touched: Int) throws {
        let modules = try Self.kinds.map { try module(pages: $0.pages, data: $0.data) }
        let contents = Self.kinds.map { expected(pages: $0.pages, data: $0.data) }
        var seed: UInt32 = 7
        for round in 0..<60 {
            let kind = round < 20 ? round / 2 : (round * 7 + round / 11) % modules.count
            let instance = try instance(of: modules[kind])
            let bytes = contents[kind]
            #expect(instance.memory.count == bytes.count)
            let same = bytes.isEmpty || instance.memory.baseAddress.map { memcmp($0, bytes, bytes.count) == 0 } ?? false
            #expect(same, "round \(round), memory \(kind)")
            if round % 3 == 0 { _ = try instance.invoke("grow", [.i32(UInt32(round % 5))]) }
            #expect(instance.memory.dropFirst(bytes.count).allSatisfy { $0 == 0 })
            for _ in 0..<touched where instance.memory.count > 0 {
                seed = seed &* 1_664_525 &+ 1_013_904_223
                instance.memory[Int(seed) % instance.memory.count] ^= 0xA5
            }
        }
    }

    @Test("the next guest of a module gets the slot of the last one, in which everything is in place")
    func slotIsKept() throws {
        let module = try module(pages: 20, data: [(0, 1 << 20)])
        let other = try self.module(pages: 20, data: [(0, 1 << 20), (1 << 20, 9)])
        let first = try base(of: module)
        let second = try base(of: other)
        #expect(first != second)
        #expect(try base(of: module) == first)
        #expect(try base(of: other) == second)
    }

    @Test("T12: little images of many modules take turns in one slot, and leave nothing in it")
    func littleImages() throws {
        let data: [[(at: Int32, count: Int)]] = [
            [(0, 10)], [(16_000, 300)], [(5, 9000)], [], [(0, 4), (9000, 20)], [(300, 16_000)],
        ]
        let modules = try data.map { try module(pages: 1, data: $0) }
        let wrong = Mutex<[String]>([])
        // A thread of its own has no slots yet that other tests left.
        GuestThread {
            do {
                let first = try base(of: modules[0])
                for round in 0..<24 {
                    let kind = (round * 5 + round / 6) % modules.count
                    let instance = try instance(of: modules[kind])
                    let isKept = instance.memory.baseAddress == first
                    let isRight = instance.memory.elementsEqual(expected(pages: 1, data: data[kind]))
                    if !isKept || !isRight {
                        wrong.withLock { $0.append("round \(round), memory \(kind): kept \(isKept), right \(isRight)") }
                    }
                    for at in stride(from: round, to: instance.memory.count, by: 97) { instance.memory[at] ^= 0xA5 }
                }
            } catch {
                wrong.withLock { $0.append("\(error)") }
            }
        }.join()
        #expect(wrong.withLock { $0 } == [])
    }

    private func base(of module: LoadedModule) throws -> UnsafeMutableRawPointer? {
        try instance(of: module).memory.baseAddress
    }

    @Test("T12: what came in by the host's hand, past the guest's code, is gone as well")
    func hostWrites() throws {
        let module = try module(pages: 20, data: [(0, 1 << 20)])
        let file = open("/dev/urandom", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        for _ in 0..<3 {
            let instance = try instance(of: module)
            let memory = instance.memory
            let bytes = expected(pages: 20, data: [(0, 1 << 20)])
            #expect(memory.baseAddress.map { memcmp($0, bytes, bytes.count) } == 0)
            // The kernel writes as fd_read has it write, into pages that nobody touched.
            #expect(read(file, memory.baseAddress.map { $0 + 500_000 }, 9000) == 9000)
        }
    }

    @Test("what grew is not accessible to the next guest")
    func growthIsTakenBack() throws {
        let module = try module(pages: 1, maximum: 100)
        for _ in 0..<3 {
            let instance = try instance(of: module)
            let trap = #expect(throws: Trap.self) { try instance.invoke("store", [.i32(65_536), .i32(1)]) }
            #expect(trap?.kind == .memoryBounds)
            #expect(try instance.invoke("grow", [.i32(50)]) == [.i32(1)])
            _ = try instance.invoke("store", [.i32(65_536), .i32(1)])
        }
    }

    @Test("slots that nobody used for a while go back to the system")
    func trimming() throws {
        _ = try base(of: try module(pages: 3))
        #expect(tf_pool_idle() > 0)
        // Other tests' threads keep theirs only if they give them back after this.
        let before = tf_pool_idle()
        #expect(tf_pool_trim(3_600_000_000_000) == 0)
        #expect(tf_pool_trim(-1) > 0)
        #expect(before > 0)
    }

    @Test("a module that is unloaded leaves no slot with its image")
    func unloadedImage() throws {
        var bases: [UnsafeMutableRawPointer?] = []
        for round in 0..<3 {
            let module = try module(pages: 20, data: [(Int32(round), 1 << 20)])
            bases.append(try base(of: module))
            #expect(Self.mappings(at: bases[round]) > 0)
        }
        #expect(bases.allSatisfy { Self.mappings(at: $0) == 0 })
    }

    /// How many lines of the process's map are about a file mapped at an address.
    private static func mappings(at base: UnsafeMutableRawPointer?) -> Int {
        guard let base, let file = fopen("/proc/self/maps", "r") else { return -1 }
        defer { fclose(file) }
        let wanted = String(UInt(bitPattern: base), radix: 16) + "-"
        var (line, size, count) = (UnsafeMutablePointer<CChar>?.none, 0, 0)
        while getline(&line, &size, file) > 0 {
            if let line, String(cString: line).hasPrefix(wanted), String(cString: line).contains("/") { count += 1 }
        }
        free(line)
        return count
    }

    @Test("T9: an image of hundreds of pieces, each a mapping or two, is not kept by any thread")
    func imageOfManyPieces() throws {
        let data = (0..<200).map { (at: Int32($0 * 73_728), count: 500) }
        let module = try module(pages: 230, data: data)
        let bytes = expected(pages: 230, data: data)
        let before = Self.mappings()
        for _ in 0..<3 {
            let instance = try instance(of: module)
            #expect(instance.memory.baseAddress.map { memcmp($0, bytes, bytes.count) } == 0)
            #expect(Self.mappings() > before + 300)
            instance.memory[5_000_000] ^= 1
        }
        #expect(Self.mappings() < before + 300)
    }

    private static func mappings() -> Int {
        guard let file = fopen("/proc/self/maps", "r") else { return -1 }
        defer { fclose(file) }
        var (line, size, count) = (UnsafeMutablePointer<CChar>?.none, 0, 0)
        while getline(&line, &size, file) > 0 { count += 1 }
        free(line)
        return count
    }

    @Test("without slots every memory is a fresh mapping, and nothing else changes")
    func withoutPool() throws {
        tf_pool_set_slots(0)
        defer { tf_pool_set_slots(UInt32(TF_DEFAULT_SLOTS)) }
        let data: [(at: Int32, count: Int)] = [(0, 1 << 20)]
        let module = try module(pages: 20, data: data)
        let bytes = expected(pages: 20, data: data)
        for _ in 0..<5 {
            let instance = try instance(of: module)
            #expect(instance.memory.baseAddress.map { memcmp($0, bytes, bytes.count) } == 0)
            instance.memory[70_000] ^= 1
        }
    }

    @Test("T12: more modules than slots, and threads that end, lose and leave nothing")
    func manyModules() throws {
        let modules = try (0..<(Int(TF_DEFAULT_SLOTS) + 9)).map { number in
            (number, try module(pages: UInt32(2 + number), data: [(Int32(number), 70_000)]))
        }
        for round in 0..<3 {
            for (number, module) in modules {
                let bytes = expected(pages: UInt32(2 + number), data: [(Int32(number), 70_000)])
                let instance = try instance(of: module)
                let same = instance.memory.baseAddress.map { memcmp($0, bytes, bytes.count) == 0 }
                #expect(same == true, "round \(round), module \(number)")
                instance.memory[9] ^= 1
            }
        }
    }
}
