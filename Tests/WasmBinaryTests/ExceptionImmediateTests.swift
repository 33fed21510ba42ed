import Testing
import WasmBinary
import WasmModule

@Suite("Immediates of try_table and of casts")
struct ExceptionImmediateTests {
    @Test("The clauses of try_table stay in the reader")
    func clauses() throws {
        let bytes: [UInt8] = [0x1F, 0x40, 4, 0, 5, 1, 1, 6, 2, 2, 3, 3, 4, 0x1F, 0x00, 0]
        try bytes.withUnsafeBufferPointer { buffer in
            var reader = InstructionReader(bytes: buffer, range: 0..<buffer.count)
            let first = try reader.next()
            #expect(first == Instruction(.tryTable, blockType: .empty))
            #expect(
                reader.catches == [
                    CatchClause(tag: TagIndex(5), hasReference: false, label: 1),
                    CatchClause(tag: TagIndex(6), hasReference: true, label: 2),
                    CatchClause(tag: nil, hasReference: false, label: 3),
                    CatchClause(tag: nil, hasReference: true, label: 4),
                ])
            let second = try reader.next()
            #expect(second.blockType == .type(TypeIndex(0)))
            #expect(reader.catches.isEmpty)
        }
    }

    @Test("Clauses of unknown kinds and more clauses than bytes are refused")
    func malformedClauses() {
        #expect(instructionRefusal([0x1F, 0x40, 1, 4, 0])?.message == "malformed catch clause 0x4")
        #expect(
            instructionRefusal([0x1F, 0x40] + leb(0xFFFF_FFFF) + [2, 0])?.message
                == "unexpected end of section or function")
    }

    @Test("A cast's two types may be null each for itself", arguments: UInt8(0)...3)
    func casts(flags: UInt8) throws {
        let found = try instruction([0xFB, 0x18, flags, 1, 0x6E, 7])
        let source = ValueType(rawValue: UInt32(truncatingIfNeeded: found.bits))
        let target = ValueType(rawValue: UInt32(truncatingIfNeeded: found.bits2))
        #expect(found.a == 1)
        #expect(source == (flags & 1 != 0 ? .anyref : .anyref.nonNull))
        #expect(target == ValueType(reference: TypeIndex(7), isNullable: flags & 2 != 0))
    }

    @Test("Other flags of a cast are refused")
    func malformedCasts() {
        #expect(instructionRefusal([0xFB, 0x19, 4, 0, 0x6E, 0x6E])?.message == "malformed br_on_cast flags 0x4")
    }
}
