import WasmBinary
import WasmModule

/// The rules for what a module declares.
///
/// <https://webassembly.github.io/spec/core/valid/modules.html>
struct ModuleValidator {
    let module: Module
    let limits: ImplementationLimits

    /// Everything that can be checked without a constant expression.
    func checkDeclarations() throws(ValidationError) {
        try checkImports()
        for type in module.functions[module.importedFunctionCount...] { try check(type, in: .function) }
        for table in module.tables[module.importedTableCount...] { try check(table.type, in: .table) }
        for memory in module.memories[module.importedMemoryCount...] { try check(memory, in: .memory) }
        guard module.memories.count <= 1 else { throw failure("multiple memories", in: .memory) }
        try checkExports()
        try checkStart()
    }

    private func checkImports() throws(ValidationError) {
        for item in module.imports {
            switch item.kind {
            case .function(let type): try check(type, in: .import)
            case .table(let type): try check(type, in: .import)
            case .memory(let type): try check(type, in: .import)
            case .global: break
            }
        }
    }

    private func check(_ type: TypeIndex, in section: Section) throws(ValidationError) {
        guard type.offset < module.types.count else { throw failure("unknown type \(type)", in: section) }
    }

    private func check(_ type: TableType, in section: Section) throws(ValidationError) {
        try check(type.limits, in: section)
        guard type.limits.minimum <= UInt64(limits.tableSize) else {
            throw failure("table size must be at most \(limits.tableSize) elements", in: section)
        }
    }

    private func check(_ type: MemoryType, in section: Section) throws(ValidationError) {
        guard max(type.limits.minimum, type.limits.maximum ?? 0) <= UInt64(limits.memoryPages) else {
            throw failure("memory size must be at most \(limits.memoryPages) pages (4GiB)", in: section)
        }
        try check(type.limits, in: section)
    }

    private func check(_ limits: Limits, in section: Section) throws(ValidationError) {
        guard limits.minimum <= limits.maximum ?? .max else {
            throw failure("size minimum must not be greater than maximum", in: section)
        }
    }

    private func checkExports() throws(ValidationError) {
        // Names are compared byte by byte; a String would take composed and decomposed characters for the same.
        var names = Set<[UInt8]>(minimumCapacity: module.exports.count)
        for export in module.exports {
            guard names.insert(Array(export.name.utf8)).inserted else {
                throw failure("duplicate export name \"\(export.name)\"", in: .export)
            }
            try check(export.kind)
        }
    }

    private func check(_ kind: ExportKind) throws(ValidationError) {
        switch kind {
        case .function(let index): try check(index, in: .export)
        case .table(let index):
            guard index.offset < module.tables.count else { throw failure("unknown table \(index)", in: .export) }
        case .memory(let index):
            guard index.offset < module.memories.count else { throw failure("unknown memory \(index)", in: .export) }
        case .global(let index):
            guard index.offset < module.globals.count else { throw failure("unknown global \(index)", in: .export) }
        }
    }

    func check(_ function: FunctionIndex, in section: Section) throws(ValidationError) {
        guard function.offset < module.functions.count else {
            throw failure("unknown function \(function)", in: section)
        }
    }

    private func checkStart() throws(ValidationError) {
        guard let start = module.start else { return }
        try check(start, in: .start)
        let type = module.type(of: start)
        guard type.parameters.isEmpty, type.results.isEmpty else {
            throw failure("start function must have type () -> (), not \(type)", in: .start)
        }
    }

    func failure(_ message: String, in section: Section) -> ValidationError {
        ValidationError(offset: module.sectionOffsets[section] ?? 0, message: message)
    }
}
