import WasmBinary
import WasmModule

/// The rules for what a module declares.
///
/// <https://webassembly.github.io/spec/core/valid/modules.html>
struct ModuleValidator {
    let module: Module
    let types: ModuleTypes
    let limits: ImplementationLimits

    /// Everything that can be checked without a constant expression.
    func checkDeclarations() throws(ValidationError) {
        try checkImports()
        for type in module.functions[module.importedFunctionCount...] { try check(function: type, in: .function) }
        for table in module.tables[module.importedTableCount...] { try check(table.type, in: .table) }
        for memory in module.memories[module.importedMemoryCount...] { try check(memory, in: .memory) }
        for tag in module.tags[module.importedTagCount...] { try check(tag: tag, in: .tag) }
        for global in module.globals[module.importedGlobalCount...] { try check(global.type.value, in: .global) }
        for segment in module.elements { try check(segment.type, in: .element) }
        try checkExports()
        try checkStart()
    }

    private func checkImports() throws(ValidationError) {
        for item in module.imports {
            switch item.kind {
            case .function(let type): try check(function: type, in: .import)
            case .table(let type): try check(type, in: .import)
            case .memory(let type): try check(type, in: .import)
            case .global(let type): try check(type.value, in: .import)
            case .tag(let type): try check(tag: type, in: .import)
            }
        }
    }

    private func check(function type: TypeIndex, in section: Section) throws(ValidationError) {
        guard type.offset < types.count else { throw failure("unknown type \(type)", in: section) }
        guard types.entries[type.offset].kind == .function else {
            throw failure("type mismatch: type \(type) is not a function type", in: section)
        }
    }

    private func check(tag type: TypeIndex, in section: Section) throws(ValidationError) {
        try check(function: type, in: section)
        guard types.entries[type.offset].resultCount == 0 else {
            throw failure("non-empty tag result type \(type)", in: section)
        }
    }

    private func check(_ type: ValueType, in section: Section) throws(ValidationError) {
        if let index = type.typeIndex, index.offset >= types.count {
            throw failure("unknown type \(index)", in: section)
        }
    }

    private func check(_ type: TableType, in section: Section) throws(ValidationError) {
        try check(type.element, in: section)
        try check(type.limits, in: section)
        guard type.is64 || max(type.limits.minimum, type.limits.maximum ?? 0) <= UInt64(UInt32.max) else {
            throw failure("table size must be at most 2^32 - 1 elements", in: section)
        }
    }

    private func check(_ limits: Limits, in section: Section) throws(ValidationError) {
        guard limits.minimum <= limits.maximum ?? .max else {
            throw failure("size minimum must not be greater than maximum", in: section)
        }
    }

    private func checkExports() throws(ValidationError) {
        // Names are compared byte by byte; a String would take composed and decomposed characters for the same.
        var names = Set<ExactName>(minimumCapacity: module.exports.count)
        for export in module.exports {
            guard names.insert(ExactName(export.name)).inserted else {
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
        case .tag(let index):
            guard index.offset < module.tags.count else { throw failure("unknown tag \(index)", in: .export) }
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

// MARK: - Memories

extension ModuleValidator {
    /// See <https://webassembly.github.io/spec/core/valid/types.html#memory-types>.
    private func check(_ type: MemoryType, in section: Section) throws(ValidationError) {
        guard type.pageSizeExponent == 0 || type.pageSizeExponent == 16 else {
            throw failure("invalid custom page size: 2^\(type.pageSizeExponent)", in: section)
        }
        let bound = largestMemory(type)
        guard max(type.limits.minimum, type.limits.maximum ?? 0) <= bound.pages else {
            throw failure("memory size must be at most \(bound.text)", in: section)
        }
        try check(type.limits, in: section)
        guard !type.isShared || type.limits.maximum != nil else {
            throw failure("shared memory must have maximum", in: section)
        }
    }

    /// As many pages as the addresses reach; of single bytes one less, which the size of the memory can count.
    private func largestMemory(_ type: MemoryType) -> (pages: UInt64, text: String) {
        switch (type.pageSizeExponent, type.is64) {
        case (0, false): (UInt64(UInt32.max), "2^32 - 1 bytes")
        case (0, true): (.max, "2^64 - 1 bytes")
        case (_, false): (UInt64(limits.memoryPages), "\(limits.memoryPages) pages (4GiB)")
        case (_, true): (1 << 48, "2^48 pages")
        }
    }
}
