import WasmModule

/// Checks constant expressions: short bodies of few instructions.
///
/// <https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions>
struct ConstantValidator: ~Copyable {
    /// This many globals may be read.
    var visibleGlobals = 0
    private let context: ValidationContext
    private var validator: FunctionValidator

    init(_ context: ValidationContext) {
        self.context = context
        validator = FunctionValidator(context)
    }

    /// Checks an expression that has to yield a value of a canonical type.
    mutating func check(_ expression: ConstantExpression, yields type: ValueType) throws(ValidationError) {
        // Most are one constant, and there may be millions.
        if expression.instructions.count == 1, isConstant(expression.instructions[0], of: type) { return }
        try validator.beginConstant(yields: type)
        for instruction in expression.instructions {
            try check(instruction, at: expression.offset)
            try validator.check(instruction, labels: [], types: [], catches: [], at: expression.offset)
        }
        try validator.check(Instruction(.end), labels: [], types: [], catches: [], at: expression.offset)
    }

    private func isConstant(_ instruction: Instruction, of type: ValueType) -> Bool {
        switch instruction.opcode {
        case .i32Const: type == .i32
        case .i64Const: type == .i64
        default: false
        }
    }

    private func check(_ instruction: Instruction, at offset: Int) throws(ValidationError) {
        switch instruction.opcode {
        case .i32Const, .i64Const, .f32Const, .f64Const, .v128Const, .refNull, .refFunc: break
        case .i32Add, .i32Sub, .i32Mul, .i64Add, .i64Sub, .i64Mul: break
        case .structNew, .structNewDefault, .arrayNew, .arrayNewDefault, .arrayNewFixed: break
        case .refI31, .anyConvertExtern, .externConvertAny: break
        case .globalGet:
            guard instruction.a < visibleGlobals else {
                throw ValidationError(offset: offset, message: "unknown global \(instruction.a)")
            }
            guard !context.globals[Int(instruction.a)].isMutable else { fallthrough }
        default: throw ValidationError(offset: offset, message: "constant expression required")
        }
    }
}
