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
        case 0x200..<0x400: [0xFD] + leb(UInt64(opcode.rawValue - 0x200))
        case 0x400..<0x500: [0xFB] + leb(UInt64(opcode.rawValue - 0x400))
        default: [0xFE] + leb(UInt64(opcode.rawValue - 0x500))
        }
    }

    /// Immediates of each kind, and where the instruction keeps them.
    private func example(_ immediates: Immediates, _ opcode: Opcode) -> (bytes: [UInt8], expected: Instruction) {
        switch immediates {
        case .none: ([], Instruction(opcode))
        case .blockType: ([0x7E], Instruction(opcode, blockType: .result(.i64)))
        case .label, .function, .local, .global, .table, .memory, .data, .element, .type, .tag:
            ([0x85, 0x01], Instruction(opcode, a: 133))
        case .labelTable: ([2, 7, 8, 9], Instruction(opcode))
        case .typeAndTable, .elementAndTable, .tablePair, .dataAndMemory, .memoryPair, .typeAndField, .typeAndLength,
            .typeAndData, .typeAndElement, .typePair:
            ([0x83, 0x01, 4], Instruction(opcode, a: 131, b: 4))
        case .types: ([1, 0x70], Instruction(opcode))
        case .tryTable: ([0x7E, 1, 0, 5, 6], Instruction(opcode, blockType: .result(.i64)))
        case .memarg: ([0x43, 7, 0x90, 0x01], Instruction(opcode, a: 7, b: 3, bits: 144))
        case .memargLane: ([3, 0x90, 0x01, 7], Instruction(opcode, b: 3, bits: 144, bits2: 7))
        case .fence: ([0], Instruction(opcode))
        case .heapType: ([0x6F], Instruction(opcode, a: ValueType.externref.rawValue))
        case .castBranch: ([2, 9, 0x6E, 0x6C], Instruction(opcode, a: 9, bits: 0x6E, bits2: 0x16C))
        default: constant(immediates, opcode)
        }
    }

    private func constant(_ immediates: Immediates, _ opcode: Opcode) -> (bytes: [UInt8], expected: Instruction) {
        switch immediates {
        case .i32: ([0x7F], Instruction(opcode, bits: 0xFFFF_FFFF))
        case .i64: ([0x7F], Instruction(opcode, bits: .max))
        case .f32: ([1, 0, 0, 0x80], Instruction(opcode, bits: 0x8000_0001))
        case .f64: ([1, 0, 0, 0, 0, 0, 0, 0x80], Instruction(opcode, bits: 0x8000_0000_0000_0001))
        case .lane: ([7], Instruction(opcode, a: 7))
        default: (Array(1...16), Instruction(opcode, bits: 0x0807_0605_0403_0201, bits2: 0x100F_0E0D_0C0B_0A09))
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
        for byte in UInt8.min...UInt8.max where InstructionTable.byCode[Int(byte)] == nil {
            guard !(0xFB...0xFE).contains(byte) else { continue }
            #expect(instructionRefusal([byte] + padding)?.message == "illegal opcode " + digits(byte))
        }
    }

    @Test(
        "Prefixed opcodes without a row are refused",
        arguments: [(0xFB, 0x400, 0x100), (0xFC, 0x100, 0x100), (0xFD, 0x200, 0x200), (0xFE, 0x500, 0x100)])
    func unknownPrefixed(prefix: UInt8, page: Int, size: Int) {
        for code in UInt64(0)..<0x210 {
            guard code >= size || InstructionTable.byCode[page + Int(code)] == nil else { continue }
            let error = instructionRefusal([prefix] + leb(code) + padding)
            #expect(error?.message == "illegal opcode \(digits(prefix)) \(digits(code))")
            #expect(error?.offset == 0)
        }
    }

    private var padding: [UInt8] { [UInt8](repeating: 0, count: 16) }

    private func digits(_ value: some BinaryInteger) -> String {
        (value < 16 ? "0" : "") + String(value, radix: 16)
    }

    @Test("Block types are nothing, a type or a type index")
    func blockTypes() throws {
        #expect(try instruction([0x02, 0x40]).blockType == .empty)
        #expect(try instruction([0x03, 0x7C]).blockType == .result(.f64))
        #expect(try instruction([0x04, 0x70]).blockType == .result(.funcref))
        #expect(try instruction([0x02, 0x00]).blockType == .type(TypeIndex(0)))
        #expect(try instruction([0x02, 0xC0, 0x00]).blockType == .type(TypeIndex(64)))
        #expect(
            try instruction([0x02, 0x64, 0x05]).blockType
                == .result(ValueType(reference: TypeIndex(5), isNullable: false)))
        #expect(try instruction([0x02, 0x63, 0x6D]).blockType == .result(.eqref))
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

    @Test("A fence's reserved byte has to be zero")
    func reserved() {
        #expect(instructionRefusal([0xFE, 0x03, 0x01]) == DecodeError(offset: 2, message: "zero byte expected"))
    }

    @Test("Types that don't exist are refused where they stand")
    func malformedTypes() {
        #expect(instructionRefusal([0xD0, 0x7F])?.message == "malformed heap type 0x7f")
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
