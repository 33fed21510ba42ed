package import WasmModule

extension FunctionValidator {
    /// Checks one instruction; `labels`, `types` and `catches` are the immediates that its reader keeps.
    package mutating func check(
        _ instruction: Instruction, labels: [UInt32], types: [ValueType], catches: [CatchClause], at offset: Int
    ) throws(ValidationError) {
        self.offset = offset
        guard !frames.isEmpty else { throw failure("END opcode expected: instruction after the function's end") }
        let entry = table[instruction.opcode.ordinal]
        switch entry.kind {
        case .plain: break
        case .localGet: return try localGet(instruction.a)
        case .memory: return try checkAccess(instruction, entry)
        case .lanes: try checkLanes(instruction, entry)
        case .special: return try checkSpecial(instruction, labels, types, catches)
        case .atomic:
            try checkAtomic(instruction, entry)
            return try checkAccess(instruction, entry)
        case .memoryLanes:
            try checkLane(instruction.bits2, entry)
            return try checkAccess(instruction, entry)
        }
        if entry.third.rawValue != 0 { try pop(entry.third) }
        if entry.second.rawValue != 0 { try pop(entry.second) }
        if entry.first.rawValue != 0 { try pop(entry.first) }
        if entry.result.rawValue != 0 { push(entry.result) }
    }

    /// Loads and stores: all operands but the address, which comes first, are the entry's.
    @inline(__always)
    private mutating func checkAccess(_ instruction: Instruction, _ entry: CheckEntry) throws(ValidationError) {
        let address = try addressType(instruction.a)
        guard instruction.b <= UInt32(entry.alignment) else {
            throw failure("alignment must not be larger than natural")
        }
        guard instruction.bits <= 0xFFFF_FFFF || address == .i64 else {
            throw failure("offset out of range: \(instruction.bits)")
        }
        if entry.third.rawValue != 0 { try pop(entry.third) }
        if entry.second.rawValue != 0 { try pop(entry.second) }
        try pop(address)
        if entry.result.rawValue != 0 { push(entry.result) }
    }

    /// The type of a memory's addresses.
    @inline(__always)
    func addressType(_ memory: UInt32) throws(ValidationError) -> ValueType {
        guard Int(memory) < context.memories.count else { throw failure("unknown memory \(memory)") }
        return context.memories[Int(memory)]
    }

    /// Instructions that the table has no signature for, the frequent ones first.
    private mutating func checkSpecial(
        _ instruction: Instruction, _ labels: [UInt32], _ types: [ValueType], _ catches: [CatchClause]
    ) throws(ValidationError) {
        switch instruction.opcode {
        case .localSet: _ = try localSet(instruction.a)
        case .localTee: push(try localSet(instruction.a))
        case .globalGet: push(try global(instruction.a).value)
        case .globalSet: try globalSet(instruction.a)
        case .drop: _ = try popAny()
        case .select: try select()
        case .selectTyped: try select(types)
        case .nop, .atomicFence: break
        case .unreachable, .block, .loop, .`if`, .`else`, .end, .br, .brIf, .brTable, .`return`, .call, .callIndirect:
            try checkControl(instruction, labels)
        case .tryTable: try tryTable(instruction, catches)
        default:
            if instruction.opcode.isAggregate {
                try checkAggregate(instruction)
            } else {
                try checkRare(instruction)
            }
        }
    }

    private mutating func localGet(_ index: UInt32) throws(ValidationError) {
        let type = try knownLocalType(index)
        if hasUninitialized, !isInitialized(index, type) { throw failure("uninitialized local \(index)") }
        push(type)
    }

    private mutating func localSet(_ index: UInt32) throws(ValidationError) -> ValueType {
        let type = try knownLocalType(index)
        try pop(type)
        if hasUninitialized { initializations.set(index) }
        return type
    }

    private mutating func global(_ index: UInt32) throws(ValidationError) -> GlobalType {
        guard Int(index) < context.globals.count else { throw failure("unknown global \(index)") }
        return context.globals[Int(index)]
    }

    private mutating func globalSet(_ index: UInt32) throws(ValidationError) {
        let type = try global(index)
        guard type.isMutable else { throw failure("immutable global \(index)") }
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
        let type = try known(types[0])
        try pop(.i32)
        try pop(type)
        try pop(type)
        push(type)
    }
}
