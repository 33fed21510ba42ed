import WasmModule

// Sizes of memories, and bulk operations on them.
// <https://webassembly.github.io/spec/core/valid/instructions.html#memory-instructions>

extension FunctionValidator {
    mutating func checkMemory(_ instruction: Instruction) throws(ValidationError) {
        switch instruction.opcode {
        case .memorySize: push(try addressType(instruction.a))
        case .memoryGrow:
            let address = try addressType(instruction.a)
            try pop(address)
            push(address)
        case .memoryInit:
            let address = try addressType(instruction.b)
            try checkData(instruction.a)
            try pop(.i32, .i32, address)
        case .memoryFill:
            let address = try addressType(instruction.a)
            try pop(address, .i32, address)
        default:
            let destination = try addressType(instruction.a)
            let source = try addressType(instruction.b)
            try pop(.smaller(destination, source), source, destination)
        }
    }

    /// Data segments come after the code; so code may name them only if their number was said before.
    mutating func checkData(_ index: UInt32) throws(ValidationError) {
        guard let count = context.dataCount else { throw failure("data count section required") }
        guard index < count else { throw failure("unknown data segment \(index)") }
    }

    /// Pops three operands, the topmost first.
    mutating func pop(_ top: ValueType, _ next: ValueType, _ last: ValueType) throws(ValidationError) {
        try pop(top)
        try pop(next)
        try pop(last)
    }
}

extension ValueType {
    /// The type of a length that has to fit two address types.
    static func smaller(_ a: ValueType, _ b: ValueType) -> ValueType { a == .i64 ? b : a }
}
