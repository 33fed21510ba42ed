import WasmBinary
import WasmModule

// The two stacks of the algorithm.

extension FunctionValidator {
    @inline(__always)
    mutating func push(_ type: ValueType) { operands.append(type) }

    /// Pops an operand of a type.
    @inline(__always)
    mutating func pop(_ expected: ValueType) throws(ValidationError) {
        guard operands.count > height else {
            if isUnreachable { return }
            throw missing(expected)
        }
        let actual = operands.removeLast()
        if actual.rawValue != expected.rawValue, actual.rawValue != 0 { try match(actual, expected) }
    }

    /// What isn't the same may still be a subtype.
    @inline(never)
    private func match(_ actual: ValueType, _ expected: ValueType) throws(ValidationError) {
        guard context.types.matches(actual, expected) else { throw mismatch(expected, actual) }
    }

    /// Whether there are as many operands of any type as an instruction wants.
    ///
    /// A few bytes of unreachable code can want thousands, again and again.
    var isBottomless: Bool { isUnreachable && operands.count == height }

    /// Pops an operand of any type.
    mutating func popAny() throws(ValidationError) -> ValueType {
        guard operands.count > height else {
            if isUnreachable { return .bottom }
            throw failure("type mismatch: the stack is empty")
        }
        return operands.removeLast()
    }

    /// Pops a reference of any type; ``ValueType/bottomReference`` if it is an operand that isn't there.
    mutating func popReference() throws(ValidationError) -> ValueType {
        let type = try popAny()
        if type == .bottom { return .bottomReference }
        guard type.isReference else { throw failure("type mismatch: expected a reference, found \(type)") }
        return type
    }

    /// Pops operands of the types in a range of the context's values.
    mutating func pop(_ types: Range<Int>) throws(ValidationError) {
        var index = types.upperBound
        while index > types.lowerBound, !isBottomless {
            index -= 1
            try pop(context.types.values[index])
        }
    }

    mutating func push(_ types: Range<Int>) throws(ValidationError) {
        guard operands.count + types.count <= context.limits.operands else {
            throw failure("too many operands on the stack: limit \(context.limits.operands)")
        }
        for index in types { operands.append(context.types.values[index]) }
    }

    /// Checks the topmost operands without popping them.
    mutating func expect(_ types: Range<Int>) throws(ValidationError) {
        var index = types.upperBound
        var operand = operands.count
        while index > types.lowerBound {
            index -= 1
            operand -= 1
            guard operand >= height else {
                if isUnreachable { return }
                throw missing(context.types.values[index])
            }
            let actual = operands[operand]
            let expected = context.types.values[index]
            if actual.rawValue != expected.rawValue, actual.rawValue != 0 { try match(actual, expected) }
        }
    }

    mutating func enter(_ opcode: Opcode, _ signature: Signature) throws(ValidationError) {
        guard frames.count <= context.limits.nesting else {
            throw failure("blocks nested too deeply: limit \(context.limits.nesting)")
        }
        frames.append(
            ControlFrame(
                signature: signature, height: Int32(operands.count), initializations: Int32(initializations.mark),
                opcode: opcode, isOuterUnreachable: isUnreachable))
        height = operands.count
        isUnreachable = false
        try push(signature.parameters)
    }

    /// Ends the innermost frame, whose results have to be on the stack and nothing else.
    ///
    /// Leaves them to the caller.
    mutating func leave() throws(ValidationError) -> ControlFrame {
        guard let frame = frames.last else { throw failure("unexpected end of the function") }
        try pop(frame.signature.results)
        guard operands.count == height else {
            let extra = operands.count - height
            throw failure("type mismatch: values remaining on stack at end of block: \(extra)")
        }
        _ = frames.removeLast()
        isUnreachable = frame.isOuterUnreachable
        height = Int(frames.last?.height ?? 0)
        if hasUninitialized { initializations.undo(to: Int(frame.initializations)) }
        return frame
    }

    /// The rest of the innermost frame can't be reached.
    mutating func becomeUnreachable() {
        operands.removeLast(operands.count - height)
        isUnreachable = true
    }

    /// What a branch to a label takes.
    mutating func label(_ depth: UInt32) throws(ValidationError) -> Range<Int> {
        guard Int(depth) < frames.count else { throw failure("unknown label \(depth)") }
        return frames[frames.count - 1 - Int(depth)].label
    }

    @inline(never)
    private func mismatch(_ expected: ValueType, _ actual: ValueType) -> ValidationError {
        failure("type mismatch: expected \(expected), found \(actual)")
    }

    @inline(never)
    private func missing(_ expected: ValueType) -> ValidationError {
        failure("type mismatch: expected \(expected), the stack is empty")
    }
}
