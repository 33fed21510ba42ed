import WasmModule

// Types that instructions name.

extension FunctionValidator {
    /// The canonical form of a type.
    mutating func known(_ type: ValueType) throws(ValidationError) -> ValueType {
        guard let index = type.typeIndex else { return type }
        guard index.offset < context.types.count else { throw failure("unknown type \(index)") }
        return context.types.canonical(type)
    }

    mutating func type(_ index: UInt32) throws(ValidationError) -> TypeEntry {
        guard Int(index) < context.types.count else { throw failure("unknown type \(index)") }
        return context.types.entries[Int(index)]
    }

    mutating func functionType(_ index: UInt32) throws(ValidationError) -> TypeEntry {
        let entry = try type(index)
        guard entry.kind == .function else { throw failure("type mismatch: type \(index) is not a function type") }
        return entry
    }

    mutating func structureType(_ index: UInt32) throws(ValidationError) -> TypeEntry {
        let entry = try type(index)
        guard entry.kind == .structure else { throw failure("type mismatch: type \(index) is not a structure type") }
        return entry
    }

    /// The element of an array type, and the type.
    mutating func arrayType(_ index: UInt32) throws(ValidationError) -> (element: FieldType, type: TypeEntry) {
        let entry = try type(index)
        guard entry.kind == .array else { throw failure("type mismatch: type \(index) is not an array type") }
        return (context.types.fields[Int(entry.start)], entry)
    }

    /// The type of a function of the module.
    mutating func calledType(_ function: UInt32) throws(ValidationError) -> TypeEntry {
        guard Int(function) < context.functions.count else { throw failure("unknown function \(function)") }
        return context.types.entries[Int(context.functions[Int(function)])]
    }

    /// Whether as many values of the types of one range may be used as those of another.
    ///
    /// A few bytes can ask this of the same thousand types again and again; so what was found is kept.
    mutating func matches(_ actual: Range<Int>, _ expected: Range<Int>) -> Bool {
        guard actual.count > 16 else { return context.types.matches(actual, expected) }
        if matchingTypes[actual]?.contains(expected) ?? false { return true }
        guard context.types.matches(actual, expected) else { return false }
        matchingTypes[actual, default: []].insert(expected)
        return true
    }

    /// The signature of a block.
    mutating func signature(of block: BlockType) throws(ValidationError) -> Signature {
        switch block {
        case .empty: Signature(start: 0, parameters: 0, results: 0)
        case .result(let type): context.types.signature(ofResult: try known(type))
        case .type(let index): try functionType(index.rawValue).signature
        }
    }
}

extension TypeEntry {
    /// A reference to the type.
    func reference(isNullable: Bool) -> ValueType {
        ValueType(reference: TypeIndex(canonical), isNullable: isNullable)
    }
}
