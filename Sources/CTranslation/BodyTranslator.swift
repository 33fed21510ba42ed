import WasmBinary
import WasmModule
import WasmValidation

/// Turns function bodies into C, one after another, each in one pass: decode, validate, emit.
///
/// Operands are expressions (``Expression``) on `stack` until something forces them into a variable: an effect they
/// must precede, a change of what they read, a branch, or their size. The files named `BodyTranslator+….swift` hold
/// the instruction families; ``BodyTranslator/flush(_:)`` and its kin hold the rules of order.
struct BodyTranslator: ~Copyable {
    let validated: ValidatedModule
    let module: Module
    let options: TranslationOptions
    let layout: InstanceLayout
    /// By type: whether it is one of functions.
    let isFunctionType: [Bool]
    /// By memory: what an access of it needs, and the type of its addresses.
    let addressForms: [AddressForm]
    let addressTypes: [CType]
    /// Some memory's addresses are checked by generated code.
    let comparesAddresses: Bool
    /// Position of a function in `layout.referenced`.
    let referencePositions: [UInt32]
    var validator: FunctionValidator

    /// Statements of the body; declarations are known only at its end.
    var body = CText()
    var nodes = Pile<Expression>()
    /// Argument lists of call nodes, one after another.
    var arguments = Pile<Int32>()
    /// The operand stack: positions in `nodes`.
    var stack = Pile<Int32>()
    /// This many operands at the bottom of the stack are settled: constants and temporaries.
    var settledCount = 0
    /// Nodes with ``Effects/calls`` that are not written yet.
    var pendingCalls = 0
    /// Locals that some pending expression may set (``Expression/localsSet``).
    var pendingSets: UInt64 = 0
    var frames: [ControlFrame] = []
    /// The code at this point can't be reached: nothing is emitted until the frame's end or else.
    var isDead = false
    var nextLabel = 0
    /// Open C blocks; bounded, since a C compiler parses them by recursion.
    var openBraces = 0
    var temporaries = Temporaries()
    var floatConstants: [UInt64] = []
    var floatConstantPositions: [UInt64: Int32] = [:]
    var facts = LocalFacts()
    /// What is being written may not be evaluated: an arm of a conditional.
    var isConditional = false
    var objectFields = ObjectFields()
    var type = FunctionType(parameters: [], results: [])
    var usesMemory = false
    /// The function reads the size of memory 0.
    var usesBounds = false
    var checkedAddresses = CheckedAddresses()
    /// Some function so far needs the declarations of vector operations.
    var usesVectors = false
    var hasVectorPrelude = false
    /// The statement last written, if it made a vector: its range in `body`, and the variable.
    var freshVector: (variable: Int32, start: TextMark, end: Int) = (-1, TextMark(offset: 0, facts: 0), 0)
    /// Pairs in the table of float constants.
    var vectorConstantPositions: [VectorBits: Int32] = [:]
    var usesIndirectCall = false
    var usesTailCalls = false
    /// Some of them are through tables of 64-bit indices.
    var usesWideIndex = false
    /// Something in the body may collect: references are to be found by the collector.
    var mayCollect = false
    /// At the end of a body: its locals that the collector must find, and whether it has to.
    var rootLocals: [UInt32] = []
    var linksRoots = false
    /// Places in the body whose text is known only at its end.
    var holes: [(offset: Int, hole: Hole)] = []
    /// What catches exceptions; the state of number n is n + 1.
    var handlers: [Handler] = []
    /// Jump tables declared so far, for their names.
    var jumpTables = 0
    /// Temporaries read by a written expression are free again at the end of the statement.
    var releasesTemporaries = true

    init(_ validated: ValidatedModule, layout: InstanceLayout, options: TranslationOptions) {
        self.validated = validated
        module = validated.module
        self.layout = layout
        self.options = options
        validator = FunctionValidator(validated)
        isFunctionType = module.types.map { $0.function != nil }
        addressForms = module.memories.map { $0.form(options.boundsChecks) }
        addressTypes = module.memories.map(\.addressType)
        comparesAddresses = addressForms.contains { $0 != .guarded }
        var positions = [UInt32](repeating: 0, count: module.functions.count)
        for (position, function) in layout.referenced.enumerated() { positions[function.offset] = UInt32(position) }
        referencePositions = positions
    }

