import WasmModule

/// Operations of 64 bits of which only the lower half counts.
extension BodyTranslator {
    /// The lower half of an operation on widened operands, as the same operation on what was widened.
    ///
    /// Go's compiler writes it for every address. Nil where the upper halves could come into it.
    mutating func narrowed(_ position: Int32) -> Int32? {
        let node = nodes[Int(position)]
        if isWidened(position) {
            let inner = nodes[Int(node.a)]
            return inner.type == .u32 || inner.type == .s32 ? node.a : nil
        }
        guard node.shape == .infix else { return nil }
        switch node.infix {
        case .add, .sub, .mul, .and, .xor, .or: break
        default: return nil
        }
        guard isWidened(node.a) || isWidened(node.b), let left = narrowedOperand(node.a),
            let right = narrowedOperand(node.b)
        else { return nil }
        var narrow = Expression(.infix, resultType(node.infix, .u32, left, right))
        narrow.infix = node.infix
        narrow.a = left
        narrow.b = right
        inherit(left, into: &narrow)
        inherit(right, into: &narrow)
        narrow.registers = registers(left, right)
        return add(narrow)
    }

    /// Whether an operand of 64 bits is one of 32 bits, extended.
    private mutating func isWidened(_ position: Int32) -> Bool {
        let node = nodes[Int(position)]
        return node.shape == .cast && node.type.isWide && (node.inner == .u32 || node.inner == .s32)
    }

    private mutating func narrowedOperand(_ position: Int32) -> Int32? {
        if isWidened(position) { return nodes[Int(position)].a }
        guard let bits = constantBits(position) else { return nil }
        return add(constantNode(.u32, bits & 0xFFFF_FFFF))
    }
}
