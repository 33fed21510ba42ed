import Testing
import WasmBinary
import WasmModule

@Suite("Memory arguments")
struct MemoryArgumentTests {
    @Test("Bit 6 of the alignment says that a memory index follows")
    func memoryIndex() throws {
        #expect(try instruction([0x28, 0x02, 0x05]) == Instruction(.i32Load, b: 2, bits: 5))
        #expect(try instruction([0x28, 0x42, 0x07, 0x05]) == Instruction(.i32Load, a: 7, b: 2, bits: 5))
        #expect(try instruction([0x28, 0xC2, 0x00, 0x07, 0x05]) == Instruction(.i32Load, a: 7, b: 2, bits: 5))
    }

    @Test("Alignments are below 64")
    func alignments() {
        #expect(instructionRefusal([0x28, 0x3F, 0x00]) == nil)
        #expect(instructionRefusal([0x28, 0x80, 0x01, 0x00])?.message == "malformed memop flags")
        #expect(instructionRefusal([0x28] + leb(0xFFFF_FFFF) + [0x00])?.message == "malformed memop flags")
    }

    @Test("Offsets have 64 bits")
    func offsets() throws {
        #expect(try instruction([0x28, 0x00] + leb(.max)).bits == .max)
        #expect(try instruction([0x28, 0x00] + leb(1 << 32)).bits == 1 << 32)
        let tooLarge = instructionRefusal([0x28, 0x00] + [UInt8](repeating: 0x80, count: 9) + [2])
        #expect(tooLarge == DecodeError(offset: 2, message: "integer too large"))
    }

    @Test("The instructions on whole memories name them by index")
    func wholeMemories() throws {
        #expect(try instruction([0x3F, 0x80, 0x01]) == Instruction(.memorySize, a: 128))
        #expect(try instruction([0x40, 1]) == Instruction(.memoryGrow, a: 1))
        #expect(try instruction([0xFC, 8, 3, 1]) == Instruction(.memoryInit, a: 3, b: 1))
        #expect(try instruction([0xFC, 10, 1, 2]) == Instruction(.memoryCopy, a: 1, b: 2))
        #expect(try instruction([0xFC, 11, 4]) == Instruction(.memoryFill, a: 4))
    }
}
