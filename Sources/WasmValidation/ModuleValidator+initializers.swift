import WasmModule

// Globals, tables, element segments and data segments: everything with constant expressions.

extension ModuleValidator {
    /// Needs what ``checkDeclarations()`` checks.
    func checkInitializers(_ context: ValidationContext) throws(ValidationError) {
        var constants = ConstantValidator(context)
        // Each global sees those before it, and tables, which come before globals, see the imported ones.
        constants.visibleGlobals = module.importedGlobalCount
        for table in module.tables[module.importedTableCount...] { try check(table, &constants) }
        for index in module.importedGlobalCount..<module.globals.count {
            constants.visibleGlobals = index
            guard let initializer = module.globals[index].initializer else { continue }
            try constants.check(initializer, yields: context.globals[index].value)
        }
        constants.visibleGlobals = module.globals.count
        for index in module.elements.indices {
            try check(module.elements[index], of: context.elements[index], context, &constants)
        }
        for segment in module.dataSegments {
            guard case .active(let memory, let offset) = segment.mode else { continue }
            guard memory.offset < context.memories.count else {
                throw ValidationError(offset: offset.offset, message: "unknown memory \(memory)")
            }
            try constants.check(offset, yields: context.memories[memory.offset])
        }
    }

    /// A table whose elements can't be null says what they are at first.
    private func check(_ table: Table, _ constants: inout ConstantValidator) throws(ValidationError) {
        if let initializer = table.initializer {
            try constants.check(initializer, yields: types.canonical(table.type.element))
        } else if !table.type.element.isDefaultable {
            throw failure("type mismatch: a table of \(table.type.element) needs an initial element", in: .table)
        }
    }

    private func check(
        _ segment: ElementSegment, of type: ValueType, _ context: ValidationContext,
        _ constants: inout ConstantValidator
    ) throws(ValidationError) {
        if case .active(let index, let offset) = segment.mode {
            guard index.offset < context.tables.count else {
                throw ValidationError(offset: offset.offset, message: "unknown table \(index)")
            }
            let table = context.tables[index.offset]
            guard types.matches(type, table.element) else {
                let message = "type mismatch: segment of \(type) for a table of \(table.element)"
                throw ValidationError(offset: offset.offset, message: message)
            }
            try constants.check(offset, yields: table.address)
        }
        switch segment.items {
        case .functions(let list): for function in list { try check(function, in: .element) }
        case .expressions(let list): for item in list { try constants.check(item, yields: type) }
        }
    }
}
