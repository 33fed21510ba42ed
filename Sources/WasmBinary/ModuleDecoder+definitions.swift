import WasmModule

// Functions, tables, memories, tags, globals and exports. The limits count imported ones too.

extension ModuleDecoder {
    /// See <https://webassembly.github.io/spec/core/binary/modules.html#function-section>.
    mutating func functionSection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("functions", limit: limits.functions - module.functions.count)
        module.functions.reserveCapacity(module.functions.count + reader.reservable(count))
        for _ in 0..<count { module.functions.append(TypeIndex(try reader.u32())) }
        definedFunctions = count
    }

    /// See <https://webassembly.github.io/spec/core/binary/modules.html#table-section>.
    mutating func tableSection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("tables", limit: limits.tables - min(module.tables.count, limits.tables))
        for _ in 0..<count { module.tables.append(try table(&reader)) }
    }

    /// A table's type, or two bytes that no type begins with, the type and what the table is filled with.
    private mutating func table(_ reader: inout ByteReader) throws(DecodeError) -> Table {
        guard reader.peek() == 0x40 else { return Table(type: try reader.tableType()) }
        _ = try reader.byte()
        try reader.zeroByte()
        let type = try reader.tableType()
        return Table(type: type, initializer: try constantExpression(&reader))
    }

    /// See <https://webassembly.github.io/spec/core/binary/modules.html#memory-section>.
    mutating func memorySection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("memories", limit: limits.memories)
        for _ in 0..<count { module.memories.append(try reader.memoryType()) }
    }

    /// See <https://webassembly.github.io/spec/core/binary/modules.html#tag-section>.
    mutating func tagSection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("tags", limit: limits.tags - min(module.tags.count, limits.tags))
        module.tags.reserveCapacity(module.tags.count + reader.reservable(count))
        for _ in 0..<count { module.tags.append(try reader.tagType()) }
    }

    /// See <https://webassembly.github.io/spec/core/binary/modules.html#global-section>.
    mutating func globalSection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("globals", limit: limits.globals - module.globals.count)
        module.globals.reserveCapacity(module.globals.count + reader.reservable(count))
        for _ in 0..<count {
            let type = try reader.globalType()
            module.globals.append(Global(type: type, initializer: try constantExpression(&reader)))
        }
    }

    /// See <https://webassembly.github.io/spec/core/binary/modules.html#export-section>.
    mutating func exportSection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("exports", limit: limits.exports)
        module.exports.reserveCapacity(reader.reservable(count))
        for _ in 0..<count {
            let name = try reader.name()
            module.exports.append(Export(name: name, kind: try exportKind(&reader)))
        }
    }

    private func exportKind(_ reader: inout ByteReader) throws(DecodeError) -> ExportKind {
        let start = reader.position
        let kind = try reader.byte()
        switch kind {
        case 0: return .function(FunctionIndex(try reader.u32()))
        case 1: return .table(TableIndex(try reader.u32()))
        case 2: return .memory(MemoryIndex(try reader.u32()))
        case 3: return .global(GlobalIndex(try reader.u32()))
        case 4: return .tag(TagIndex(try reader.u32()))
        default: throw reader.failure("malformed export kind \(hex(kind))", at: start)
        }
    }
}
