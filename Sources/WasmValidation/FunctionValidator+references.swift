import WasmModule

// References to functions and in general.
// <https://webassembly.github.io/spec/core/valid/instructions.html#reference-instructions>

extension FunctionValidator {
    mutating func checkReference(_ instruction: Instruction) throws(ValidationError) {
        switch instruction.opcode {
        case .refNull: push(try known(ValueType(rawValue: instruction.a)))
        case .refIsNull:
            _ = try popReference()
            push(.i32)
        case .refFunc: try refFunc(instruction.a)
        case .refEq:
            try pop(.eqref)
            try pop(.eqref)
            push(.i32)
        case .refAsNonNull: push(try popReference().withoutNull)
        case .brOnNull: try branchOnNull(instruction.a)
        default: try branchOnNonNull(instruction.a)
        }
    }

    private mutating func refFunc(_ index: UInt32) throws(ValidationError) {
        let type = try calledType(index)
        // A constant expression declares the functions it refers to.
        guard function == nil || context.isDeclared[Int(index)] else {
            throw failure("undeclared function reference \(index)")
        }
        push(type.reference(isNullable: false))
    }

    /// Branches without the reference if it is null, goes on with it otherwise.
    private mutating func branchOnNull(_ depth: UInt32) throws(ValidationError) {
        let type = try popReference()
        let types = try label(depth)
        try pop(types)
        try push(types)
        push(type.withoutNull)
    }

    /// Branches with the reference if it isn't null, goes on without it otherwise.
    private mutating func branchOnNonNull(_ depth: UInt32) throws(ValidationError) {
        let types = try label(depth)
        guard let last = types.last, context.types.values[last].isReference else {
            throw failure("type mismatch: label \(depth) takes no reference")
        }
        try pop(context.types.values[last].nullable)
        try pop(types.dropLast())
        try push(types.dropLast())
    }
}

extension ValueType {
    /// The reference type without null, which what isn't known stays.
    var withoutNull: ValueType { self == .bottomReference ? self : nonNull }
}
