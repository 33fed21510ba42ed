import WasmModule

/// References to functions, references that are or are not null, and integers that are references.
extension BodyTranslator {
    mutating func pushFunctionReference(_ function: UInt32) {
        var node = Expression(.functionReference, .reference)
        node.a = Int32(function)
        push(add(node))
    }

    // MARK: Null

    mutating func pushIsNull() {
        var node = Expression(.not, .s32)
        let operand = pop()
        node.a = operand
        inherit(operand, into: &node)
        push(add(node))
    }

    /// The reference stays what it is; if the branch is taken, it is dropped.
    mutating func branchOnNull(_ depth: UInt32) {
        makeVariable(stack.count - 1)
        let reference = pop()
        let variable = keep(reference)
        push(add(negation(reference)))
        branchIf(depth)
        push(reference)
        letGo(variable)
    }

    /// If the branch is taken, the reference goes along; otherwise it was null and is dropped.
    mutating func branchOnNonNull(_ depth: UInt32) {
        makeVariable(stack.count - 1)
        let reference = stack[stack.count - 1]
        let variable = keep(reference)
        push(reference)
        branchIf(depth)
        let dropped = pop()
        letGo(variable)
        release(dropped)
    }

    /// Frees a temporary that is not going to be read.
    private mutating func release(_ position: Int32) {
        guard nodes[Int(position)].shape == .temporary else { return }
        temporaries.noteRead(nodes[Int(position)].a)
        temporaries.releaseRead()
    }

    // MARK: i31

    mutating func pushI31() {
        settleLongLoad(stack.count - 1, used: 4)
        let value = pop()
        var node = Expression(.i31, .object)
        node.a = value
        inherit(value, into: &node)
        push(add(node))
    }

    /// `type` says whether with or without sign.
    mutating func pushI31Value(_ type: CType) {
        requireNonNull(stack.count - 1, .nullI31)
        let reference = pop()
        var node = Expression(.i31Value, type)
        node.a = reference
        inherit(reference, into: &node)
        push(add(node))
    }
}
