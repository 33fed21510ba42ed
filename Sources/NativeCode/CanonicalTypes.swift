import CRuntime
package import WasmModule

/// The ids of a module's types that are the same in all modules of the process: equal types, in the specification's
/// sense, have equal ids.
///
/// <https://webassembly.github.io/spec/core/valid/conventions.html#defined-types>
package struct CanonicalTypes: Sendable {
    /// Per type of the module; none is 0.
    package private(set) var identifiers: [UInt32] = []

    /// Of a module without types.
    package init() {}

    /// Interns a module's types, one recursion group after another.
    ///
    /// Fails if the groups are none of a valid module, or if there is no room for more types in this process.
    package init(types: [SubType], recursionGroups: [Range<Int>]) throws(LoadError) {
        identifiers.reserveCapacity(types.count)
        for group in recursionGroups {
            guard group.lowerBound == identifiers.count, group.upperBound <= types.count else { throw Self.damaged }
            try intern(types[group])
        }
        guard identifiers.count == types.count else { throw Self.damaged }
    }

    /// A value type as the runtime packs it: with a canonical id where the module has an index.
    ///
    /// Only for types of a validated module.
    package func packed(_ type: ValueType) -> UInt32 {
        guard let index = type.typeIndex else { return type.rawValue }
        return identifiers[index.offset] << 9 | type.rawValue & 0x1FF
    }

    private static var damaged: LoadError { LoadError(path: "", reason: "the module's types are damaged") }

    private mutating func intern(_ group: ArraySlice<SubType>) throws(LoadError) {
        guard !group.isEmpty else { return }
        var definitions = GroupDefinitions()
        for type in group {
            try definitions.add(type) { index throws(LoadError) in try relative(index, group.indices) }
        }
        guard let identifiers = definitions.intern() else {
            throw LoadError(path: "", reason: "no room for its types: this process keeps those of all it ever loaded")
        }
        self.identifiers += identifiers
    }

    /// How a type of a group names another: by canonical id if that is of an earlier group.
    private func relative(_ index: TypeIndex, _ group: Range<Int>) throws(LoadError) -> UInt32 {
        if index.offset < group.lowerBound { return identifiers[index.offset] }
        guard index.offset < group.upperBound else { throw Self.damaged }
        return UInt32(TF_TYPE_RELATIVE) + UInt32(index.offset - group.lowerBound)
    }
}

/// A recursion group in the C runtime's form: what its types point to is in one array each.
private struct GroupDefinitions {
    private var definitions: [tf_type_definition] = []
    private var values: [UInt32] = []
    private var fields: [tf_field] = []

    /// `relative` says how a type of the group names another.
    mutating func add(_ type: SubType, _ relative: (TypeIndex) throws(LoadError) -> UInt32) throws(LoadError) {
        func packed(_ type: ValueType) throws(LoadError) -> UInt32 {
            guard let index = type.typeIndex else { return type.rawValue }
            return try relative(index) << 9 | type.rawValue & 0x1FF
        }
        var definition = tf_type_definition()
        definition.is_final = type.isFinal ? 1 : 0
        if let supertype = type.supertype { definition.supertype = try relative(supertype) }
        switch type.composite {
        case .function(let function):
            definition.kind = TF_TYPE_FUNCTION.rawValue
            definition.parameter_count = UInt32(function.parameters.count)
            definition.result_count = UInt32(function.results.count)
            for value in function.parameters { values.append(try packed(value)) }
            for value in function.results { values.append(try packed(value)) }
        case .structure(let list):
            definition.kind = TF_TYPE_STRUCTURE.rawValue
            definition.field_count = UInt32(list.count)
            for field in list {
                fields.append(tf_field(type: try packed(field.storage), is_mutable: field.isMutable ? 1 : 0))
            }
        case .array(let element):
            definition.kind = TF_TYPE_ARRAY.rawValue
            definition.field_count = 1
            fields.append(tf_field(type: try packed(element.storage), is_mutable: element.isMutable ? 1 : 0))
        }
        definitions.append(definition)
    }

    /// The ids; nil if there is no room.
    func intern() -> [UInt32]? {
        var definitions = definitions
        var identifiers = [UInt32](repeating: 0, count: definitions.count)
        let succeeded = values.withUnsafeBufferPointer { values in
            fields.withUnsafeBufferPointer { fields in
                var (value, field) = (values.baseAddress, fields.baseAddress)
                for index in definitions.indices {
                    let counts = definitions[index]
                    definitions[index].parameters = value
                    value = value.map { $0 + Int(counts.parameter_count) }
                    definitions[index].results = value
                    value = value.map { $0 + Int(counts.result_count) }
                    definitions[index].fields = field
                    field = field.map { $0 + Int(counts.field_count) }
                }
                return tf_type_intern_group(definitions, UInt32(definitions.count), &identifiers)
            }
        }
        return succeeded ? identifiers : nil
    }
}

extension FunctionType {
    /// The id of a host function's type: final, without supertypes, of no references to a module's own types.
    package var canonicalIdentifier: UInt32 {
        let parameters = parameters.map(\.rawValue)
        let results = results.map(\.rawValue)
        return tf_type_intern(parameters, UInt32(parameters.count), results, UInt32(results.count))
    }
}
