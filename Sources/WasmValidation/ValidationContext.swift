import WasmBinary
import WasmModule

/// What the validation of instructions needs to know of a module, in flat arrays of plain values, so that a look
/// costs neither an allocation nor a reference count.
///
/// <https://webassembly.github.io/spec/core/valid/conventions.html#contexts>
final class ValidationContext: Sendable {
    /// The types that all signatures refer to.
    let values: [ValueType]
    let types: [Signature]
    let functions: [UInt32]
    let tables: [ValueType]
    let globals: [GlobalType]
    let memoryCount: Int
    let elements: [ValueType]
    let dataCount: UInt32?
    /// By function: whether `ref.func` may name it in a body, which it may if it occurs outside of bodies.
    let isDeclared: [Bool]
    let limits: ImplementationLimits

    /// One of each value type: what the signatures of blocks with a single result refer to.
    private static let single: [ValueType] = [.i32, .i64, .f32, .f64, .funcref, .externref, .v128]

    /// Needs type indices that are known to be in range.
    init(module: borrowing Module, limits: ImplementationLimits) {
        var values = Self.single
        var types: [Signature] = []
        types.reserveCapacity(module.types.count)
        for type in module.types {
            types.append(
                Signature(start: values.count, parameters: type.parameters.count, results: type.results.count))
            values += type.parameters
            values += type.results
        }
        self.values = values
        self.types = types
        functions = module.functions.map(\.rawValue)
        tables = module.tables.map(\.type.element)
        globals = module.globals.map(\.type)
        memoryCount = module.memories.count
        elements = module.elements.map(\.type)
        dataCount = module.dataCount
        isDeclared = Self.declared(module)
        self.limits = limits
    }

    /// The signature of a block type.
    ///
    /// Its type index has to be in range.
    func signature(of type: BlockType) -> Signature {
        switch type {
        case .empty: Signature(start: 0, parameters: 0, results: 0)
        case .result(let type):
            Signature(start: Self.single.firstIndex(of: type) ?? 0, parameters: 0, results: 1)
        case .type(let index): types[index.offset]
        }
    }

    private static func declared(_ module: borrowing Module) -> [Bool] {
        var found = [Bool](repeating: false, count: module.functions.count)
        let add = { (index: FunctionIndex, found: inout [Bool]) in
            if index.offset < found.count { found[index.offset] = true }
        }
        let collect = { (expression: ConstantExpression?, found: inout [Bool]) in
            for instruction in expression?.instructions ?? [] where instruction.opcode == .refFunc {
                add(FunctionIndex(instruction.a), &found)
            }
        }
        for global in module.globals { collect(global.initializer, &found) }
        for table in module.tables { collect(table.initializer, &found) }
        for export in module.exports {
            if case .function(let index) = export.kind { add(index, &found) }
        }
        for segment in module.elements {
            switch segment.items {
            case .functions(let list): for index in list { add(index, &found) }
            case .expressions(let list): for expression in list { collect(expression, &found) }
            }
        }
        return found
    }
}

/// A function or block type: where its parameters, and behind them its results, are in the context's values.
struct Signature: Sendable {
    let start: Int
    let parameterCount: Int32
    let resultCount: Int32

    init(start: Int, parameters: Int, results: Int) {
        self.start = start
        parameterCount = Int32(parameters)
        resultCount = Int32(results)
    }

    var parameters: Range<Int> { start..<start + Int(parameterCount) }

    var results: Range<Int> {
        let first = start + Int(parameterCount)
        return first..<first + Int(resultCount)
    }

    /// The same results, without parameters.
    var resultsOnly: Signature { Signature(start: results.lowerBound, parameters: 0, results: Int(resultCount)) }
}
