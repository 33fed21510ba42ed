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
        case .call: try apply(calledType(instruction.a).signature)
        case .callIndirect: try apply(indirectType(instruction).signature)
        default: becomeUnreachable()
        }
    }

    mutating func block(_ instruction: Instruction) throws(ValidationError) {
        let signature = try signature(of: instruction.blockType)
        if case .`if` = instruction.opcode { try pop(.i32) }
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
        if case .`if` = frame.opcode, !matches(frame.signature.parameters, frame.signature.results) {
            // An `if` without `else` passes its parameters on.
            throw failure("type mismatch: if without else has to yield its parameters")
        }
        try push(frame.signature.results)
    }

    private mutating func branchTable(_ labels: [UInt32]) throws(ValidationError) {
        guard let last = labels.last else { preconditionFailure("the reader's labels end with the default") }
        try pop(.i32)
        let types = try label(last)
        try expect(types)
        // A table may name a few labels millions of times, each of a thousand types.
        var expected: Set<Range<Int>> = []
        for depth in labels {
            let other = try label(depth)
            if other == types || !expected.insert(other).inserted { continue }
            guard other.count == types.count else {
                throw failure("type mismatch: labels of br_table take \(other.count) and \(types.count) operands")
            }
            try expect(other)
        }
        becomeUnreachable()
    }

    mutating func apply(_ signature: Signature) throws(ValidationError) {
        try pop(signature.parameters)
        try push(signature.results)
    }

    /// The type of an indirect call, after its index was popped.
    mutating func indirectType(_ instruction: Instruction) throws(ValidationError) -> TypeEntry {
        let table = try tableShape(instruction.b)
        guard context.types.matches(table.element, .funcref) else {
            throw failure("type mismatch: call_indirect needs a table of funcref")
        }
        let type = try functionType(instruction.a)
        try pop(table.address)
        return type
    }
}
