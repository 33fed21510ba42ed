package import WasmModule

/// Decodes a function body, one instruction at a time, without allocating.
///
/// The bytes belong to the caller, who keeps them alive while the reader is used. Errors are found at the
/// instruction that has them; whether the instructions fit together is the validator's business.
/// <https://webassembly.github.io/spec/core/binary/instructions.html>
package struct InstructionReader {
    private var reader: ByteReader
    private let table: [Entry]
    /// The labels of the last `br_table`, default last.
    package private(set) var labels: [UInt32] = []
    /// The types of the last `select t*`.
    package private(set) var types: [ValueType] = []
    /// The clauses of the last `try_table`.
    package private(set) var catches: [CatchClause] = []

    /// Reads `range` of the module's bytes.
    ///
    /// Errors name `function`.
    package init(bytes: UnsafeBufferPointer<UInt8>, range: Range<Int>, function: FunctionIndex? = nil) {
        self.init(ByteReader(bytes, range: range))
        reader.function = function
    }

    init(_ reader: ByteReader) {
        self.reader = reader
        table = Entry.table
    }

    /// Goes to another body and keeps the buffers.
    package mutating func restart(
        bytes: UnsafeBufferPointer<UInt8>, range: Range<Int>, function: FunctionIndex? = nil
    ) {
        reader = ByteReader(bytes, range: range)
        reader.function = function
    }

    /// Offset of the next byte in the module.
    package var position: Int { reader.position }

    package var isAtEnd: Bool { reader.isAtEnd }

    /// The local declarations at the start of a body, as runs of one type.
    ///
    /// <https://webassembly.github.io/spec/core/binary/modules.html#code-section>
    package mutating func locals(
        limits: ImplementationLimits = .init()
    ) throws(DecodeError) -> [(count: UInt32, type: ValueType)] {
        let count = Int(try reader.u32())
        var runs: [(count: UInt32, type: ValueType)] = []
        runs.reserveCapacity(reader.reservable(count) / 2)
        var total = 0
        for _ in 0..<count {
            let start = reader.position
            let length = try reader.u32()
            total += Int(length)
            guard total <= limits.locals else {
                throw reader.failure("too many locals: limit \(limits.locals)", at: start)
            }
            runs.append((length, try reader.valueType()))
        }
        return runs
    }

    /// For after a function's closing `end`: refuses what follows it.
    package func finish() throws(DecodeError) {
        guard reader.isAtEnd else { throw reader.failure("END opcode expected at the end of the body") }
    }

    /// The next instruction.
    ///
    /// ``labels``, ``types`` and ``catches`` belong to it until the following call.
    package mutating func next() throws(DecodeError) -> Instruction {
        let byte = try reader.byte()
        var entry = table[Int(byte)]
        if byte >= 0xFB && byte != 0xFF { entry = try prefixed(byte) }
        guard entry.isKnown else { throw illegal(byte) }
        var instruction = entry.instruction
        switch entry.immediates {
        case .none:
            break
        case .label, .function, .local, .global, .table, .memory, .data, .element, .type, .tag:
            instruction.a = try reader.u32()
        case .i32:
            instruction.bits = UInt64(UInt32(truncatingIfNeeded: try reader.signed(bits: 32)))
        case .memarg:
            try memoryAccess(&instruction)
        case .blockType:
            instruction = Instruction(instruction.opcode, blockType: try reader.blockType())
        case .v128, .lanes:
            instruction.bits = try reader.littleEndian(8)
            instruction.bits2 = try reader.littleEndian(8)
        case .lane:
            instruction.a = UInt32(try reader.byte())
        case .memargLane:
            try memoryAccess(&instruction)
            instruction.bits2 = UInt64(try reader.byte())
        case .i64:
            instruction.bits = UInt64(bitPattern: try reader.signed(bits: 64))
        case .f32:
            instruction.bits = try reader.littleEndian(4)
        case .f64:
            instruction.bits = try reader.littleEndian(8)
        case .typeAndTable, .elementAndTable, .tablePair, .dataAndMemory, .memoryPair, .typeAndField,
            .typeAndLength, .typeAndData, .typeAndElement, .typePair:
            instruction.a = try reader.u32()
            instruction.b = try reader.u32()
        default:
            try rare(&instruction, entry.immediates)
        }
        return instruction
    }
}

// MARK: - Immediates

