import WasmBinary
import WasmModule

/// What the validation of instructions needs to know of a module, in flat arrays of plain values, so that a look
/// costs neither an allocation nor a reference count.
///
/// All types are canonical (``ModuleTypes``).
/// <https://webassembly.github.io/spec/core/valid/conventions.html#contexts>
final class ValidationContext: Sendable {
    let types: ModuleTypes
    /// The type of every function and of every tag.
    let functions: [UInt32]
    let tags: [UInt32]
    let tables: [TableShape]
    let globals: [GlobalType]
    /// Per memory, the type of its addresses.
    let memories: [ValueType]
    let elements: [ValueType]
    let dataCount: UInt32?
    /// By function: whether `ref.func` may name it in a body, which it may if it occurs outside of bodies.
    let isDeclared: [Bool]
    let limits: ImplementationLimits

    /// A table as far as instructions care.
    struct TableShape: Sendable {
        let element: ValueType
        /// Of its indices.
        let address: ValueType
    }

    /// The types that all signatures refer to.
    var values: [ValueType] { types.values }

    /// Needs type indices that are known to be in range.
    init(module: borrowing Module, types: ModuleTypes, limits: ImplementationLimits) {
        self.types = types
        functions = module.functions.map { types.entries[$0.offset].canonical }
        tags = module.tags.map { types.entries[$0.offset].canonical }
        tables = module.tables.map {
            TableShape(element: types.canonical($0.type.element), address: .address(is64: $0.type.is64))
        }
        globals = module.globals.map {
            GlobalType(value: types.canonical($0.type.value), isMutable: $0.type.isMutable)
        }
        memories = module.memories.map { .address(is64: $0.is64) }
        elements = module.elements.map { types.canonical($0.type) }
        dataCount = module.dataCount
        isDeclared = Self.declared(module)
        self.limits = limits
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
            if case .active(_, let offset) = segment.mode { collect(offset, &found) }
            switch segment.items {
            case .functions(let list): for index in list { add(index, &found) }
            case .expressions(let list): for expression in list { collect(expression, &found) }
            }
        }
        for segment in module.dataSegments {
            if case .active(_, let offset) = segment.mode { collect(offset, &found) }
        }
        return found
    }
}

extension ValueType {
    /// The type of a memory's addresses or a table's indices, and of their sizes.
    static func address(is64: Bool) -> ValueType { is64 ? .i64 : .i32 }
}
