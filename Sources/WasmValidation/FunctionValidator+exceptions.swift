import WasmModule

// Exceptions. <https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions>

extension FunctionValidator {
    mutating func tryTable(_ instruction: Instruction, _ catches: [CatchClause]) throws(ValidationError) {
        let signature = try signature(of: instruction.blockType)
        // The labels of its clauses are those around it.
        for clause in catches { try check(clause) }
        try pop(signature.parameters)
        try enter(.tryTable, signature)
    }

    /// Checks that the label takes what the clause hands over.
    private mutating func check(_ clause: CatchClause) throws(ValidationError) {
        var target = try label(clause.label)
        if clause.hasReference {
            guard let last = target.last, context.types.matches(.exnref.nonNull, context.types.values[last]) else {
                throw failure("type mismatch: label \(clause.label) of a catch clause takes no exception")
            }
            target = target.dropLast()
        }
        let payload = if let tag = clause.tag { try tagType(tag.rawValue).parameters } else { 0..<0 }
        guard matches(payload, target) else {
            throw failure("type mismatch: label \(clause.label) of a catch clause takes other operands")
        }
    }

    mutating func tagType(_ index: UInt32) throws(ValidationError) -> Signature {
        guard Int(index) < context.tags.count else { throw failure("unknown tag \(index)") }
        return context.types.entries[Int(context.tags[Int(index)])].signature
    }

    mutating func `throw`(_ tag: UInt32) throws(ValidationError) {
        try pop(tagType(tag).parameters)
        becomeUnreachable()
    }
}