extension InstructionReader {
    private mutating func prefixed(_ prefix: UInt8) throws(DecodeError) -> Entry {
        let start = reader.position - 1
        let code = try reader.u32()
        let pages = Self.pages(prefix)
        guard Int(code) < pages.count, table[pages.lowerBound + Int(code)].isKnown else {
            throw reader.failure("illegal opcode \(digits(prefix)) \(digits(code))", at: start)
        }
        return table[pages.lowerBound + Int(code)]
    }

    /// The opcodes behind a prefix (``Opcode``).
    private static func pages(_ prefix: UInt8) -> Range<Int> {
        switch prefix {
        case 0xFB: 0x400..<0x500
        case 0xFC: 0x100..<0x200
        case 0xFD: 0x200..<0x400
        default: 0x500..<0x600
        }
    }

    @inline(never)
    private func illegal(_ byte: UInt8) -> DecodeError {
        reader.failure("illegal opcode \(digits(byte))", at: reader.position - 1)
    }

    /// See <https://webassembly.github.io/spec/core/binary/instructions.html#memory-instructions>.
    @inline(__always)
    private mutating func memoryAccess(_ instruction: inout Instruction) throws(DecodeError) {
        let flags = try reader.u32()
        instruction.b = flags
        if flags >= 0x40 { try memoryIndex(&instruction) }
        instruction.bits = try reader.u64()
    }

    /// Bit 6 of the alignment says that a memory's index follows.
    @inline(never)
    private mutating func memoryIndex(_ instruction: inout Instruction) throws(DecodeError) {
        guard instruction.b < 0x80 else { throw reader.failure("malformed memop flags", at: reader.position - 1) }
        instruction.b &= 0x3F
        instruction.a = try reader.u32()
    }

    @inline(never)
    private mutating func rare(_ instruction: inout Instruction, _ immediates: Immediates) throws(DecodeError) {
        switch immediates {
        case .labelTable:
            try labelTable()
        case .types:
            let count = Int(try reader.u32())
            types.removeAll(keepingCapacity: true)
            for _ in 0..<count { types.append(try reader.valueType()) }
        case .heapType:
            instruction.a = try reader.heapType().rawValue
        case .castBranch:
            try castBranch(&instruction)
        case .tryTable:
            instruction = Instruction(instruction.opcode, blockType: try reader.blockType())
            try catchClauses()
        case .fence:
            try reader.zeroByte()
        default:
            preconditionFailure("every kind of immediates has a reader")
        }
    }

    private mutating func labelTable() throws(DecodeError) {
        let count = Int(try reader.u32())
        labels.removeAll(keepingCapacity: true)
        guard count < reader.remaining else { throw reader.endFailure() }
        labels.reserveCapacity(count + 1)
        for _ in 0...count { labels.append(try reader.u32()) }
    }

    private mutating func catchClauses() throws(DecodeError) {
        let count = Int(try reader.u32())
        catches.removeAll(keepingCapacity: true)
        for _ in 0..<count {
            let start = reader.position
            let kind = try reader.byte()
            guard kind < 4 else { throw reader.failure("malformed catch clause \(hex(kind))", at: start) }
            let tag = kind < 2 ? TagIndex(try reader.u32()) : nil
            catches.append(CatchClause(tag: tag, hasReference: kind & 1 != 0, label: try reader.u32()))
        }
    }

    /// Bit 0 of the flags: the source may be null; bit 1: the target may.
    private mutating func castBranch(_ instruction: inout Instruction) throws(DecodeError) {
        let start = reader.position
        let flags = try reader.byte()
        guard flags < 4 else { throw reader.failure("malformed br_on_cast flags \(hex(flags))", at: start) }
        instruction.a = try reader.u32()
        let source = try reader.heapType()
        let target = try reader.heapType()
        instruction.bits = UInt64((flags & 1 != 0 ? source : source.nonNull).rawValue)
        instruction.bits2 = UInt64((flags & 2 != 0 ? target : target.nonNull).rawValue)
    }
}

// MARK: - Table

extension InstructionReader {
    /// What ``InstructionTable`` says to a decoder, without the parts that are reference-counted.
    private struct Entry: Sendable {
        /// Without its immediates.
        var instruction = Instruction(.unreachable)
        var immediates = Immediates.none
        var isKnown = false

        static let table: [Entry] = InstructionTable.byCode.indices.map { code in
            guard let row = InstructionTable.byCode[code] else { return Entry() }
            return Entry(instruction: Instruction(row.opcode), immediates: row.immediates, isKnown: true)
        }
    }
}
