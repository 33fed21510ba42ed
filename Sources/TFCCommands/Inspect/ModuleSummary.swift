import WasmModule

/// What `tfc inspect` prints about a module.
struct ModuleSummary {
    let module: Module
    let size: Int
    let features: Set<Feature>

    var text: String {
        let names = Feature.allCases.filter { $0 != .mvp && features.contains($0) }.map(\.rawValue)
        let lines =
            ["size: \(size) bytes", "interface: \(interface.rawValue)", "functions: \(counted(module))"]
            + ["features: \(names.isEmpty ? "none beyond WebAssembly 1.0" : names.joined(separator: " "))"]
            + list("memories", module.memories.map(describe))
            + list("tables", module.tables.map { describe($0.type) })
            + list("imports", module.imports.map { "\(quoted($0.module)) \(quoted($0.name)): \(describe($0.kind))" })
            + list("exports", module.exports.map { "\(quoted($0.name)): \(describe($0.kind))" })
            + list("custom sections", module.customSections.map { "\(quoted($0.name)): \($0.bytes.count) bytes" })
        return lines.joined(separator: "\n") + "\n"
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

    private func counted(_ module: Module) -> String {
        let largest = module.bodies.map(\.bytes.count).max() ?? 0
        return "\(module.bodies.count), the largest of \(largest) bytes; \(module.importedFunctionCount) imported"
    }

    private func list(_ title: String, _ items: [String]) -> [String] {
        items.isEmpty ? [] : ["\(title):"] + items.map { "  " + $0 }
    }

    private func quoted(_ name: String) -> String { "\"\(name.printable)\"" }

    private func describe(_ kind: ImportKind) -> String {
        switch kind {
        case .function(let type): "function \(describe(type))"
        case .table(let type): "table \(describe(type))"
        case .memory(let type): "memory \(describe(type))"
        case .global(let type): "global \(describe(type))"
        }
    }

    private func describe(_ kind: ExportKind) -> String {
        switch kind {
        case .function(let index): "function \(describe(module.functions[index.offset]))"
        case .table(let index): "table \(describe(module.tables[index.offset].type))"
        case .memory(let index): "memory \(describe(module.memories[index.offset]))"
        case .global(let index): "global \(describe(module.globals[index.offset].type))"
        }
    }

    private func describe(_ type: TypeIndex) -> String { module.types[type.offset].description }

    private func describe(_ type: GlobalType) -> String { (type.isMutable ? "mutable " : "") + type.value.description }

    private func describe(_ type: TableType) -> String { "\(type.element) \(describe(type.limits))" }

    private func describe(_ type: MemoryType) -> String { "\(describe(type.limits)) pages" }

    private func describe(_ limits: Limits) -> String {
        "\(limits.minimum)" + (limits.maximum.map { " to \($0)" } ?? " or more")
    }
}
