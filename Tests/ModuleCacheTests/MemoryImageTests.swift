import Testing
import WasmModule

@testable import ModuleCache

@Suite("Memory image")
struct MemoryImageTests {
    private func segment(_ offset: UInt64, _ bytes: Range<Int>, memory: Int = 0) -> DataSegment {
        let expression = ConstantExpression([Instruction(.i32Const, bits: offset)])
        return DataSegment(mode: .active(MemoryIndex(memory), offset: expression), bytes: bytes)
    }

    private func module(_ segments: [DataSegment], pages: UInt64 = 16) -> Module {
        var module = Module()
        module.memories = [MemoryType(limits: Limits(minimum: pages))]
        module.dataSegments = segments
        return module
    }

    /// What a memory holds after instantiation, by image and by copying.
    private func contents(_ image: MemoryImage, _ bytes: [UInt8], size: Int) throws -> [UInt8] {
        let folder = try Folder()
        try image.write(bytes, to: OpenFile(creating: folder.path + "/image"))
        let file = try readSmallFile(folder.path + "/image")
        #expect(file.count == image.fileSize)
        var memory = [UInt8](repeating: 0, count: size)
        for extent in image.extents {
            #expect((extent.memoryOffset | extent.fileOffset | extent.length) % 4096 == 0)
            let piece = file[extent.fileOffset..<(extent.fileOffset + extent.length)]
            memory.replaceSubrange(extent.memoryOffset..<(extent.memoryOffset + extent.length), with: piece)
        }
        for placement in image.placements where !placement.isInImage {
            guard case .active(_, let offset) = placement.mode, let instruction = offset.instructions.first,
                instruction.opcode == .i32Const
            else { continue }
            let start = Int(instruction.bits)
            guard start + placement.bytes.count <= size else { break }
            memory.replaceSubrange(start..<(start + placement.bytes.count), with: file[placement.bytes])
        }
        return memory
    }

