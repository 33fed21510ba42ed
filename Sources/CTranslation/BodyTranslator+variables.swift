import WasmModule

/// Variable instructions: locals and globals.
extension BodyTranslator {
    mutating func pushLocal(_ index: UInt32) {
        flush(setsOf: index)
        let node = localNode(Int32(index))
        nodes.append(node)
        stack.append(Int32(truncatingIfNeeded: nodes.count - 1))
        if stack.count - settledCount > Self.mostPending { settleOldest() }
    }

    mutating func setLocal(_ index: UInt32) {
        let value = pop()
        flush(local: index, below: stack.count)
        precede(nodes[Int(value)].effects, below: stack.count)
        _ = localType(index)
        writeAssignment(local: Int32(index), value)
    }

    mutating func teeLocal(_ index: UInt32) {
        let value = pop()
        flush(local: index, below: stack.count)
        let type = localType(index)
        if nodes[Int(value)].type == .vector {
            writeAssignment(local: Int32(index), value)
            pushLocal(index)
            return
        }
        var node = Expression(.tee, type)
        node.a = Int32(index)
        node.b = value
        inherit(value, into: &node)
        node.localsSet |= 1 << UInt64(index & 63)
        node.registers = max(node.registers, 1)
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
        node.registers = 1
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
        endExpression()
    }
}
