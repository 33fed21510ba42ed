import WasmModule

extension ModuleDecoder {
    /// See <https://webassembly.github.io/spec/core/binary/modules.html#type-section>.
    mutating func typeSection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("types", limit: limits.types)
        module.types.reserveCapacity(reader.reservable(count))
        module.recursionGroups.reserveCapacity(reader.reservable(count))
        for _ in 0..<count { try recursionGroup(&reader) }
    }

    /// A type that is alone is a group of one.
    ///
    /// <https://webassembly.github.io/spec/core/binary/types.html#recursive-types>
    private mutating func recursionGroup(_ reader: inout ByteReader) throws(DecodeError) {
        let first = module.types.count
        var count = 1
        if reader.peek() == 0x4E {
            _ = try reader.byte()
            count = try reader.count("types", limit: limits.types - first)
        }
        guard count <= limits.types - first else {
            throw reader.failure("too many types: limit \(limits.types)")
        }
        for _ in 0..<count { module.types.append(try subType(&reader)) }
        // One without types has no meaning.
        if count > 0 { module.recursionGroups.append(first..<module.types.count) }
    }

    private func subType(_ reader: inout ByteReader) throws(DecodeError) -> SubType {
        let start = reader.position
        let form = try reader.byte()
        guard form == 0x50 || form == 0x4F else {
            return SubType(try compositeType(form, at: start, &reader))
        }
        let supertypes = reader.position
        let count = try reader.u32()
        guard count <= 1 else { throw reader.failure("malformed supertypes: more than one", at: supertypes) }
        let supertype = count == 1 ? TypeIndex(try reader.u32()) : nil
        let body = reader.position
        let composite = try compositeType(try reader.byte(), at: body, &reader)
        return SubType(composite, supertype: supertype, isFinal: form == 0x4F)
    }

    /// See <https://webassembly.github.io/spec/core/binary/types.html#composite-types>.
    private func compositeType(
        _ form: UInt8, at start: Int, _ reader: inout ByteReader
    ) throws(DecodeError) -> CompositeType {
        switch form {
        case 0x60:
            let parameters = try valueTypes("parameters", limit: limits.parameters, &reader)
            let results = try valueTypes("results", limit: limits.results, &reader)
            return .function(FunctionType(parameters: parameters, results: results))
        case 0x5F: return .structure(try fields(&reader))
        case 0x5E: return .array(try reader.fieldType())
        case 0x80...: throw reader.failure("integer representation too long", at: start)
        default: throw reader.failure("malformed definition type \(hex(form))", at: start)
        }
    }

    private func fields(_ reader: inout ByteReader) throws(DecodeError) -> [FieldType] {
        let count = try reader.count("fields", limit: limits.fields)
        var fields: [FieldType] = []
        fields.reserveCapacity(reader.reservable(count))
        for _ in 0..<count { fields.append(try reader.fieldType()) }
        return fields
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
