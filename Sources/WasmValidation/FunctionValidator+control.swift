import WasmModule

// Control instructions.
// <https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions>

extension FunctionValidator {
    mutating func checkControl(_ instruction: Instruction, _ labels: [UInt32]) throws(ValidationError) {
        switch instruction.opcode {
        case .block, .loop, .`if`: try block(instruction)
        case .`else`: try otherwise()
        case .end: try end()
        case .br:
            try pop(label(instruction.a))
            becomeUnreachable()
        case .brIf:
            try pop(.i32)
            let types = try label(instruction.a)
            try pop(types)
            try push(types)
        case .brTable: try branchTable(labels)
        case .`return`:
            try pop(frames[0].signature.results)
            becomeUnreachable()
        case .call:
            try apply(context.types[Int(functionType(instruction.a))])
        case .callIndirect: try callIndirect(type: instruction.a, table: instruction.b)
        default: becomeUnreachable()
        }
    }

    private mutating func block(_ instruction: Instruction) throws(ValidationError) {
        if case .`if` = instruction.opcode { try pop(.i32) }
        let type = instruction.blockType
        if case .type(let index) = type, index.offset >= context.types.count { throw failure("unknown type \(index)") }
        let signature = context.signature(of: type)
        try pop(signature.parameters)
        try enter(instruction.opcode, signature)
    }

    private mutating func otherwise() throws(ValidationError) {
        guard frames.last?.opcode == .`if` else { throw failure("else without if") }
        let frame = try leave()
        try enter(.`else`, frame.signature)
    }

    private mutating func end() throws(ValidationError) {
        let frame = try leave()
        if case .`if` = frame.opcode { try checkIsIdentity(frame.signature) }
        try push(frame.signature.results)
    }

    /// An `if` without `else` passes its parameters on.
    private mutating func checkIsIdentity(_ signature: Signature) throws(ValidationError) {
        let parameters = context.values[signature.parameters]
        guard parameters.elementsEqual(context.values[signature.results]) else {
            throw failure("type mismatch: if without else has to yield its parameters")
        }
    }

    private mutating func branchTable(_ labels: [UInt32]) throws(ValidationError) {
        guard let last = labels.last else { preconditionFailure("the reader's labels end with the default") }
        try pop(.i32)
        let types = try label(last)
        for depth in labels {
            let other = try label(depth)
            guard other.count == types.count else {
                throw failure("type mismatch: labels of br_table take \(other.count) and \(types.count) operands")
            }
            try expect(other)
        }
        becomeUnreachable()
    }

    private mutating func callIndirect(type: UInt32, table: UInt32) throws(ValidationError) {
        guard try tableType(table) == .funcref else {
            throw failure("type mismatch: call_indirect needs a table of funcref")
        }
        guard Int(type) < context.types.count else { throw failure("unknown type \(type)") }
        try pop(.address)
        try apply(context.types[Int(type)])
    }

    private mutating func apply(_ signature: Signature) throws(ValidationError) {
        try pop(signature.parameters)
        try push(signature.results)
    }

    private mutating func functionType(_ index: UInt32) throws(ValidationError) -> UInt32 {
        guard Int(index) < context.functions.count else { throw failure("unknown function \(index)") }
        return context.functions[Int(index)]
    }
}
