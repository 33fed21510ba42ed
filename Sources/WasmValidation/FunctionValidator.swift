import WasmBinary
package import WasmModule

/// Checks function bodies instruction by instruction, by the algorithm of the specification's appendix.
///
/// One validator serves many functions of a module, one after the other; its buffers stay.
/// <https://webassembly.github.io/spec/core/appendix/algorithm.html>
package struct FunctionValidator: ~Copyable {
    let context: ValidationContext
    let table = CheckEntry.table
    /// Whose body is checked; nil for a constant expression.
    var function: FunctionIndex?
    /// Of the instruction that is being checked.
    var offset = 0

    var operands = OperandStack()
    /// The enclosing blocks, the function's body first.
    ///
    /// Of the innermost, ``height`` and ``isUnreachable`` are kept apart from it.
    var frames: [ControlFrame] = []
    /// How many operands were on the stack when the innermost frame began.
    var height = 0
    /// Whether control can't come to the next instruction of the innermost frame; operands that are missing
    /// there have type ``ValueType/bottom``.
    package internal(set) var isUnreachable = false

    /// By list of types, other lists that it was found to match.
    var matchingTypes: [Range<Int>: Set<Range<Int>>] = [:]

    private var locals = LocalTypes()
    /// Parameters have values from the start.
    private var parameterCount = 0
    /// Whether the function has locals that start without a value.
    private(set) var hasUninitialized = false
    var initializations = LocalInitializations()

    package init(_ module: ValidatedModule) { self.init(module.context) }

    init(_ context: ValidationContext) { self.context = context }

    /// Begins a function: an index in the module that is not imported, and its body's local declarations.
    package mutating func begin(
        function: FunctionIndex, locals runs: [(count: UInt32, type: ValueType)], at offset: Int = 0
    ) throws(ValidationError) {
        self.function = function
        self.offset = offset
        let signature = context.types.entries[Int(context.functions[function.offset])].signature
        operands.removeAll()
        frames.removeAll(keepingCapacity: true)
        locals.removeAll()
        initializations.undo(to: 0)
        hasUninitialized = false
        parameterCount = signature.parameters.count
        for index in signature.parameters { locals.append(1, context.types.values[index]) }
        for run in runs {
            let type = try known(run.type)
            if !type.isDefaultable { hasUninitialized = true }
            locals.append(run.count, type)
            guard locals.count <= UInt64(context.limits.locals) else {
                throw failure("too many locals: limit \(context.limits.locals)")
            }
        }
        try enter(.block, signature.resultsOnly)
    }

    /// Begins an expression outside of functions, which yields a value of a canonical type.
    mutating func beginConstant(yields type: ValueType) throws(ValidationError) {
        operands.removeAll()
        frames.removeAll(keepingCapacity: true)
        try enter(.block, context.types.signature(ofResult: type))
    }

    /// Whether the function's closing `end` was checked.
    package var isFinished: Bool { frames.isEmpty }

    /// The type of a local that the function has.
    ///
    /// Canonical, as all types that the validator shows.
    package func localType(_ index: UInt32) -> ValueType { locals[index] }

    @inline(__always)
    mutating func knownLocalType(_ index: UInt32) throws(ValidationError) -> ValueType {
        guard index < locals.count else { throw failure("unknown local \(index)") }
        return locals[index]
    }

    func isInitialized(_ local: UInt32, _ type: ValueType) -> Bool {
        type.isDefaultable || local < parameterCount || initializations.contains(local)
    }

    @inline(never)
    func failure(_ message: String) -> ValidationError {
        ValidationError(offset: offset, function: function, message: message)
    }
}
