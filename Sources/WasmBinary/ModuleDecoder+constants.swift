import WasmModule

extension ModuleDecoder {
    /// A constant expression, up to its `end`.
    ///
    /// Instructions that can't be constant are refused here already, where their offset is known; so no block
    /// hides the `end`, and what variable immediates there are need no place in the module.
    mutating func constantExpression(_ reader: inout ByteReader) throws(DecodeError) -> ConstantExpression {
        let start = reader.position
        var instructions: [Instruction] = []
        var code = InstructionReader(reader)
        while true {
            let offset = code.position
            let instruction = try code.next()
            if instruction.opcode == .end { break }
            guard instruction.opcode.isConstant else {
                throw reader.failure("constant expression required", at: offset)
            }
            constantInstructions += 1
            guard constantInstructions <= limits.constantInstructions else {
                throw reader.failure("too many constant instructions: limit \(limits.constantInstructions)", at: offset)
            }
            instructions.append(instruction)
        }
        _ = try reader.skip(code.position - start)
        return ConstantExpression(instructions, offset: start)
    }
}

extension Opcode {
    /// Whether a constant expression may have it, the operands and the global permitting.
    var isConstant: Bool {
        switch self {
        case .i32Const, .i64Const, .f32Const, .f64Const, .v128Const, .refNull, .refFunc, .globalGet: true
        case .i32Add, .i32Sub, .i32Mul, .i64Add, .i64Sub, .i64Mul: true
        case .structNew, .structNewDefault, .arrayNew, .arrayNewDefault, .arrayNewFixed: true
        case .refI31, .anyConvertExtern, .externConvertAny: true
        default: false
        }
    }
}
