import WasmModule

/// Table instructions that have a result; the others are `perform(_:_:operands:)`.
extension BodyTranslator {
    mutating func pushTableGet(_ index: UInt32) {
        flushCalls(operands: 1)
        let type = cType(module.tables[Int(index)].type.element)
        pushRuntimeCall(.tableGet, 1, type, effects: [.readsTables, .trapsOtherwise], subject: index)
    }

    mutating func pushTableSize(_ index: UInt32) {
        flushCalls(operands: 0)
        var node = Expression(.tableSize, module.tables[Int(index)].type.indexType)
        node.a = Int32(index)
        node.effects = .readsTables
        push(add(node))
    }

    mutating func growTable(_ index: UInt32) {
        orderOperands(2)
        flush(Effects.all, below: stack.count - 2)
        let delta = pop()
        let value = pop()
        pushEffect(.tableGrow, [value, delta], of: index, module.tables[Int(index)].type.indexType)
    }
}
