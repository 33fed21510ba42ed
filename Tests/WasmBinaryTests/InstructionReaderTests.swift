import Testing
import WasmBinary
import WasmModule

@Suite("Instruction reader")
struct InstructionReaderTests {
    /// An opcode's bytes.
    private func code(_ opcode: Opcode) -> [UInt8] {
        switch opcode.rawValue {
        case 0..<0x100: [UInt8(opcode.rawValue)]
        case 0x100..<0x200: [0xFC] + leb(UInt64(opcode.rawValue - 0x100))
        default: [0xFD] + leb(UInt64(opcode.rawValue - 0x200))
        }
    }

    /// Immediates of each kind, and where the instruction keeps them.
    private func example(_ immediates: Immediates, _ opcode: Opcode) -> (bytes: [UInt8], expected: Instruction) {
        switch immediates {
        case .none: ([], Instruction(opcode))
        case .blockType: ([0x7E], Instruction(opcode, blockType: .result(.i64)))
        case .label, .function, .local, .global, .table, .data, .element: ([0x85, 0x01], Instruction(opcode, a: 133))
        case .labelTable: ([2, 7, 8, 9], Instruction(opcode))
        case .typeAndTable, .elementAndTable, .tablePair: ([0x83, 0x01, 4], Instruction(opcode, a: 131, b: 4))
        case .types: ([1, 0x70], Instruction(opcode))
        case .memarg: ([3, 0x90, 0x01], Instruction(opcode, b: 3, bits: 144))
        case .memory: ([0], Instruction(opcode))
        case .i32: ([0x7F], Instruction(opcode, bits: 0xFFFF_FFFF))
        case .i64: ([0x7F], Instruction(opcode, bits: .max))
        case .f32: ([1, 0, 0, 0x80], Instruction(opcode, bits: 0x8000_0001))
        case .f64: ([1, 0, 0, 0, 0, 0, 0, 0x80], Instruction(opcode, bits: 0x8000_0000_0000_0001))
        case .v128, .lanes:
            (Array(1...16), Instruction(opcode, bits: 0x0807_0605_0403_0201, bits2: 0x100F_0E0D_0C0B_0A09))
        case .lane: ([7], Instruction(opcode, a: 7))
        case .memargLane: ([3, 0x90, 0x01, 7], Instruction(opcode, b: 3, bits: 144, bits2: 7))
        case .heapType: ([0x6F], Instruction(opcode, a: ValueType.externref.rawValue))
        case .dataAndMemory: ([9, 0], Instruction(opcode, a: 9))
        case .memoryPair: ([0, 0], Instruction(opcode))
        }
    }

    @Test("Every row of the instruction table decodes, and its immediates cut short are refused")
    func rows() throws {
        for row in InstructionTable.allRows {
            let (immediates, expected) = example(row.immediates, row.opcode)
            let bytes = code(row.opcode) + immediates
            #expect(try instruction(bytes) == expected, "\(row.name)")
            for length in 0..<bytes.count {
                let error = instructionRefusal(Array(bytes[..<length]))
                #expect(error?.message == "unexpected end of section or function", "\(row.name)")
                #expect(error?.offset == length, "\(row.name)")
            }
        }
    }

