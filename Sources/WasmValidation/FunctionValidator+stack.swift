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
        if actual.rawValue != expected.rawValue, actual.rawValue != 0 { throw mismatch(expected, actual) }
    }

    /// Pops an operand of any type.
    mutating func popAny() throws(ValidationError) -> ValueType {
        guard operands.count > height else {
            if isUnreachable { return .bottom }
            throw failure("type mismatch: the stack is empty")
        }
        return operands.removeLast()
    }

    /// Pops operands of the types in a range of the context's values.
    mutating func pop(_ types: Range<Int>) throws(ValidationError) {
        var index = types.upperBound
        while index > types.lowerBound {
            index -= 1
            try pop(context.values[index])
        }
    }

    mutating func push(_ types: Range<Int>) throws(ValidationError) {
        guard operands.count + types.count <= context.limits.operands else {
            throw failure("too many operands on the stack: limit \(context.limits.operands)")
        }
        for index in types { operands.append(context.values[index]) }
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
                throw missing(context.values[index])
            }
            let actual = operands[operand]
            if actual.rawValue != context.values[index].rawValue, actual.rawValue != 0 {
                throw mismatch(context.values[index], actual)
            }
        }
    }

    mutating func enter(_ opcode: Opcode, _ signature: Signature) throws(ValidationError) {
        guard frames.count <= context.limits.nesting else {
            throw failure("blocks nested too deeply: limit \(context.limits.nesting)")
        }
        frames.append(
            ControlFrame(
                opcode: opcode, signature: signature, height: operands.count, isOuterUnreachable: isUnreachable))
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
        frames.removeLast()
        isUnreachable = frame.isOuterUnreachable
        height = frames.last?.height ?? 0
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
