/// One row of the instruction table: what decoder, validator, translator, documentation and the coverage test
/// need to know about an opcode.
package struct InstructionRow: Sendable {
    package let opcode: Opcode
    /// The text format's name.
    package let name: String
    package let immediates: Immediates
    /// What the instruction pops and pushes, where that is the same for every use.
    package let signature: InstructionSignature?
    package let feature: Feature

    init(
        _ opcode: Opcode, _ name: String, _ immediates: Immediates, _ signature: InstructionSignature?,
        _ feature: Feature
    ) {
        self.opcode = opcode
        self.name = name
        self.immediates = immediates
        self.signature = signature
        self.feature = feature
    }
}

/// An operand in a fixed signature.
///
/// `address` is the address type of the memory the instruction names.
package enum OperandType: UInt8, Sendable {
    case none, i32, i64, f32, f64, v128, address
}

/// Up to three operands, popped last first, and up to one result.
package struct InstructionSignature: Sendable {
    package let first: OperandType
    package let second: OperandType
    package let third: OperandType
    package let result: OperandType

    init(
        _ first: OperandType = .none, _ second: OperandType = .none, _ third: OperandType = .none,
        to result: OperandType = .none
    ) {
        self.first = first
        self.second = second
        self.third = third
        self.result = result
    }
}

/// A step of the language beyond the minimum viable product.
///
/// `tfc inspect` lists those that a module uses.
package enum Feature: String, Sendable, CaseIterable {
    case mvp = "mvp"
    case mutableGlobals = "mutable-globals"
    case signExtension = "sign-extension"
    case saturatingFloatToInt = "saturating-float-to-int"
    case multiValue = "multi-value"
    case bulkMemory = "bulk-memory"
    case referenceTypes = "reference-types"
    case extendedConstants = "extended-const"
    case simd = "simd"
    case relaxedSimd = "relaxed-simd"
    case tailCalls = "tail-call"
    case exceptions = "exceptions"
    case legacyExceptions = "legacy-exceptions"
    case functionReferences = "function-references"
    case garbageCollection = "gc"
    case multipleMemories = "multi-memory"
    case memory64 = "memory64"
    case customPageSizes = "custom-page-sizes"
    case threads = "threads"
    case wideArithmetic = "wide-arithmetic"
}

/// Rows by opcode.
package enum InstructionTable {
    /// All rows, one for each opcode, those of a proposal together.
    package static var allRows: [InstructionRow] { rows }

    /// Rows by raw opcode (``Opcode``); nil where no instruction is known.
    package static let byCode: [InstructionRow?] = {
        var table = [InstructionRow?](repeating: nil, count: 0x600)
        for row in rows { table[Int(row.opcode.rawValue)] = row }
        return table
    }()

    /// The row of an opcode.
    package static func row(_ opcode: Opcode) -> InstructionRow {
        guard let row = byCode[Int(opcode.rawValue)] else {
            preconditionFailure("every opcode has a row")
        }
        return row
    }
}
