import WasmModule

/// Parametric instructions: `select` and `drop`.
extension BodyTranslator {
    /// C evaluates one arm only: both must be free of effects.
    ///
    /// Two constants make a condition that libtcc miscompiles (reference: `(c ? 0u : 0u) ? A : B`), so such a
    /// choice is computed into a variable.
    mutating func select() {
        if let condition = constantBits(stack[stack.count - 1]) {
            selectConstant(condition != 0)
            return
        }
        for index in [stack.count - 3, stack.count - 2] {
            let node = nodes[Int(stack[index])]
            if !node.effects.isDisjoint(with: .ordered) || node.localsSet != 0 { settle(index) }
            if nodes[Int(stack[index])].localsSet != 0 { settle(index) }
        }
        if nodes[Int(stack[stack.count - 2])].type == .vector {
            selectVector()
            return
        }
        let condition = pop()
        let second = pop()
        let first = pop()
        precede(nodes[Int(condition)].effects, below: stack.count)
        var node = Expression(.select, nodes[Int(first)].type.stored)
        node.a = first
        node.b = second
        node.c = condition
        inherit(first, into: &node)
        inherit(second, into: &node)
        inherit(condition, into: &node)
        node.registers = Self.allRegisters
        let areConstants = nodes[Int(first)].isSettled && nodes[Int(second)].isSettled
        push(add(node))
        if areConstants { settle(stack.count - 1) }
    }

    private mutating func selectConstant(_ condition: Bool) {
        _ = pop()
        if condition {
            drop()
        } else {
            let second = pop()
            drop()
            push(second)
        }
    }

    mutating func drop() {
        let value = pop()
        discard(value)
    }

    /// Evaluates what has effects; libtcc drops the load of an unused value, so it gets a variable.
    mutating func discard(_ value: Int32) {
        let node = nodes[Int(value)]
        guard !node.effects.isDisjoint(with: .ordered) || node.localsSet != 0 else { return }
        precede(node.effects, below: stack.count)
        if node.shape == .call {
            write(value)
            endExpression()
            return
        }
        let variable = temporaries.take(node.type)
        writeAssignment(temporary: variable, value)
        temporaries.noteRead(variable)
        temporaries.releaseRead()
    }
}
