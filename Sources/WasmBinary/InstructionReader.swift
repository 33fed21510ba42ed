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
    /// ``labels`` and ``types`` belong to it until the following call.
    package mutating func next() throws(DecodeError) -> Instruction {
        let byte = try reader.byte()
        var entry = table[Int(byte)]
        if byte == 0xFC || byte == 0xFD { entry = try prefixed(byte) }
        guard entry.isKnown else { throw illegal(byte) }
        var instruction = entry.instruction
        switch entry.immediates {
        case .none:
            break
        case .label, .function, .local, .global, .table, .data, .element:
            instruction.a = try reader.u32()
        case .i32:
            instruction.bits = UInt64(UInt32(truncatingIfNeeded: try reader.signed(bits: 32)))
        case .memarg:
            try memoryAccess(&instruction)
        case .blockType:
            try block(&instruction)
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
        case .typeAndTable, .elementAndTable, .tablePair:
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
        let pages = prefix == 0xFC ? 0x100..<0x200 : 0x200..<0x400
        guard Int(code) < pages.count, table[pages.lowerBound + Int(code)].isKnown else {
            throw reader.failure("illegal opcode \(hex(prefix)) \(hex(code))", at: start)
        }
        return table[pages.lowerBound + Int(code)]
    }

    @inline(never)
    private func illegal(_ byte: UInt8) -> DecodeError {
        reader.failure("illegal opcode \(hex(byte))", at: reader.position - 1)
    }

    /// See <https://webassembly.github.io/spec/core/binary/instructions.html#memory-instructions>.
    @inline(__always)
    private mutating func memoryAccess(_ instruction: inout Instruction) throws(DecodeError) {
        let start = reader.position
        let alignment = try reader.u32()
        guard alignment < 32 else { throw reader.failure("malformed memop flags", at: start) }
        instruction.b = alignment
        instruction.bits = UInt64(try reader.u32())
    }

    /// A block type is one byte for a type or nothing, or a type index as a positive number of 33 bits.
    private mutating func block(_ instruction: inout Instruction) throws(DecodeError) {
        let start = reader.position
        if let byte = reader.peek(), byte & 0xC0 == 0x40 {
            _ = try reader.byte()
            if byte == 0x40 { return }
            guard let type = ValueType(code: byte) else {
                throw reader.failure("malformed block type \(hex(byte))", at: start)
            }
            instruction = Instruction(instruction.opcode, blockType: .result(type))
            return
        }
        let index = try reader.signed(bits: 33)
        guard index >= 0 else { throw reader.failure("malformed block type", at: start) }
        let type = TypeIndex(UInt32(truncatingIfNeeded: index))
        instruction = Instruction(instruction.opcode, blockType: .type(type))
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
            instruction.a = try reader.referenceType().rawValue
        case .memory:
            try reader.zeroByte()
        case .memoryPair:
            try reader.zeroByte()
            try reader.zeroByte()
        case .dataAndMemory:
            instruction.a = try reader.u32()
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
}

// MARK: - Table

extension InstructionReader {
    /// What ``InstructionTable`` says to a decoder, without the parts that are reference-counted.
    private struct Entry: Sendable {
        /// Without its immediates.
        var instruction = Instruction(.unreachable)
        var immediates = Immediates.none
        var isKnown = false

        static let table: [Entry] = (0..<0x400).map { code in
            guard let row = InstructionTable.byCode[code] else { return Entry() }
            return Entry(instruction: Instruction(row.opcode), immediates: row.immediates, isKnown: true)
        }
    }
}
