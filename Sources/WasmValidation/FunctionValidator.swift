import WasmBinary
package import WasmModule

/// Checks function bodies instruction by instruction, by the algorithm of the specification's appendix.
///
/// One validator serves many functions of a module, one after the other; its buffers stay.
/// <https://webassembly.github.io/spec/core/appendix/algorithm.html>
package struct FunctionValidator {
    let context: ValidationContext
    let table = CheckEntry.table
    var function = FunctionIndex(UInt32(0))
    /// Of the instruction that is being checked.
    var offset = 0

    var operands: [ValueType] = []
    /// The enclosing blocks, the function's body first.
    ///
    /// Of the innermost, ``height`` and ``isUnreachable`` are kept apart from it.
    var frames: [ControlFrame] = []
    /// How many operands were on the stack when the innermost frame began.
    var height = 0
    /// Whether control can't come to the next instruction of the innermost frame; operands that are missing
    /// there have type ``ValueType/bottom``.
    package internal(set) var isUnreachable = false

    private var locals = LocalTypes()

    package init(_ module: ValidatedModule) {
        context = module.context
    }

    /// Begins a function: an index in the module that is not imported, and its body's local declarations.
    package mutating func begin(
        function: FunctionIndex, locals runs: [(count: UInt32, type: ValueType)], at offset: Int = 0
    ) throws(ValidationError) {
        self.function = function
        self.offset = offset
        let signature = context.types[Int(context.functions[function.offset])]
        operands.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        locals.removeAll()
        for index in signature.parameters { locals.append(1, context.values[index]) }
        for run in runs {
            locals.append(run.count, run.type)
            guard locals.count <= UInt64(context.limits.locals) else {
                throw failure("too many locals: limit \(context.limits.locals)")
            }
        }
        try enter(.block, signature.resultsOnly)
    }

    /// Whether the function's closing `end` was checked.
    package var isFinished: Bool { frames.isEmpty }

    package var operandCount: Int { operands.count }

    /// How many frames there are, the function's body included: one more than the depth of its label.
    package var frameCount: Int { frames.count }

    /// How many operands were on the stack when the innermost frame began; its own lie above.
    package var frameHeight: Int { height }

    /// The type of an operand, 0 for the topmost.
    ///
    /// In unreachable code it may be ``ValueType/bottom``, and is if the frame has no such operand.
    package func operandType(fromTop depth: Int) -> ValueType {
        let index = operands.count - 1 - depth
        return index < height ? .bottom : operands[index]
    }

    /// The parameters and the declared locals.
    package var localCount: Int { Int(locals.count) }

    /// The type of a local that the function has.
    package func localType(_ index: UInt32) -> ValueType { locals[index] }

    mutating func knownLocalType(_ index: UInt32) throws(ValidationError) -> ValueType {
        guard index < locals.count else { throw failure("unknown local \(index)") }
        return locals[index]
    }

    @inline(never)
    func failure(_ message: String) -> ValidationError {
        ValidationError(offset: offset, function: function, message: message)
    }
}

/// A block that is open.
struct ControlFrame {
    /// `block` (also for the function's body), `loop`, `if` or `else`.
    let opcode: Opcode
    let signature: Signature
    /// Number of operands when it began.
    let height: Int
    /// Whether the rest of the block around it is unreachable.
    let isOuterUnreachable: Bool

    /// What a branch to it takes, as a range of the context's values.
    var label: Range<Int> {
        // A pattern, because `==` of another module's enumeration is a call.
        if case .loop = opcode { signature.parameters } else { signature.results }
    }
}
