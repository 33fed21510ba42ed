import WasmModule

/// What `tfc inspect` prints about a module.
struct ModuleSummary {
    let module: Module
    let size: Int
    let features: Set<Feature>

    /// Calls `line` with each line, in order: a hostile module's would not all fit into memory.
    func forEachLine(_ line: (String) -> Void) {
        let names = Feature.allCases.filter { $0 != .mvp && features.contains($0) }.map(\.rawValue)
        line("size: \(size) bytes")
        line("interface: \(interface.rawValue)")
        line("functions: \(functions)")
        line("types: \(types)")
        line("features: \(names.isEmpty ? "none beyond WebAssembly 1.0" : names.joined(separator: " "))")
        func list(_ title: String, _ items: some Sequence<String>) {
            for (index, item) in items.enumerated() {
                if index == 0 { line(title + ":") }
                line("  " + item)
            }
        }
        list("memories", module.memories.lazy.map(describe))
        list("tables", module.tables.lazy.map { describe($0.type) })
        list("tags", module.tags.lazy.map { describe($0) })
        list("imports", module.imports.lazy.map { "\(quoted($0.module)) \(quoted($0.name)): \(describe($0.kind))" })
        list("exports", module.exports.lazy.map { "\(quoted($0.name)): \(describe($0.kind))" })
        list("custom sections", module.customSections.lazy.map { "\(quoted($0.name)): \($0.bytes.count) bytes" })
    }

    /// Whom a module expects to talk to.
    enum Interface: String {
        case command = "WASI command"
        case reactor = "WASI reactor"
        case hostCalls = "host calls"
        case library = "library"
    }

    /// By what it exports first, by what it imports second: what can be started is what counts.
    var interface: Interface {
        let functions = Set(
            module.exports.compactMap { export in if case .function = export.kind { export.name } else { nil } })
        let importsHostCalls = module.imports.contains { $0.module == "env" && $0.name.hasPrefix("hostcall_") }
        if functions.contains("_start") { return .command }
        if functions.contains("run"), importsHostCalls { return .hostCalls }
        let importsWASI = module.imports.contains { $0.module.hasPrefix("wasi_") }
        return functions.contains("_initialize") && importsWASI ? .reactor : .library
    }

    private var functions: String {
        let largest = module.bodies.lazy.map(\.bytes.count).max() ?? 0
        return "\(module.bodies.count), the largest of \(largest) bytes; \(module.importedFunctionCount) imported"
    }

    private var types: String {
        var (functions, structures, arrays) = (0, 0, 0)
        for type in module.types {
            switch type.composite {
            case .function: functions += 1
            case .structure: structures += 1
            case .array: arrays += 1
            }
        }
        return "\(functions) of functions, \(structures) of structs, \(arrays) of arrays"
    }
}

// MARK: - Single items

extension ModuleSummary {
    private func quoted(_ name: String) -> String { "\"\(name.printable)\"" }

    private func describe(_ kind: ImportKind) -> String {
        switch kind {
        case .function(let type): "function \(describe(type))"
        case .table(let type): "table \(describe(type))"
        case .memory(let type): "memory \(describe(type))"
        case .global(let type): "global \(describe(type))"
        case .tag(let type): "tag \(describe(type))"
        }
    }

    private func describe(_ kind: ExportKind) -> String {
        switch kind {
        case .function(let index): "function \(describe(module.functions[index.offset]))"
        case .table(let index): "table \(describe(module.tables[index.offset].type))"
        case .memory(let index): "memory \(describe(module.memories[index.offset]))"
        case .global(let index): "global \(describe(module.globals[index.offset].type))"
        case .tag(let index): "tag \(describe(module.tags[index.offset]))"
        }
    }

    /// A function's type: a million exports may each have the thousand parameters that are allowed.
    private func describe(_ type: TypeIndex) -> String {
        let type = module.functionType(type)
        let results = list(type.results)
        return "(\(list(type.parameters))) -> " + (type.results.count == 1 ? results : "(\(results))")
    }

    private func list(_ types: [ValueType]) -> String {
        let longest = 32
        let names = types.prefix(longest).map(\.description)
        return (types.count > longest ? names + ["\(types.count - longest) more"] : names).joined(separator: ", ")
    }

    private func describe(_ type: GlobalType) -> String { (type.isMutable ? "mutable " : "") + type.value.description }

    private func describe(_ type: TableType) -> String {
        "\(type.element) \(describe(type.limits))" + (type.is64 ? ", 64-bit" : "")
    }

    private func describe(_ type: MemoryType) -> String {
        let pageSize = type.pageSizeExponent == 16 ? "" : " of \(1 << Int(type.pageSizeExponent & 63)) byte"
        return "\(describe(type.limits)) pages\(pageSize)" + (type.is64 ? ", 64-bit" : "")
            + (type.isShared ? ", shared" : "")
    }

    private func describe(_ limits: Limits) -> String {
        "\(limits.minimum)" + (limits.maximum.map { " to \($0)" } ?? " or more")
    }
}
