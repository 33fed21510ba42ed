import WasmModule

/// Memory instructions: loads, stores, sizes. Atomic ones and vectors have files of their own.
extension BodyTranslator {
    mutating func pushLoad(_ instruction: Instruction, _ access: Access, _ type: CType) {
        flushCalls(operands: 1)
        let form = addressForm(instruction.a)
        prepareAddress(stack.count - 1, form)
        let address = pop()
        guard check(address, Span(instruction, bytes: access.bytes), form) else {
            pushZero(type)
            return
        }
        var node = Expression(.load, type)
        node.access = access
        node.a = address
        node.bits = instruction.bits
        node.c = Int32(instruction.a)
        node.effects = accessEffects(instruction.a)
        inherit(address, into: &node)
        node.registers = max(node.registers, 2)
        push(add(node))
    }

    /// In place of what is never reached.
    private mutating func pushZero(_ type: CType) {
        if type == .f32 || type == .f64 {
            pushFloatConstant(type, 0)
        } else {
            pushConstant(type.stored, 0)
        }
    }

    mutating func store(_ instruction: Instruction, _ access: Access) {
        orderOperands(2)
        settleCallBelowAddress()
        settleLongLoad(stack.count - 1, used: access.bytes)
        let form = addressForm(instruction.a)
        prepareAddress(stack.count - 2, form)
        let value = pop()
        let address = pop()
        flush(Effects.ordered.union(.readsMemory))
        guard check(address, Span(instruction, bytes: access.bytes), form) else { return }
        writeLocation(access: access, memory: instruction.a, address: address, offset: instruction.bits)
        writeChange(to: value, ofItself: isChange(value, instruction, access, address))
        endExpression()
    }

    /// C may read the address before or after it evaluates the value: an address must not depend on which.
    private mutating func settleCallBelowAddress() {
        let address = nodes[Int(stack[stack.count - 2])]
        let value = nodes[Int(stack[stack.count - 1])]
        let dependsOnValue =
            address.localsRead & value.localsSet != 0 || (value.effects.contains(.calls) && !address.effects.isEmpty)
        if dependsOnValue || address.effects.contains(.calls) { settle(stack.count - 2) }
    }

    /// Whether a value to be stored is an infix operation on what is there, of which only the stored bytes count.
    private mutating func isChange(_ value: Int32, _ store: Instruction, _ access: Access, _ address: Int32) -> Bool {
        let node = nodes[Int(value)]
        guard node.shape == .infix else { return false }
        // A shift by more than the bytes have is none of them in C; bits from above come into them.
        let isShift = node.infix == .shl || node.infix == .shr
        if isShift && access.bytes != (node.type.isWide ? 8 : 4) { return false }
        return isLoad(node.a, store, access, address)
    }

    /// Whether an operand is read from where a store goes, at an address in a variable.
    private mutating func isLoad(_ position: Int32, _ store: Instruction, _ access: Access, _ address: Int32) -> Bool {
        let load = nodes[Int(position)]
        guard load.shape == .load, load.access.bytes == access.bytes, load.bits == store.bits, load.c == Int32(store.a)
        else { return false }
        let (from, to) = (nodes[Int(load.a)], nodes[Int(address)])
        return from.shape == to.shape && from.a == to.a && (to.shape == .local || to.shape == .temporary)
    }

    mutating func pushMemorySize(_ index: UInt32) {
        flushCalls(operands: 0)
        var node = Expression(.memorySize, module.memories[Int(index)].addressType)
        node.a = Int32(index)
        node.effects = .readsMemory
        push(add(node))
    }

    mutating func growMemory(_ index: UInt32) {
        flush(Effects.all, below: stack.count - 1)
        let delta = pop()
        pushEffect(.memoryGrow, [delta], of: index, module.memories[Int(index)].addressType)
    }
}
