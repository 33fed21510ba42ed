import WasmModule

extension ModuleDecoder {
    /// See <https://webassembly.github.io/spec/core/binary/modules.html#code-section>.
    mutating func codeSection(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let count = Int(try reader.u32())
        guard count == definedFunctions else {
            throw reader.failure("function and code section have inconsistent lengths", at: start)
        }
        module.bodies.reserveCapacity(reader.reservable(count))
        for index in 0..<count {
            let start = reader.position
            reader.function = FunctionIndex(module.importedFunctionCount + index)
            let size = Int(try reader.u32())
            guard size <= limits.bodySize else {
                throw reader.failure("body size must be at most \(limits.bodySize) bytes", at: start)
            }
            guard size <= reader.remaining else { throw reader.endFailure() }
            module.bodies.append(FunctionBody(bytes: try reader.skip(size)))
        }
        reader.function = nil
    }

    /// See <https://webassembly.github.io/spec/core/binary/modules.html#data-section>.
    mutating func dataSection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("data segments", limit: limits.dataSegments)
        module.dataSegments.reserveCapacity(reader.reservable(count))
        for _ in 0..<count {
            let mode = try dataMode(&reader)
            let size = Int(try reader.u32())
            guard size <= reader.remaining else { throw reader.endFailure() }
            module.dataSegments.append(DataSegment(mode: mode, bytes: try reader.skip(size)))
        }
    }

    private mutating func dataMode(_ reader: inout ByteReader) throws(DecodeError) -> DataSegment.Mode {
        let start = reader.position
        switch try reader.u32() {
        case 0: return .active(MemoryIndex(0), offset: try constantExpression(&reader))
        case 1: return .passive
        case 2:
            let memory = MemoryIndex(try reader.u32())
            return .active(memory, offset: try constantExpression(&reader))
        default: throw reader.failure("malformed data segment kind", at: start)
        }
    }
}
