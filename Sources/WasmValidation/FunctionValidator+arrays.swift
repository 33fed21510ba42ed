import WasmModule

// Arrays. <https://webassembly.github.io/spec/core/valid/instructions.html#aggregate-reference-instructions>

extension FunctionValidator {
    /// Operands of one `array.new_fixed`.
    ///
    /// <https://webassembly.github.io/spec/js-api/#limits>
    private static let fixedLimit: UInt32 = 10_000

    mutating func arrayNew(_ instruction: Instruction) throws(ValidationError) {
        let (element, type) = try arrayType(instruction.a)
        switch instruction.opcode {
        case .arrayNew:
            try pop(.i32)
            try pop(element.storage.unpacked)
        case .arrayNewDefault:
            guard type.isDefaultable else {
                throw failure("type mismatch: an element of type \(instruction.a) has no default value")
            }
            try pop(.i32)
        case .arrayNewFixed:
            guard instruction.b <= Self.fixedLimit else {
                throw failure("too many operands for array.new_fixed: limit \(Self.fixedLimit)")
            }
            for _ in 0..<instruction.b {
                if isBottomless { break }
                try pop(element.storage.unpacked)
            }
        case .arrayNewData:
            try checkData(instruction.b, for: element)
            try pop(.i32)
            try pop(.i32)
        default:
            try checkElements(instruction.b, for: element)
            try pop(.i32)
            try pop(.i32)
        }
        push(type.reference(isNullable: false))
    }

    mutating func arrayAccess(_ instruction: Instruction) throws(ValidationError) {
        let (element, type) = try arrayType(instruction.a)
        let reference = type.reference(isNullable: true)
        switch instruction.opcode {
        case .arrayGet, .arrayGetS, .arrayGetU:
            try checkExtension(instruction.opcode == .arrayGet, of: element)
            try pop(.i32)
            try pop(reference)
            return push(element.storage.unpacked)
        default: break
        }
        guard element.isMutable else { throw failure("immutable array of type \(instruction.a)") }
        switch instruction.opcode {
        case .arraySet: try pop(element.storage.unpacked, .i32, reference)
        case .arrayFill:
            try pop(.i32)
            try pop(element.storage.unpacked, .i32, reference)
        case .arrayCopy: try arrayCopy(to: element, reference, from: instruction.b)
        case .arrayInitData:
            try checkData(instruction.b, for: element)
            try pop(.i32, .i32, .i32)
            try pop(reference)
        default:
            try checkElements(instruction.b, for: element)
            try pop(.i32, .i32, .i32)
            try pop(reference)
        }
    }

    private mutating func arrayCopy(
        to element: FieldType, _ reference: ValueType, from source: UInt32
    ) throws(ValidationError) {
        let (sourceElement, sourceType) = try arrayType(source)
        guard context.types.matches(sourceElement.storage, element.storage) else {
            throw failure("array types do not match: \(sourceElement) and \(element)")
        }
        try pop(.i32, .i32, sourceType.reference(isNullable: true))
        try pop(.i32)
        try pop(reference)
    }

    /// References can't be read from bytes.
    private mutating func checkData(_ segment: UInt32, for element: FieldType) throws(ValidationError) {
        guard !element.storage.isReference else { throw failure("array type is not numeric or vector") }
        try checkData(segment)
    }

    private mutating func checkElements(_ segment: UInt32, for element: FieldType) throws(ValidationError) {
        let type = try elementType(segment)
        guard context.types.matches(type, element.storage) else {
            throw failure("type mismatch: \(type) elements for an array of \(element.storage)")
        }
    }
}
