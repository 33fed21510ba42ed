import WasmModule

/// What ``InstructionTable`` says to a validator, without the parts that are reference-counted.
struct CheckEntry: Sendable {
    enum Kind: UInt8, Sendable {
        /// Needs a rule of its own.
        case special
        /// `local.get`, which a third of all instructions are.
        case localGet
        /// Has a signature and nothing else to check.
        case plain
        /// Accesses a memory; its first operand is the address.
        case memory
        /// Accesses a memory, aligned.
        case atomic
        /// Has a signature and names lanes.
        case lanes
        /// Accesses a memory and names a lane.
        case memoryLanes
    }

    var kind = Kind.special
    /// The most that a memory access may be aligned to, as an exponent.
    var alignment: UInt8 = .max
    /// Operand types, ``ValueType/bottom`` where there is none; addresses are not among them.
    var first = ValueType.bottom
    var second = ValueType.bottom
    var third = ValueType.bottom
    var result = ValueType.bottom
    /// How many lanes an instruction with a lane chooses from.
    var lanes: UInt8 = 0

    /// By ``Opcode/ordinal``.
    static let table: [CheckEntry] = {
        var table = [CheckEntry](repeating: CheckEntry(), count: 1024)
        for row in InstructionTable.allRows { table[row.opcode.ordinal] = CheckEntry(row) }
        table[Opcode.localGet.ordinal].kind = .localGet
        return table
    }()
}

extension CheckEntry {
    private init(_ row: InstructionRow) {
        self.init()
        guard let signature = row.signature else { return }
        switch row.immediates {
        case .none, .i32, .i64, .f32, .f64, .v128: kind = .plain
        case .lane, .lanes: kind = .lanes
        case .memarg: kind = row.feature == .threads ? .atomic : .memory
        case .memargLane: kind = .memoryLanes
        default: return
        }
        if row.immediates == .memarg || row.immediates == .memargLane { alignment = row.opcode.naturalAlignment }
        if row.immediates != .memarg { lanes = row.opcode.laneCount }
        first = signature.first.valueType
        second = signature.second.valueType
        third = signature.third.valueType
        result = signature.result.valueType
    }
}

extension OperandType {
    fileprivate var valueType: ValueType {
        switch self {
        case .none, .address: .bottom
        case .i32: .i32
        case .i64: .i64
        case .f32: .f32
        case .f64: .f64
        case .v128: .v128
        }
    }
}

extension Opcode {
    /// A small number that stands for the opcode in tables: its representation in memory, which costs nothing to
    /// get, where the raw value would be looked up.
    var ordinal: Int {
        // SAFETY: an enumeration of more than 256 cases without payloads, and fewer than 65,536, is two bytes.
        Int(unsafeBitCast(self, to: UInt16.self))
    }

    /// Logarithm of the width of a load or store in bytes.
    var naturalAlignment: UInt8 {
        switch self {
        case .i32Load8S, .i32Load8U, .i64Load8S, .i64Load8U, .i32Store8, .i64Store8: 0
        case .i32Load16S, .i32Load16U, .i64Load16S, .i64Load16U, .i32Store16, .i64Store16: 1
        case .i64Load, .f64Load, .i64Store, .f64Store: 3
        default:
            if rawValue >= 0x500 { atomicAlignment } else if rawValue >= 0x200 { vectorAlignment } else { 2 }
        }
    }
}
