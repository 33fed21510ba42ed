import WasmModule

// Structures, arrays and other instructions of prefix FB.
// <https://webassembly.github.io/spec/core/valid/instructions.html#aggregate-reference-instructions>

extension FunctionValidator {
    mutating func checkAggregate(_ instruction: Instruction) throws(ValidationError) {
        switch instruction.opcode {
        case .structNew, .structNewDefault: try structNew(instruction)
        case .structGet, .structGetS, .structGetU, .structSet: try structField(instruction)
        case .arrayNew, .arrayNewDefault, .arrayNewFixed, .arrayNewData, .arrayNewElem: try arrayNew(instruction)
        case .arrayGet, .arrayGetS, .arrayGetU, .arraySet, .arrayFill, .arrayCopy, .arrayInitData, .arrayInitElem:
            try arrayAccess(instruction)
        case .arrayLen:
            try pop(.arrayref)
            push(.i32)
        case .refTest, .refTestNull, .refCast, .refCastNull: try cast(instruction)
        case .brOnCast, .brOnCastFail: try branchOnCast(instruction)
        case .anyConvertExtern: try convert(.externref, to: .anyref)
        case .externConvertAny: try convert(.anyref, to: .externref)
        case .refI31:
            try pop(.i32)
            push(.i31ref.nonNull)
        case .i31GetS, .i31GetU:
            try pop(.i31ref)
            push(.i32)
        default: preconditionFailure("every opcode of prefix FB has a rule")
        }
    }

    /// Conversions keep null as it is.
    private mutating func convert(_ source: ValueType, to target: ValueType) throws(ValidationError) {
        let type = try popReference()
        guard context.types.matches(type, source) else {
            throw failure("type mismatch: expected \(source), found \(type)")
        }
        push(type.isNullable && type != .bottomReference ? target : target.nonNull)
    }

    private mutating func structNew(_ instruction: Instruction) throws(ValidationError) {
        let type = try structureType(instruction.a)
        if case .structNew = instruction.opcode {
            for index in type.fields.reversed() {
                if isBottomless { break }
                try pop(context.types.fields[index].storage.unpacked)
            }
        } else if !type.isDefaultable {
            throw failure("type mismatch: a field of type \(instruction.a) has no default value")
        }
        push(type.reference(isNullable: false))
    }

    private mutating func structField(_ instruction: Instruction) throws(ValidationError) {
        let type = try structureType(instruction.a)
        guard instruction.b < type.count else { throw failure("unknown field \(instruction.b)") }
        let field = context.types.fields[Int(type.start + instruction.b)]
        guard instruction.opcode == .structSet else {
            try checkExtension(instruction.opcode == .structGet, of: field)
            try pop(type.reference(isNullable: true))
            return push(field.storage.unpacked)
        }
        guard field.isMutable else { throw failure("immutable field \(instruction.b)") }
        try pop(field.storage.unpacked)
        try pop(type.reference(isNullable: true))
    }

    /// Reading a packed field says how it is extended; reading another doesn't.
    func checkExtension(_ isPlain: Bool, of field: FieldType) throws(ValidationError) {
        guard isPlain != field.storage.isPacked else {
            throw failure("type mismatch: the field is \(field.storage.isPacked ? "packed" : "unpacked")")
        }
    }
}
