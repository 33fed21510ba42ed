import WasmModule

/// Keeping loads whole: a guest's load may trap, whatever is made of its value.
///
/// libtcc reads memory when it needs a value. It reads no more bytes than a narrower type has (`(u)*(mU*)a` is a load
/// of 4 bytes), and none at all where a constant decides the result (`*(mu*)a&0`). Optimizing compilers do likewise.
extension BodyTranslator {
    /// Computes the operand at a place into a variable if it is a load of more than the bytes that will be used.
    mutating func settleLongLoad(_ index: Int, used bytes: Int) {
        let node = nodes[Int(stack[index])]
        if node.shape == .load && node.access.bytes > bytes { settle(index) }
    }

    /// Evaluates an operation's operand that cannot matter, since the other one is a constant that decides the result.
    ///
    /// Returns the result; nil if there is none yet.
    mutating func absorb(_ operation: Infix, _ sign: Expression.Sign, _ left: Int32, _ right: Int32) -> UInt64? {
        let allOnes: UInt64 = nodes[Int(left)].type.isWide ? .max : 0xFFFF_FFFF
        let (first, second) = (constantBits(left).map { $0 & allOnes }, constantBits(right).map { $0 & allOnes })
        let result: UInt64
        switch (operation, first, second) {
        case (.and, 0, _), (.and, _, 0), (.mul, 0, _), (.mul, _, 0), (.rem, _, 1): result = 0
        case (.or, allOnes, _), (.or, _, allOnes): result = allOnes
        case (.shl, 0, _), (.shr, 0, _): result = 0
        case (.shr, allOnes, _) where sign == .signed: result = allOnes
        default: return nil
        }
        discard(first == nil ? left : right)
        return result
    }
}

extension Access {
    /// How many it moves.
    var bytes: Int {
        switch self {
        case .u8, .s8: 1
        case .u16, .s16: 2
        case .u32, .s32, .f32: 4
        case .u64, .s64, .f64: 8
        }
    }
}
