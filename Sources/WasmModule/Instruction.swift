/// One decoded instruction: the opcode and its immediates in fixed places, so that decoding allocates nothing.
///
/// What `a`, `b` and `bits` hold follows from the opcode's ``Immediates``. Immediates of variable length (the
/// labels of `br_table`, the types of `select t*`) stay in the reader that decoded the instruction.
package struct Instruction: Hashable, Sendable {
    package var opcode: Opcode
    /// The first index immediate; for memory instructions, the memory index.
    package var a: UInt32
    /// The second index immediate; for memory instructions, the alignment exponent.
    package var b: UInt32
    /// A constant's bits (32-bit ones zero-extended), or the static offset of a memory instruction.
    package var bits: UInt64
    /// The upper half of a vector's bits, or the lane of a memory instruction.
    package var bits2: UInt64

    @inlinable
    package init(_ opcode: Opcode, a: UInt32 = 0, b: UInt32 = 0, bits: UInt64 = 0, bits2: UInt64 = 0) {
        self.opcode = opcode
        self.a = a
        self.b = b
        self.bits = bits
        self.bits2 = bits2
    }

    /// The type of a `block`, `loop` or `if`, whose decoder keeps the form in `b` and the payload in `a`.
    @inlinable
    package var blockType: BlockType {
        switch b {
        case 0: .empty
        case 1: .result(ValueType(rawValue: a))
        default: .type(TypeIndex(a))
        }
    }

    @inlinable
    package init(_ opcode: Opcode, blockType: BlockType) {
        switch blockType {
        case .empty: self.init(opcode)
        case .result(let type): self.init(opcode, a: type.rawValue, b: 1)
        case .type(let index): self.init(opcode, a: index.rawValue, b: 2)
        }
    }
}

/// A clause of `try_table`: which exceptions it takes, and where control goes with what.
///
/// <https://webassembly.github.io/spec/core/syntax/instructions.html#control-instructions>
package struct CatchClause: Hashable, Sendable {
    /// The exceptions' tag; nil: all exceptions.
    package var tag: TagIndex?
    /// Whether the exception itself goes along, after the values it carries.
    package var hasReference: Bool
    /// The label's depth, counted from outside the `try_table`.
    package var label: UInt32

    package init(tag: TagIndex?, hasReference: Bool, label: UInt32) {
        self.tag = tag
        self.hasReference = hasReference
        self.label = label
    }
}

/// <https://webassembly.github.io/spec/core/syntax/instructions.html#syntax-blocktype>
/// .
package enum BlockType: Hashable, Sendable {
    case empty
    case result(ValueType)
    case type(TypeIndex)
}

/// Which immediates follow an opcode, and where ``Instruction`` keeps them.
package enum Immediates: UInt8, Hashable, Sendable {
    case none
    /// ``Instruction/blockType``.
    case blockType
    /// `a`: the label's depth.
    case label
    /// The labels, default last, in the reader's `labels`.
    case labelTable
    /// `a`: the function.
    case function
    /// `a`: the type, `b`: the table.
    case typeAndTable
    /// The value types in the reader's `types`.
    case types
    /// `a`: the local.
    case local
    /// `a`: the global.
    case global
    /// `a`: the table.
    case table
    /// `a`: the memory, `b`: alignment exponent, `bits`: offset.
    case memarg
    /// `a`: the memory.
    case memory
    /// `bits`.
    case i32, i64, f32, f64
    /// `bits` and `bits2`: the lower and the upper eight bytes.
    case v128
    /// As `v128`: a lane of the two operands each.
    case lanes
    /// `a`: the lane.
    case lane
    /// As `memarg`, and `bits2`: the lane.
    case memargLane
    /// `a`: raw value of the nullable reference to the heap type (``ValueType``).
    case heapType
    /// `a`: the type.
    case type
    /// `a`: the type, `b`: the field.
    case typeAndField
    /// `a`: the type, `b`: the number of elements.
    case typeAndLength
    /// `a`: the type, `b`: the data segment.
    case typeAndData
    /// `a`: the type, `b`: the element segment.
    case typeAndElement
    /// `a`: the destination's type, `b`: the source's.
    case typePair
    /// `a`: the label, `bits` and `bits2`: raw values of the source and the target reference type, nullable or not.
    case castBranch
    /// `a`: the tag.
    case tag
    /// ``Instruction/blockType``, and the clauses in the reader's `catches`.
    case tryTable
    /// A zero byte, which is kept nowhere.
    case fence
    /// `a`: the data segment, `b`: the memory.
    case dataAndMemory
    /// `a`: the data segment.
    case data
    /// `a`: the destination memory, `b`: the source memory.
    case memoryPair
    /// `a`: the element segment, `b`: the table.
    case elementAndTable
    /// `a`: the element segment.
    case element
    /// `a`: the destination table, `b`: the source table.
    case tablePair
}
