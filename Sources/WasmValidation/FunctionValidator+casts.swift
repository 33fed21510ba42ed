import WasmModule

// Tests and casts of references.
// <https://webassembly.github.io/spec/core/valid/instructions.html#reference-instructions>

extension FunctionValidator {
    /// `ref.test` and `ref.cast`: the immediate says what, the opcode whether null will do.
    mutating func cast(_ instruction: Instruction) throws(ValidationError) {
        let opcode = instruction.opcode
        let type = try known(ValueType(rawValue: instruction.a))
        try pop(context.types.top(of: type))
        switch opcode {
        case .refTest, .refTestNull: push(.i32)
        case .refCastNull: push(type.nullable)
        default: push(type.nonNull)
        }
    }

    /// `br_on_cast` and `br_on_cast_fail`.
    mutating func branchOnCast(_ instruction: Instruction) throws(ValidationError) {
        let source = try known(ValueType(rawValue: UInt32(truncatingIfNeeded: instruction.bits)))
        let target = try known(ValueType(rawValue: UInt32(truncatingIfNeeded: instruction.bits2)))
        guard context.types.matches(target, source) else {
            throw failure("type mismatch: a cast from \(source) to \(target)")
        }
        // What is none of the target: null is, if the target has it.
        let rest = target.isNullable ? source.nonNull : source
        let (taken, passed) = instruction.opcode == .brOnCast ? (target, rest) : (rest, target)
        let types = try label(instruction.a)
        guard let last = types.last, context.types.matches(taken, context.types.values[last]) else {
            throw failure("type mismatch: label \(instruction.a) does not take \(taken)")
        }
        try pop(source)
        try pop(types.dropLast())
        try push(types.dropLast())
        push(passed)
    }
}
