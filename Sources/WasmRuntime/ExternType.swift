import CRuntime
import WasmModule

/// What an import wants, or what is offered for it: for messages.
enum ExternType: Hashable, CustomStringConvertible {
    case function(FunctionType)
    case table(TableType)
    case memory(MemoryType)
    case global(GlobalType)
    case tag(FunctionType)

    init(_ kind: ImportKind, types: [SubType]) {
        switch kind {
        case .function(let type): self = .function(types.function(type))
        case .table(let type): self = .table(type)
        case .memory(let type): self = .memory(type)
        case .global(let type): self = .global(type)
        case .tag(let type): self = .tag(types.function(type))
        }
    }

    init(_ kind: ExportKind, of descriptor: ModuleDescriptor) {
        switch kind {
        case .function(let index): self = .function(descriptor.types.function(descriptor.functions[index.offset]))
        case .table(let index): self = .table(descriptor.tables[index.offset].type)
        case .memory(let index): self = .memory(descriptor.memories[index.offset])
        case .global(let index): self = .global(descriptor.globals[index.offset].type)
        case .tag(let index): self = .tag(descriptor.types.function(descriptor.tags[index.offset]))
        }
    }

    var description: String {
        switch self {
        case .function(let type): return "a function \(type)"
        case .tag(let type): return "a tag \(type)"
        case .global(let type): return "\(type.isMutable ? "a mutable" : "an immutable") global \(type.value)"
        case .table(let type):
            return "a \(type.is64 ? "64-bit " : "")table of \(type.limits.text) \(type.element)"
        case .memory(let type):
            let pageSize = type.pageSizeExponent == 16 ? "" : " of 1 byte"
            let kind = (type.isShared ? "shared " : "") + (type.is64 ? "64-bit " : "")
            return "a \(kind)memory of \(type.limits.text) pages\(pageSize)"
        }
    }
}

extension Extern {
    /// What it is now: tables and memories may have grown.
    var presentType: ExternType {
        switch type {
        case .table(var type):
            if let table = native.table { type.limits.minimum = table.pointee.size }
            return .table(type)
        case .memory(var type):
            if let memory = native.memory { type.limits.minimum = memory.pointee.pages }
            return .memory(type)
        default: return type
        }
    }
}

extension Limits {
    fileprivate var text: String { maximum.map { "\(minimum) to \($0)" } ?? "\(minimum) or more" }
}

extension [SubType] {
    fileprivate func function(_ index: TypeIndex) -> FunctionType {
        self[index.offset].function ?? FunctionType(parameters: [], results: [])
    }
}
