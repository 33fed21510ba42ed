import WasmModule

// Globals, element segments and data segments: everything with constant expressions.

extension ModuleValidator {
    /// Needs what ``checkDeclarations()`` checks.
    func checkInitializers() throws(ValidationError) {
        var stack: [ValueType] = []
        for global in module.globals {
            guard let initializer = global.initializer else { continue }
            try check(initializer, yields: global.type.value, &stack)
        }
        for segment in module.elements { try check(segment, &stack) }
        for segment in module.dataSegments {
            guard case .active(let memory, let offset) = segment.mode else { continue }
            guard memory.offset < module.memories.count else {
                throw ValidationError(offset: offset.offset, message: "unknown memory \(memory)")
            }
            try check(offset, yields: .i32, &stack)
        }
    }

    private func check(_ segment: ElementSegment, _ stack: inout [ValueType]) throws(ValidationError) {
        if case .active(let index, let offset) = segment.mode {
            guard index.offset < module.tables.count else {
                throw ValidationError(offset: offset.offset, message: "unknown table \(index)")
            }
            let element = module.tables[index.offset].type.element
            guard segment.type == element else {
                let message = "type mismatch: segment of \(segment.type) for a table of \(element)"
                throw ValidationError(offset: offset.offset, message: message)
            }
            try check(offset, yields: .i32, &stack)
        }
        switch segment.items {
        case .functions(let list): for function in list { try check(function, in: .element) }
        case .expressions(let list): for item in list { try check(item, yields: segment.type, &stack) }
        }
    }

    /// A constant expression may read imported globals that can't change.
    ///
    /// <https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions>
    private func check(
        _ expression: ConstantExpression, yields type: ValueType, _ stack: inout [ValueType]
    ) throws(ValidationError) {
        stack.removeAll(keepingCapacity: true)
        for instruction in expression.instructions {
            switch instruction.opcode {
            case .i32Const: stack.append(.i32)
            case .i64Const: stack.append(.i64)
            case .f32Const: stack.append(.f32)
            case .f64Const: stack.append(.f64)
            case .v128Const: stack.append(.v128)
            case .refNull: stack.append(ValueType(rawValue: instruction.a))
            case .refFunc:
                try check(FunctionIndex(instruction.a), in: expression)
                stack.append(.funcref)
            case .globalGet: stack.append(try constantGlobal(GlobalIndex(instruction.a), in: expression))
            case .i32Add, .i32Sub, .i32Mul: try combine(.i32, in: expression, &stack)
            case .i64Add, .i64Sub, .i64Mul: try combine(.i64, in: expression, &stack)
            default: throw failure("constant expression required", in: expression)
            }
        }
        guard stack.count == 1, stack[0] == type else {
            let found = stack.map(\.description).joined(separator: ", ")
            throw failure("type mismatch: constant expression of type [\(found)], expected [\(type)]", in: expression)
        }
    }

    private func check(_ function: FunctionIndex, in expression: ConstantExpression) throws(ValidationError) {
        guard function.offset < module.functions.count else {
            throw failure("unknown function \(function)", in: expression)
        }
    }

    private func constantGlobal(
        _ index: GlobalIndex, in expression: ConstantExpression
    ) throws(ValidationError) -> ValueType {
        guard index.offset < module.importedGlobalCount else {
            throw failure("unknown global \(index)", in: expression)
        }
        let type = module.globals[index.offset].type
        guard !type.isMutable else { throw failure("constant expression required", in: expression) }
        return type.value
    }

    private func combine(
        _ type: ValueType, in expression: ConstantExpression, _ stack: inout [ValueType]
    ) throws(ValidationError) {
        guard stack.popLast() == type, stack.last == type else {
            throw failure("type mismatch: \(type) arithmetic on other operands", in: expression)
        }
    }

    private func failure(_ message: String, in expression: ConstantExpression) -> ValidationError {
        ValidationError(offset: expression.offset, message: message)
    }
}
