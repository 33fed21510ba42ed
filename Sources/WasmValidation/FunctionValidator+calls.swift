import WasmModule

// Calls through references, and tail calls.
// <https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions>

extension FunctionValidator {
    mutating func callReference(_ index: UInt32) throws(ValidationError) -> Signature {
        let type = try functionType(index)
        try pop(type.reference(isNullable: true))
        return type.signature
    }

    /// A call whose results are the function's.
    mutating func tailCall(_ instruction: Instruction) throws(ValidationError) {
        let signature =
            switch instruction.opcode {
            case .returnCall: try calledType(instruction.a).signature
            case .returnCallIndirect: try indirectType(instruction).signature
            default: try callReference(instruction.a)
            }
        guard matches(signature.results, frames[0].signature.results) else {
            throw failure("type mismatch: the results of the tail call are not the function's")
        }
        try pop(signature.parameters)
        becomeUnreachable()
    }
}