    @Test("Opcodes without a row are refused")
    func unknown() {
        for byte in UInt8.min...UInt8.max {
            let padding = [UInt8](repeating: 0, count: 16)
            if InstructionTable.byCode[Int(byte)] == nil, byte != 0xFC, byte != 0xFD {
                #expect(instructionRefusal([byte] + padding)?.message == "illegal opcode 0x" + String(byte, radix: 16))
            }
            if InstructionTable.byCode[0x100 + Int(byte)] == nil {
                let error = instructionRefusal([0xFC] + leb(UInt64(byte)) + padding)
                #expect(error?.message == "illegal opcode 0xfc 0x" + String(byte, radix: 16))
                #expect(error?.offset == 0)
            }
            #expect(
                instructionRefusal([0xFC] + leb(UInt64(byte) + 256))?.message.hasPrefix("illegal opcode 0xfc") == true)
        }
    }

    @Test("Vector opcodes without a row are refused")
    func unknownVectors() {
        for code in UInt64(0)..<0x210 {
            guard code >= 0x200 || InstructionTable.byCode[0x200 + Int(code)] == nil else { continue }
            let error = instructionRefusal([0xFD] + leb(code) + [UInt8](repeating: 0, count: 16))
            #expect(error?.message == "illegal opcode 0xfd 0x" + String(code, radix: 16))
            #expect(error?.offset == 0)
        }
    }

    @Test("Block types are nothing, a type or a type index")
    func blockTypes() throws {
        #expect(try instruction([0x02, 0x40]).blockType == .empty)
        #expect(try instruction([0x03, 0x7C]).blockType == .result(.f64))
        #expect(try instruction([0x04, 0x70]).blockType == .result(.funcref))
        #expect(try instruction([0x02, 0x00]).blockType == .type(TypeIndex(0)))
        #expect(try instruction([0x02, 0xC0, 0x00]).blockType == .type(TypeIndex(64)))
        #expect(instructionRefusal([0x02, 0x41])?.message == "malformed block type 0x41")
        #expect(instructionRefusal([0x02, 0xFF, 0x7F])?.message == "malformed block type")
    }

    @Test("Labels and types stay in the reader until the next instruction of their kind")
    func variableImmediates() throws {
        let bytes: [UInt8] = [0x0E, 2, 7, 8, 9, 0x0E, 0, 5, 0x1C, 2, 0x7F, 0x7E]
        try bytes.withUnsafeBufferPointer { buffer in
            var reader = InstructionReader(bytes: buffer, range: 0..<buffer.count)
            _ = try reader.next()
            #expect(reader.labels == [7, 8, 9])
            #expect(reader.position == 5)
            _ = try reader.next()
            #expect(reader.labels == [5])
            _ = try reader.next()
            #expect(reader.types == [.i32, .i64])
            #expect(reader.isAtEnd)
        }
    }

    @Test("A label count beyond the body is refused before anything is reserved")
    func hugeLabelTable() {
        let error = instructionRefusal([0x0E] + leb(0xFFFF_FFFF) + [0, 0])
        #expect(error?.message == "unexpected end of section or function")
    }

    @Test("Reserved bytes have to be zero, alignments below 32")
    func reserved() {
        #expect(instructionRefusal([0x3F, 0x01]) == DecodeError(offset: 1, message: "zero byte expected"))
        #expect(instructionRefusal([0x40, 0x80, 0x00])?.message == "zero byte expected")
        #expect(instructionRefusal([0xFC, 0x0A, 0x00, 0x01])?.message == "zero byte expected")
        #expect(instructionRefusal([0xFC, 0x08, 0x00, 0x01])?.message == "zero byte expected")
        #expect(instructionRefusal([0x28, 0x20, 0x00])?.message == "malformed memop flags")
        #expect(instructionRefusal([0x28, 0x1F, 0x00]) == nil)
        #expect(instructionRefusal([0xD0, 0x7F])?.message == "malformed reference type 0x7f")
        #expect(instructionRefusal([0x1C, 0x01, 0x40])?.message == "malformed value type 0x40")
    }

    @Test("Local declarations are runs, limited in sum")
    func locals() throws {
        func runs(_ bytes: [UInt8]) throws -> [(count: UInt32, type: ValueType)] {
            try bytes.withUnsafeBufferPointer { buffer in
                var reader = InstructionReader(bytes: buffer, range: 0..<buffer.count, function: FunctionIndex(3))
                return try reader.locals()
            }
        }
        let found = try runs([3, 2, 0x7F, 0, 0x7E, 1, 0x6F])
        #expect(found.map(\.count) == [2, 0, 1])
        #expect(found.map(\.type) == [.i32, .i64, .externref])
        #expect(try runs([1] + leb(50_000) + [0x7F]).map(\.count) == [50_000])
        let tooMany = DecodeError(offset: 3, message: "too many locals: limit 50000", function: FunctionIndex(3))
        #expect(throws: tooMany) { try runs([2, 1, 0x7F] + leb(50_000) + [0x7F]) }
        #expect(throws: DecodeError.self) { try runs(leb(0xFFFF_FFFF) + [1, 0x7F]) }
        #expect(throws: DecodeError.self) { try runs([2] + leb(0xFFFF_FFFF) + [0x7F] + leb(0xFFFF_FFFF) + [0x7F]) }
    }
}