    @Test("Later segments lie over earlier ones, wherever they are")
    func random() throws {
        var generator = SeededGenerator(state: 7)
        let bytes = (0..<5000).map { _ in UInt8.random(in: 1...255, using: &generator) }
        for _ in 0..<60 {
            let segments = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                let start = Int.random(in: 0..<5000, using: &generator)
                let end = Int.random(in: start...5000, using: &generator)
                let limit = UInt64(16 << 16) - UInt64(end - start)
                return segment(UInt64.random(in: 0...limit, using: &generator), start..<end)
            }
            let image = MemoryImage(module: module(segments))
            #expect(!image.placements.contains { !$0.isInImage })
            var expected = [UInt8](repeating: 0, count: 16 << 16)
            for segment in segments {
                guard case .active(_, let offset) = segment.mode else { continue }
                let start = Int(offset.instructions[0].bits)
                expected.replaceSubrange(start..<(start + segment.bytes.count), with: bytes[segment.bytes])
            }
            #expect(try contents(image, bytes, size: 16 << 16) == expected)
        }
    }

    @Test("The image ends at the first segment that may trap or whose place is not known")
    func order() throws {
        let global = ConstantExpression([Instruction(.globalGet, a: 0)])
        let segments = [
            segment(0, 0..<10), DataSegment(mode: .passive, bytes: 0..<5), segment(20, 0..<10),
            DataSegment(mode: .active(MemoryIndex(0), offset: global), bytes: 0..<10), segment(5, 10..<20),
        ]
        let image = MemoryImage(module: module(segments))
        #expect(image.placements.map(\.isInImage) == [true, false, true, false, false])
        #expect(image.placements[1].bytes == 4096..<4101)
        let beyond = MemoryImage(module: module([segment(16 << 16, 0..<1), segment(0, 0..<1)]))
        #expect(beyond.placements.map(\.isInImage) == [false, false])
        let inside = MemoryImage(module: module([segment(16 << 16, 0..<0), segment((16 << 16) - 1, 0..<1)]))
        #expect(inside.placements.map(\.isInImage) == [true, true])
        let negative = MemoryImage(module: module([segment(0xFFFF_FFFF, 0..<1)], pages: 65535))
        #expect(negative.placements.map(\.isInImage) == [false])
    }

    @Test("Segments of 64-bit memories are part of the image, unless they lie beyond what a memory can have")
    func wideOffsets() {
        func placements(_ offset: UInt64, minimum: UInt64) -> [Bool] {
            let expression = ConstantExpression([Instruction(.i64Const, bits: offset)])
            let segment = DataSegment(mode: .active(MemoryIndex(0), offset: expression), bytes: 0..<10)
            var module = module([segment])
            module.memories = [MemoryType(limits: Limits(minimum: minimum), is64: true)]
            return MemoryImage(module: module).placements.map(\.isInImage)
        }
        #expect(placements(65526, minimum: 1) == [true])
        #expect(placements(65527, minimum: 1) == [false])
        #expect(placements((1 << 32) - 10, minimum: 1 << 16) == [true])
        #expect(placements(1 << 32, minimum: 1 << 48) == [false])
        #expect(placements(.max, minimum: .max) == [false])
    }

    @Test("A memory of tiny pages has an image of the whole pages within its minimum")
    func tinyPages() throws {
        var module = module([segment(4090, 0..<6), segment(3, 0..<2)])
        let bytes: [UInt8] = [1, 2, 3, 4, 5, 6]
        module.memories = [MemoryType(limits: Limits(minimum: 4100), pageSizeExponent: 0)]
        let image = MemoryImage(module: module)
        #expect(image.placements.map(\.isInImage) == [true, true])
        #expect(try contents(image, bytes, size: 4100)[4090...] == [1, 2, 3, 4, 5, 6, 0, 0, 0, 0])
        module.dataSegments[0] = segment(4094, 0..<6)
        #expect(MemoryImage(module: module).placements.map(\.isInImage) == [false, false])
        module.dataSegments[0] = segment(4100, 0..<0)
        #expect(MemoryImage(module: module).placements.map(\.isInImage) == [true, true])
    }

    @Test("Every memory has an image of its own")
    func severalMemories() {
        var module = module([segment(0, 0..<10, memory: 1), segment(4096, 10..<20), segment(8, 5..<6, memory: 1)])
        module.memories.append(MemoryType(limits: Limits(minimum: 1)))
        let image = MemoryImage(module: module)
        #expect(image.placements.map(\.isInImage) == [true, true, true])
        #expect(
            image.extents == [
                ImageExtent(memory: MemoryIndex(0), memoryOffset: 4096, fileOffset: 0, length: 4096),
                ImageExtent(memory: MemoryIndex(1), memoryOffset: 0, fileOffset: 4096, length: 4096),
            ])
        #expect(image.pieces.map(\.fileOffset) == [4096, 0, 4104])
    }

    @Test("Segments of imported memories are copied")
    func imported() {
        var module = module([segment(0, 0..<10)])
        module.importedMemoryCount = 1
        #expect(
            MemoryImage(module: module).placements == [
                DataPlacement(mode: module.dataSegments[0].mode, isInImage: false, bytes: 0..<10)
            ])
    }

    @Test("Small pieces all over a memory do not make a large file or many mappings")
    func sparse() {
        let scattered = module((0..<60_000).map { segment(UInt64($0) * 60_000, 0..<1) }, pages: 65536)
        let image = MemoryImage(module: scattered)
        #expect(image.extents.count <= 256)
        #expect(image.fileSize <= 60_000 * 2 + 256 * 8192)
        let few = MemoryImage(module: module((0..<8).map { segment(UInt64($0) * 120_000, 0..<1) }))
        #expect(few.extents.count == 8)
        #expect(few.fileSize == 8 * 4096)
    }
}
