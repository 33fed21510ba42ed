import WasmModule

// Types of a module: each value's encoder and, next to it, its decoder, which must agree.

extension ByteEncoder {
    mutating func types(_ types: [SubType], _ groups: [Range<Int>]) {
        list(types) { $0.subType($1) }
        list(groups) { $0.number($1.count) }
    }

    private mutating func subType(_ type: SubType) {
        flag(type.isFinal)
        optional(type.supertype) { $0.index($1) }
        switch type.composite {
        case .function(let function):
            number(0)
            list(function.parameters) { $0.valueType($1) }
            list(function.results) { $0.valueType($1) }
        case .structure(let fields):
            number(1)
            list(fields) { $0.field($1) }
        case .array(let element):
            number(2)
            field(element)
        }
    }

    private mutating func field(_ field: FieldType) {
        valueType(field.storage)
        flag(field.isMutable)
    }
}

extension ByteDecoder {
    mutating func types() throws(DamagedFile) -> ([SubType], [Range<Int>]) {
        let types = try list { d throws(DamagedFile) in try d.subType() }
        var end = 0
        let groups = try list { d throws(DamagedFile) in
            let count = try d.number(Int.self)
            guard count <= types.count - end else { throw DamagedFile() }
            defer { end += count }
            return end..<(end + count)
        }
        guard end == types.count else { throw DamagedFile() }
        return (types, groups)
    }

    private mutating func subType() throws(DamagedFile) -> SubType {
        let isFinal = try flag()
        let supertype = try optional { d throws(DamagedFile) in try d.index(TypeIndex.self) }
        return SubType(try compositeType(), supertype: supertype, isFinal: isFinal)
    }

    private mutating func compositeType() throws(DamagedFile) -> CompositeType {
        switch try number(UInt8.self) {
        case 0:
            let parameters = try list { d throws(DamagedFile) in try d.valueType() }
            let results = try list { d throws(DamagedFile) in try d.valueType() }
            return .function(FunctionType(parameters: parameters, results: results))
        case 1: return .structure(try list { d throws(DamagedFile) in try d.field() })
        case 2: return .array(try field())
        default: throw DamagedFile()
        }
    }

    private mutating func field() throws(DamagedFile) -> FieldType {
        let storage = try valueType()
        return FieldType(storage, isMutable: try flag())
    }
}
