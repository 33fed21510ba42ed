import WasmModule

/// The operand stack and the rules of order.
///
/// An expression on the stack is evaluated where it is written, later than where wasm evaluates it. That is the same
/// as long as nothing it reads has changed in between and nothing observable has happened that it should have
/// preceded. So, before each statement, the expressions for which that would not hold are computed into variables,
/// bottom to top, which is wasm's own order.
extension BodyTranslator {
    // MARK: Nodes

    /// Adds a node and returns its position.
    @inline(__always)
    mutating func add(_ node: Expression) -> Int32 {
        nodes.append(node)
        if node.effects.contains(.calls) { noteCall(node) }
        return Int32(truncatingIfNeeded: nodes.count - 1)
    }

    @inline(never)
    private mutating func noteCall(_ node: Expression) {
        if node.isCall { pendingCalls += 1 }
        mayCollect = true
    }

    mutating func node(_ position: Int32) -> Expression { nodes[Int(position)] }

    /// Takes over what a child's evaluation means for its parent's.
    @inline(__always)
    mutating func inherit(_ child: Int32, into parent: inout Expression) {
        let node = nodes[Int(child)]
        parent.effects.formUnion(node.effects)
        parent.localsRead |= node.localsRead
        parent.localsSet |= node.localsSet
        parent.depth = max(parent.depth, node.depth &+ 1)
        parent.registers = max(parent.registers, node.registers)
    }

    // MARK: Stack

    /// Pushes an expression; computes it at once if it is too deep, and bounds how many wait.
    mutating func push(_ position: Int32) {
        let node = nodes[Int(position)]
        stack.append(position)
        if node.isSettled {
            if settledCount == stack.count - 1 { settledCount = stack.count }
            return
        }
        pendingSets |= node.localsSet
        if Int(node.depth) > options.expressionLimit {
            settle(stack.count - 1)
            advanceSettled()
        } else if stack.count - settledCount > Self.mostPending {
            settleOldest()
        }
    }

    /// When one more waits than may.
    @inline(never)
    mutating func settleOldest() {
        advanceSettled()
        if stack.count - settledCount > Self.mostPending { settle(settledCount) }
        advanceSettled()
    }

    /// Operands that may wait to be written; what makes every rule below linear in the body's size.
    static let mostPending = 48

    private mutating func advanceSettled() {
        while settledCount < stack.count && nodes[Int(stack[settledCount])].isSettled { settledCount += 1 }
        if settledCount == stack.count { pendingSets = 0 }
    }

    @inline(__always)
    mutating func pop() -> Int32 {
        let position = stack.removeLast()
        if settledCount > stack.count { settledCount = stack.count }
        if settledCount == stack.count { pendingSets = 0 }
        return position
    }

    /// Drops operands down to a height, without evaluating them.
    mutating func truncate(to height: Int) {
        stack.removeLast(stack.count - height)
        if settledCount > height { settledCount = height }
        if settledCount == height { pendingSets = 0 }
    }

    /// Forgets the nodes of statements that are written.
    ///
    /// Only between instructions: nobody else holds a position.
    mutating func forgetNodes() {
        guard stack.isEmpty else { return }
        nodes.removeAll()
        arguments.removeAll()
        pendingCalls = 0
    }

    // MARK: Order

    /// Computes the operand at a place on the stack into a variable, after what it must follow.
    mutating func settle(_ index: Int) {
        let position = stack[index]
        let node = nodes[Int(position)]
        guard !node.isSettled else { return }
        precede(node.effects, below: index)
        if node.shape == .tee {
            // The local holds the value; a later change of the local settles this entry again.
            writeAssignment(local: node.a, node.b)
            let local = localNode(node.a)
            stack[index] = add(local)
            return
        }
        let variable = temporaries.take(node.type)
        writeAssignment(temporary: variable, position)
        stack[index] = add(temporaryNode(variable))
    }

    /// Makes the operand at a place one that can be written more than once.
    mutating func makeRepeatable(_ index: Int) {
        if !nodes[Int(stack[index])].isRepeatable { settle(index) }
        // A tee settles into its local first.
        if !nodes[Int(stack[index])].isRepeatable { settle(index) }
    }

