package import WasmModule

extension FunctionValidator {
    /// Checks one instruction; `labels` and `types` are the immediates that its reader keeps.
    package mutating func check(
        _ instruction: Instruction, labels: [UInt32], types: [ValueType], at offset: Int
    ) throws(ValidationError) {
        self.offset = offset
        guard !frames.isEmpty else { throw failure("END opcode expected: instruction after the function's end") }
        let entry = table[instruction.opcode.ordinal]
        switch entry.kind {
        case .plain: break
        case .memory: try checkMemory(instruction, alignment: entry.alignment)
        case .lanes: try checkLanes(instruction, entry)
        case .special: return try checkSpecial(instruction, labels, types)
        }
        if entry.third.rawValue != 0 { try pop(entry.third) }
        if entry.second.rawValue != 0 { try pop(entry.second) }
        if entry.first.rawValue != 0 { try pop(entry.first) }
        if entry.result.rawValue != 0 { push(entry.result) }
    }

    @inline(__always)
    mutating func checkMemory(_ instruction: Instruction, alignment: UInt8) throws(ValidationError) {
        guard Int(instruction.a) < context.memoryCount else { throw failure("unknown memory \(instruction.a)") }
        guard instruction.b <= UInt32(alignment) else {
            throw failure("alignment must not be larger than natural")
        }
    }

    /// Instructions that the table has no signature for, the frequent ones first.
    private mutating func checkSpecial(
        _ instruction: Instruction, _ labels: [UInt32], _ types: [ValueType]
    ) throws(ValidationError) {
        switch instruction.opcode {
        case .localGet: push(try knownLocalType(instruction.a))
        case .localSet: try pop(knownLocalType(instruction.a))
        case .localTee:
            let type = try knownLocalType(instruction.a)
            try pop(type)
            push(type)
        case .globalGet: push(try global(instruction.a).value)
        case .globalSet: try globalSet(instruction.a)
        case .drop: _ = try popAny()
        case .select: try select()
        case .selectTyped: try select(types)
        case .nop: break
        case .unreachable, .block, .loop, .`if`, .`else`, .end, .br, .brIf, .brTable, .`return`, .call, .callIndirect:
            try checkControl(instruction, labels)
        default: try checkRare(instruction)
        }
    }

    private mutating func global(_ index: UInt32) throws(ValidationError) -> GlobalType {
        guard Int(index) < context.globals.count else { throw failure("unknown global \(index)") }
        return context.globals[Int(index)]
    }

    private mutating func globalSet(_ index: UInt32) throws(ValidationError) {
        let type = try global(index)
        guard type.isMutable else { throw failure("global is immutable: \(index)") }
        try pop(type.value)
    }

    /// See <https://webassembly.github.io/spec/core/valid/instructions.html#parametric-instructions>.
    private mutating func select() throws(ValidationError) {
        try pop(.i32)
        let second = try popAny()
        let first = try popAny()
        guard !first.isReference, !second.isReference else {
            throw failure("type mismatch: select without a type on references")
        }
        guard first == second || first == .bottom || second == .bottom else {
            throw failure("type mismatch: select between \(first) and \(second)")
        }
        push(first == .bottom ? second : first)
    }

    private mutating func select(_ types: [ValueType]) throws(ValidationError) {
        guard types.count == 1 else { throw failure("invalid result arity: \(types.count) types for select") }
        try pop(.i32)
        try pop(types[0])
        try pop(types[0])
        push(types[0])
    }
}