    /// Translates one body and appends the function's definition to `out`.
    mutating func translate(
        _ function: FunctionIndex, bytes: UnsafeBufferPointer<UInt8>, into out: inout CText
    ) throws(TranslationError) {
        let range = module.bodies[function.offset - module.importedFunctionCount].bytes
        var reader = InstructionReader(bytes: bytes, range: range, function: function)
        begin(function)
        do {
            let runs = try reader.locals()
            try validator.begin(function: function, locals: runs)
        } catch let error as DecodeError {
            throw .malformed(error)
        } catch let error as ValidationError {
            throw .invalid(error)
        } catch {
            preconditionFailure("the reader throws DecodeError, the validator ValidationError")
        }
        body.limit = TranslationLimits.text(bytes: range.count)
        try walk(&reader, function)
        try checkSize(function, at: range.lowerBound)
        writeDefinition(function, into: &out)
    }

    private mutating func walk(
        _ reader: inout InstructionReader, _ function: FunctionIndex
    ) throws(TranslationError) {
        var isFinished = false
        while !isFinished {
            let offset = reader.position
            let instruction: Instruction
            do {
                instruction = try reader.next()
            } catch {
                throw .malformed(error)
            }
            // To hand an array on is to count a reference.
            let hasLists = instruction.opcode.hasLists
            do {
                if hasLists {
                    try validator.check(
                        instruction, labels: reader.labels, types: reader.types, catches: reader.catches, at: offset)
                } else {
                    try validator.check(instruction, labels: [], types: [], catches: [], at: offset)
                }
            } catch {
                throw .invalid(error)
            }
            if comparesAddresses, instruction.opcode.joinsPaths { checkedAddresses.removeAll() }
            if isDead {
                skip(instruction)
            } else if hasLists {
                emit(instruction, labels: reader.labels, catches: reader.catches)
            } else {
                emit(instruction, labels: [], catches: [])
            }
            if body.isOverflowing || temporaries.isOverflowing { try checkSize(function, at: offset) }
            if case .end = instruction.opcode { isFinished = validator.isFinished }
        }
        do {
            try reader.finish()
        } catch {
            throw .malformed(error)
        }
    }

    /// A branch may carry 1,000 values, a table of branches name 50,000 of them: a small body can ask for gigabytes.
    private mutating func checkSize(_ function: FunctionIndex, at offset: Int) throws(TranslationError) {
        if body.isOverflowing { throw .textTooLarge(function: function, offset: offset) }
        guard frameSize <= TranslationLimits.largestFrame && !temporaries.isOverflowing else {
            throw .frameTooLarge(function: function, offset: offset, bytes: frameSize)
        }
    }

    private mutating func begin(_ function: FunctionIndex) {
        type = module.type(of: function)
        body.removeAll()
        nodes.removeAll()
        arguments.removeAll()
        stack.removeAll()
        settledCount = 0
        pendingCalls = 0
        pendingSets = 0
        frames.removeAll(keepingCapacity: true)
        isDead = false
        nextLabel = 0
        openBraces = 0
        temporaries.removeAll()
        floatConstants.removeAll(keepingCapacity: true)
        floatConstantPositions.removeAll(keepingCapacity: true)
        vectorConstantPositions.removeAll(keepingCapacity: true)
        freshVector.variable = -1
        usesMemory = false
        usesBounds = false
        checkedAddresses.removeAll()
        usesIndirectCall = false
        usesTailCalls = false
        usesWideIndex = false
        mayCollect = false
        holes.removeAll(keepingCapacity: true)
        handlers.removeAll(keepingCapacity: true)
        jumpTables = 0
        facts.removeAll()
        frames.append(ControlFrame(.function, parameters: [], results: type.results, height: 0))
    }

    /// How a local that the body may name is declared.
    ///
    /// From here on it counts as named.
    @inline(__always)
    mutating func localType(_ index: UInt32) -> CType { facts.type(index) ?? newLocal(index) }

    @inline(never)
    private mutating func newLocal(_ index: UInt32) -> CType {
        let type = cType(validator.localType(index))
        facts.insert(index, type)
        return type
    }

    /// How a variable of a value type is declared.
    ///
    /// Asked of every operand: the module is not touched, since that would copy it.
    mutating func cType(_ type: ValueType) -> CType {
        if let plain = CType(plain: type) { return plain }
        guard let index = type.typeIndex else { return type.isAbstractFunction ? .reference : .object }
        return isFunctionType[index.offset] ? .reference : .object
    }

    /// An upper bound of the C function's variables.
    private var frameSize: Int {
        let locals = type.parameters.count + facts.used.count
        let secondHalves = temporaries.count(of: .vector) + (usesVectors ? Int32(locals) : 0)
        return 8 * (locals + facts.baseCount + temporaries.count + 32 + Int(secondHalves))
    }
}
