import WasmModule

/// Instructions on variables, memories and tables.
extension BodyTranslator {
    // MARK: Locals and globals

    mutating func pushLocal(_ index: UInt32) {
        flush(setsOf: index)
        let node = localNode(Int32(index))
        push(add(node))
    }

    mutating func setLocal(_ index: UInt32) {
        let value = pop()
        flush(local: index, below: stack.count)
        precede(nodes[Int(value)].effects, below: stack.count)
        usedLocals.note(index)
        writeAssignment(local: Int32(index), value)
    }

    mutating func teeLocal(_ index: UInt32) {
        let value = pop()
        flush(local: index, below: stack.count)
        usedLocals.note(index)
        if nodes[Int(value)].type == .vector {
            writeAssignment(local: Int32(index), value)
            pushLocal(index)
            return
        }
        var node = Expression(.tee, localType(index))
        node.a = Int32(index)
        node.b = value
        inherit(value, into: &node)
        node.localsSet |= 1 << UInt64(index & 63)
        push(add(node))
    }

    mutating func pushGlobal(_ index: UInt32) {
        let global = module.globals[Int(index)].type
        if global.value == .v128 {
            pushVectorGlobal(index)
            return
        }
        if global.isMutable { flushCalls(operands: 0) }
        var node = Expression(.global, cType(global.value))
        node.a = Int32(index)
        if global.isMutable { node.effects = .readsGlobals }
        // An immutable global can be read at any time, but is no constant: it stays a reading of the instance.
        push(add(node))
    }

    mutating func setGlobal(_ index: UInt32) {
        let value = pop()
        flush(Effects.ordered.union(.readsGlobals))
        if nodes[Int(value)].type == .vector {
            writeVectorGlobal(index, value)
            return
        }
        writeGlobal(index)
        body.write(byte: UInt8(ascii: "="))
        write(value)
        endStatement()
    }

    // MARK: Memory

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
        body.write(byte: UInt8(ascii: "="))
        write(value)
        endStatement()
    }

    /// C may read the address before or after it evaluates the value: an address must not depend on which.
    private mutating func settleCallBelowAddress() {
        let address = nodes[Int(stack[stack.count - 2])]
        let value = nodes[Int(stack[stack.count - 1])]
        let dependsOnValue =
            address.localsRead & value.localsSet != 0 || (value.effects.contains(.calls) && !address.effects.isEmpty)
        if dependsOnValue || address.effects.contains(.calls) { settle(stack.count - 2) }
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

    /// What fails with -1: the runtime's 64-bit result, or its lower half.
    private mutating func pushEffect(_ name: RuntimeName, _ operands: [Int32], of index: UInt32, _ type: CType) {
        var node = Expression(.runtimeCall, type)
        node.name = name
        node.c = Int32(index)
        node.a = Int32(arguments.count)
        node.b = Int32(operands.count)
        for operand in operands { inherit(operand, into: &node) }
        for operand in operands { arguments.append(operand) }
        node.effects = .all
        let variable = temporaries.take(type)
        let position = add(node)
        writeTemporary(variable)
        body.write(type.isWide ? "=" : "=(u)")
        write(position, in: .unary, exactly: nil)
        endStatement()
        push(add(temporaryNode(variable)))
    }

    // MARK: Tables

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

    // MARK: Statements of the runtime

    /// What a bulk instruction is about, besides its operands.
    enum Subject {
        case memory(UInt32)
        case table(UInt32)
        case segment(UInt32)
    }

    /// `A.name(i,subjects…,operands…);` for an instruction without result.
    mutating func perform(_ name: StaticString, _ subjects: [Subject], operands count: Int) {
        orderOperands(count)
        flush(Effects.all, below: stack.count - count)
        var operands = [Int32](repeating: 0, count: count)
        for index in (0..<count).reversed() { operands[index] = pop() }
        body.write(name)
        body.write("((p)i")
        for subject in subjects {
            body.write(byte: UInt8(ascii: ","))
            switch subject {
            case .memory(let index): writeMemory(index)
            case .table(let index): writeTable(index)
            case .segment(let index): body.write(index)
            }
        }
        for operand in operands {
            body.write(byte: UInt8(ascii: ","))
            let isNarrow = nodes[Int(operand)].type == .u32 || nodes[Int(operand)].type == .s32
            write(operand, in: .ternary, exactly: isNarrow ? .u32 : nil)
        }
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
    }

    // MARK: References

    mutating func pushFunctionReference(_ function: UInt32) {
        var node = Expression(.functionReference, .reference)
        node.a = Int32(function)
        push(add(node))
    }
}
