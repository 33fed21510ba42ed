import WasmModule

extension ModuleDecoder {
    /// See <https://webassembly.github.io/spec/core/binary/modules.html#import-section>.
    mutating func importSection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("imports", limit: limits.imports)
        module.imports.reserveCapacity(reader.reservable(count))
        for _ in 0..<count {
            let moduleName = try reader.name()
            let name = try reader.name()
            let kind = try importKind(&reader)
            module.imports.append(Import(module: moduleName, name: name, kind: kind))
            enter(kind)
        }
        module.importedFunctionCount = module.functions.count
        module.importedTableCount = module.tables.count
        module.importedMemoryCount = module.memories.count
        module.importedGlobalCount = module.globals.count
        module.importedTagCount = module.tags.count
    }

    private func importKind(_ reader: inout ByteReader) throws(DecodeError) -> ImportKind {
        let start = reader.position
        let kind = try reader.byte()
        switch kind {
        case 0: return .function(TypeIndex(try reader.u32()))
        case 1: return .table(try reader.tableType())
        case 2: return .memory(try reader.memoryType())
        case 3: return .global(try reader.globalType())
        case 4: return .tag(try reader.tagType())
        default: throw reader.failure("malformed import kind \(hex(kind))", at: start)
        }
    }

    /// Puts an import into its index space.
    private mutating func enter(_ kind: ImportKind) {
        switch kind {
        case .function(let type): module.functions.append(type)
        case .table(let type): module.tables.append(Table(type: type))
        case .memory(let type): module.memories.append(type)
        case .global(let type): module.globals.append(Global(type: type))
        case .tag(let type): module.tags.append(type)
        }
    }
}