    /// Settles every operand below `count` that must be evaluated before something with these effects.
    mutating func precede(_ effects: Effects, below count: Int) {
        guard !effects.isDisjoint(with: .ordered) && count > settledCount else { return }
        for index in settledCount..<count where nodes[Int(stack[index])].effects.conflictsOnTraps(with: effects) {
            settle(index)
        }
    }

    /// Settles every operand with one of these effects, bottom to top.
    mutating func flush(_ effects: Effects) {
        flush(effects, below: stack.count)
    }

    mutating func flush(_ effects: Effects, below count: Int) {
        guard count > settledCount else { return }
        for index in settledCount..<count where !nodes[Int(stack[index])].effects.isDisjoint(with: effects) {
            settle(index)
        }
    }

    /// Settles whatever a branch must not lose: what may trap, calls, and settings of locals.
    mutating func flushBeforeBranch(below count: Int) {
        guard count > settledCount else { return }
        for index in settledCount..<count {
            let node = nodes[Int(stack[index])]
            if !node.effects.isDisjoint(with: .ordered) || node.localsSet != 0 { settle(index) }
        }
    }

    /// Settles everything: at the start of a block, whose code may run never or many times.
    mutating func flushAll() {
        for index in settledCount..<stack.count {
            settle(index)
            // A tee settles into its local first.
            settle(index)
        }
        settledCount = stack.count
        pendingSets = 0
    }

    /// Settles the operands below `count` that read or set a local which is about to change.
    mutating func flush(local: UInt32, below count: Int) {
        let bit = UInt64(1) << UInt64(local & 63)
        guard count > settledCount else { return }
        for index in settledCount..<count {
            if nodes[Int(stack[index])].localsSet & bit != 0 { settle(index) }
            if nodes[Int(stack[index])].localsRead & bit != 0 { settle(index) }
        }
    }

    /// Settles the operands that set a local which is about to be read.
    @inline(__always)
    mutating func flush(setsOf local: UInt32) {
        let bit = UInt64(1) << UInt64(local & 63)
        if pendingSets & bit != 0 { flushSets(bit) }
    }

    private mutating func flushSets(_ bit: UInt64) {
        for index in settledCount..<stack.count where nodes[Int(stack[index])].localsSet & bit != 0 { settle(index) }
    }

    /// Before a new node that itself reads what a call may change, or may trap: a call that waits comes first.
    ///
    /// `operands`: how many at the top will be its children, and thus come first anyway.
    mutating func flushCalls(operands: Int) {
        guard pendingCalls > 0 else { return }
        flush(.calls, below: stack.count - operands)
    }

    /// Before two operands at the top are joined: if both may trap, differently, the lower one comes first.
    mutating func orderOperands(_ count: Int) {
        let first = stack.count - count
        for index in stride(from: first, to: stack.count - 1, by: 1) {
            let effects = nodes[Int(stack[index])].effects
            guard !effects.isDisjoint(with: .ordered) else { continue }
            for later in (index + 1)..<stack.count
            where nodes[Int(stack[later])].effects.conflictsOnTraps(with: effects) {
                settle(index)
                break
            }
        }
    }

    // MARK: Leaves

    @inline(__always)
    mutating func localNode(_ index: Int32) -> Expression {
        var node = Expression(.local, localType(UInt32(index)))
        node.a = index
        node.localsRead = 1 << UInt64(index & 63)
        return node
    }

    mutating func temporaryNode(_ variable: Int32) -> Expression {
        var node = Expression(.temporary, temporaries.type(variable))
        node.a = variable
        return node
    }

    @inline(__always)
    mutating func constantNode(_ type: CType, _ bits: UInt64) -> Expression {
        var node = Expression(.constant, type)
        node.bits = bits
        return node
    }

    /// A pushed constant's bits, if the operand is one.
    @inline(__always)
    mutating func constantBits(_ position: Int32) -> UInt64? {
        let node = nodes[Int(position)]
        return node.shape == .constant && !node.type.isReference ? node.bits : nil
    }
}
