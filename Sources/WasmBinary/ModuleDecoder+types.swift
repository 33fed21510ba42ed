import WasmModule

extension ModuleDecoder {
    /// See <https://webassembly.github.io/spec/core/binary/modules.html#type-section>.
    mutating func typeSection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("types", limit: limits.types)
        module.types.reserveCapacity(reader.reservable(count))
        for _ in 0..<count {
            let start = reader.position
            let form = try reader.byte()
            guard form == 0x60 else { throw reader.failure("malformed type form \(hex(form))", at: start) }
            let parameters = try valueTypes("parameters", limit: limits.parameters, &reader)
            let results = try valueTypes("results", limit: limits.results, &reader)
            module.types.append(FunctionType(parameters: parameters, results: results))
        }
    }

    private func valueTypes(
        _ what: String, limit: Int, _ reader: inout ByteReader
    ) throws(DecodeError) -> [ValueType] {
        let count = try reader.count(what, limit: limit)
        var types: [ValueType] = []
        types.reserveCapacity(reader.reservable(count))
        for _ in 0..<count { types.append(try reader.valueType()) }
        return types
    }
}
