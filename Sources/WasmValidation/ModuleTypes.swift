import WasmModule

/// The types of a module, made so that equal types are equal numbers.
///
/// Types are equal if they lie at the same place of recursion groups that are equal but for the names of their own
/// types. Each is known by the first type that it is equal to, in value types as well: two of those are equal if
/// their raw values are. Subtyping is a comparison of numbers, however long the chain of supertypes is.
/// <https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling>
struct ModuleTypes: Sendable {
    /// By type index.
    private(set) var entries: [TypeEntry] = []
    /// The types that signatures refer to, canonical.
    ///
    /// First one of each abstract type, then the parameters and results of the module's functions, then both
    /// references to each type.
    private(set) var values: [ValueType]
    /// The fields of structures, the element of each array; canonical.
    private(set) var fields: [FieldType] = []
    /// Of the references to type 0 in ``values``.
    private var references = 0

    /// How many supertypes a type may have, one above the other.
    ///
    /// <https://webassembly.github.io/spec/js-api/#limits>
    static let depthLimit = 63

    private static let abstractCount = 256

    init(_ module: borrowing Module) throws(ValidationError) {
        let section = module.sectionOffsets[.type] ?? 0
        values = (0..<UInt32(Self.abstractCount)).map { ValueType(rawValue: $0 & 0x7F | ($0 & 0x80) << 1) }
        entries.reserveCapacity(module.types.count)
        var groups = GroupTable()
        for group in module.recursionGroups {
            precondition(group.lowerBound == entries.count, "groups cover the types in order")
            do {
                let words = try GroupWords(module.types[group], at: group.lowerBound, in: self)
                append(module.types[group], equalTo: groups.enter(words.words, at: group.lowerBound))
                try checkDepths(group)
            } catch {
                throw ValidationError(offset: section, message: error.message)
            }
        }
        precondition(entries.count == module.types.count, "groups cover all types")
        number()
        do { try checkSupertypes(of: module.types) } catch {
            throw ValidationError(offset: section, message: error.message)
        }
        references = values.count
        for index in entries.indices {
            let type = ValueType(reference: TypeIndex(index), isNullable: false)
            values.append(type)
            values.append(type.nullable)
        }
    }

    var count: Int { entries.count }

    /// The type by which a type of the module is known.
    @inline(__always)
    func canonical(_ type: ValueType) -> ValueType {
        guard let index = type.typeIndex else { return type }
        return ValueType(reference: TypeIndex(entries[index.offset].canonical), isNullable: type.isNullable)
    }

    /// A block without parameters and with one result, which is canonical.
    func signature(ofResult type: ValueType) -> Signature {
        let position =
            if let index = type.typeIndex {
                references + 2 * index.offset + (type.isNullable ? 1 : 0)
            } else {
                Int(type.code) + (type.isNullable ? 0x80 : 0)
            }
        return Signature(start: position, parameters: 0, results: 1)
    }
}

// MARK: - Building

extension ModuleTypes {
    private mutating func append(_ group: ArraySlice<SubType>, equalTo first: Int) {
        guard first == group.startIndex else {
            for index in group.indices { entries.append(entries[first + index - group.startIndex]) }
            return
        }
        let start = group.startIndex
        for (index, type) in zip(group.indices, group) {
            let place = add(type.composite, from: start)
            entries.append(
                TypeEntry(
                    kind: type.kind, isFinal: type.isFinal, isDefaultable: type.isDefaultable, canonical: UInt32(index),
                    supertype: type.supertype.map { canonical($0, from: start).rawValue } ?? TypeEntry.none,
                    start: UInt32(place.start), count: UInt32(place.count), resultCount: UInt32(place.results)))
        }
    }

    private mutating func add(
        _ type: CompositeType, from start: Int
    ) -> (start: Int, count: Int, results: Int) {
        let (value, field) = (values.count, fields.count)
        switch type {
        case .function(let type):
            for value in type.parameters { values.append(canonical(value, from: start)) }
            for value in type.results { values.append(canonical(value, from: start)) }
            return (value, type.parameters.count, type.results.count)
        case .structure(let list): for item in list { add(item, from: start) }
        case .array(let element): add(element, from: start)
        }
        return (field, fields.count - field, 0)
    }

    private mutating func add(_ field: FieldType, from start: Int) {
        fields.append(FieldType(canonical(field.storage, from: start), isMutable: field.isMutable))
    }

    /// The types of the group that is being entered, from `start`, are not known yet; being new, they are canonical.
    private func canonical(_ index: TypeIndex, from start: Int) -> TypeIndex {
        index.offset < start ? TypeIndex(entries[index.offset].canonical) : index
    }

    private func canonical(_ type: ValueType, from start: Int) -> ValueType {
        guard let index = type.typeIndex else { return type }
        return ValueType(reference: canonical(index, from: start), isNullable: type.isNullable)
    }

    private mutating func checkDepths(_ group: Range<Int>) throws(TypeFailure) {
        for index in group where entries[index].canonical == index && entries[index].supertype != TypeEntry.none {
            let depth = Int(entries[Int(entries[index].supertype)].depth) + 1
            guard depth <= Self.depthLimit else {
                throw TypeFailure(message: "sub type \(index) has too many supertypes: limit \(Self.depthLimit)")
            }
            entries[index].depth = UInt8(depth)
        }
    }

    /// Numbers the types so that the subtypes of each directly follow it.
    ///
    /// Supertypes come before their subtypes; so one pass backwards counts, and one forwards numbers.
    private mutating func number() {
        var sizes = [UInt32](repeating: 1, count: entries.count)
        for index in entries.indices.reversed() where entries[index].canonical == index {
            let supertype = entries[index].supertype
            if supertype != TypeEntry.none { sizes[Int(supertype)] += sizes[index] }
        }
        var root: UInt32 = 0
        // By type: the number of its next subtype.
        var next = [UInt32](repeating: 0, count: entries.count)
        for index in entries.indices {
            guard entries[index].canonical == index else {
                entries[index] = entries[Int(entries[index].canonical)]
                continue
            }
            let supertype = entries[index].supertype
            let order = supertype == TypeEntry.none ? root : next[Int(supertype)]
            if supertype == TypeEntry.none { root += sizes[index] } else { next[Int(supertype)] += sizes[index] }
            entries[index].order = order
            entries[index].orderEnd = order + sizes[index]
            next[index] = order + 1
        }
    }
}

extension SubType {
    var kind: TypeEntry.Kind {
        switch composite {
        case .function: .function
        case .structure: .structure
        case .array: .array
        }
    }
}

extension SubType {
    /// Whether a structure or an array of the type can be made without saying of what.
    fileprivate var isDefaultable: Bool {
        switch composite {
        case .function: false
        case .structure(let fields): fields.allSatisfy(\.storage.isDefaultable)
        case .array(let element): element.storage.isDefaultable
        }
    }
}

/// What is wrong with a type, before it is known where.
struct TypeFailure: Error {
    let message: String
}
