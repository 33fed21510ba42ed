import WasmModule

/// Integer arithmetic on constants. Done here so that no C compiler ever sees two constants meet.
extension BodyTranslator {
    /// The value of an operation on two constants, or nil if either is not one.
    mutating func fold(
        _ operation: Infix, _ type: CType, _ sign: Expression.Sign, _ left: Int32, _ right: Int32
    ) -> UInt64? {
        guard let a = constantBits(left), let b = constantBits(right) else { return nil }
        if nodes[Int(left)].type.isWide {
            return Self.fold(operation, sign, a, b)
        }
        return Self.fold(operation, sign, UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b))
    }

    private static func fold<Word: FixedWidthInteger & UnsignedInteger>(
        _ operation: Infix, _ sign: Expression.Sign, _ a: Word, _ b: Word
    ) -> UInt64 where Word.Magnitude == Word {
        if sign == .signed { return foldSigned(operation, a, b) }
        let value: Word
        switch operation {
        case .add: value = a &+ b
        case .sub: value = a &- b
        case .mul: value = a &* b
        case .and: value = a & b
        case .or: value = a | b
        case .xor: value = a ^ b
        case .shl: value = a &<< b
        case .shr: value = a &>> b
        case .div: value = a / b
        case .rem: value = a % b
        case .eq: value = a == b ? 1 : 0
        case .ne: value = a != b ? 1 : 0
        case .lt: value = a < b ? 1 : 0
        case .gt: value = a > b ? 1 : 0
        case .le: value = a <= b ? 1 : 0
        case .ge: value = a >= b ? 1 : 0
        }
        return UInt64(value)
    }

    /// Comparisons, right shift and the divisions whose divisor is neither 0 nor -1.
    private static func foldSigned<Word: FixedWidthInteger & UnsignedInteger>(
        _ operation: Infix, _ a: Word, _ b: Word
    ) -> UInt64 {
        let shift = UInt64(64 - Word.bitWidth)
        let x = Int64(bitPattern: UInt64(a) << shift) >> shift
        let y = Int64(bitPattern: UInt64(b) << shift) >> shift
        let value: Int64
        switch operation {
        case .lt: value = x < y ? 1 : 0
        case .gt: value = x > y ? 1 : 0
        case .le: value = x <= y ? 1 : 0
        case .ge: value = x >= y ? 1 : 0
        case .shr: value = x &>> y
        case .div: value = x / y
        case .rem: value = x % y
        default: preconditionFailure("no other operator has a signed form")
        }
        return UInt64(Word(truncatingIfNeeded: value))
    }
}
