import WasmModule

// Whether one type matches another. <https://webassembly.github.io/spec/core/valid/matching.html>

extension ValueType {
    /// What `ref.as_non_null` makes of an operand that unreachable code pops: it matches every reference type.
    ///
    /// Never in a module.
    static let bottomReference = ValueType(rawValue: 0x100)
}

extension ModuleTypes {
    /// Whether a value of one type may be used as one of another; both canonical.
    func matches(_ actual: ValueType, _ expected: ValueType) -> Bool {
        if actual.rawValue == expected.rawValue || actual == .bottom { return true }
        guard actual.isReference, expected.isReference else { return false }
        if actual == .bottomReference { return true }
        if actual.isNullable, !expected.isNullable { return false }
        return matchesHeap(actual, expected)
    }

    /// Whether the heap type of one reference type matches that of another.
    private func matchesHeap(_ actual: ValueType, _ expected: ValueType) -> Bool {
        switch (actual.typeIndex, expected.typeIndex) {
        case (let a?, let b?): isSubtype(a.offset, of: b.offset)
        case (let a?, nil): Self.isSubtype(entries[a.offset].kind.heapCode, of: expected.code)
        case (nil, let b?): actual.code == entries[b.offset].kind.bottomCode
        case (nil, nil): Self.isSubtype(actual.code, of: expected.code)
        }
    }

    /// Canonical types.
    func isSubtype(_ type: Int, of other: Int) -> Bool {
        entries[other].order <= entries[type].order && entries[type].order < entries[other].orderEnd
    }

    /// Of abstract heap types, by code.
    private static func isSubtype(_ code: UInt8, of other: UInt8) -> Bool {
        if code == other { return true }
        return switch other {
        case ValueType.anyref.code: (0x6A...0x6D).contains(code) || code == ValueType.nullref.code
        case ValueType.eqref.code: (0x6A...0x6C).contains(code) || code == ValueType.nullref.code
        case ValueType.i31ref.code, ValueType.structref.code, ValueType.arrayref.code:
            code == ValueType.nullref.code
        case ValueType.funcref.code: code == ValueType.nullfuncref.code
        case ValueType.externref.code: code == ValueType.nullexternref.code
        case ValueType.exnref.code: code == ValueType.nullexnref.code
        default: false
        }
    }

    /// The nullable reference to everything that a reference type is related to.
    func top(of type: ValueType) -> ValueType {
        if let index = type.typeIndex { return entries[index.offset].kind == .function ? .funcref : .anyref }
        return switch type.nullable {
        case .funcref, .nullfuncref: .funcref
        case .externref, .nullexternref: .externref
        case .exnref, .nullexnref: .exnref
        default: .anyref
        }
    }
}

extension TypeEntry.Kind {
    /// Code of the abstract heap type directly above all types of the kind.
    fileprivate var heapCode: UInt8 {
        switch self {
        case .function: ValueType.funcref.code
        case .structure: ValueType.structref.code
        case .array: ValueType.arrayref.code
        }
    }

    /// Code of the abstract heap type below all types of the kind.
    fileprivate var bottomCode: UInt8 {
        self == .function ? ValueType.nullfuncref.code : ValueType.nullref.code
    }
}

// MARK: - Declared supertypes

extension ModuleTypes {
    /// Checks that each type fits what it declares to be a subtype of.
    ///
    /// Needs the numbers of all types, since the types of a group may rely on each other.
    func checkSupertypes(of types: [SubType]) throws(TypeFailure) {
        for index in entries.indices where entries[index].canonical == index {
            let entry = entries[index]
            guard entry.supertype != TypeEntry.none else { continue }
            let supertype = entries[Int(entry.supertype)]
            let message = "sub type \(index) does not match super type \(entry.supertype)"
            guard !supertype.isFinal else { throw TypeFailure(message: "\(message), which is final") }
            guard fits(entry, supertype) else {
                let shown = "\(types[index]) and \(types[Int(entry.supertype)])"
                throw TypeFailure(message: "\(message): \(shown.prefix(200))")
            }
        }
    }

    private func fits(_ type: TypeEntry, _ supertype: TypeEntry) -> Bool {
        guard type.kind == supertype.kind else { return false }
        if type.kind == .function {
            let (a, b) = (type.signature, supertype.signature)
            return matches(b.parameters, a.parameters) && matches(a.results, b.results)
        }
        guard type.count >= supertype.count else { return false }
        return zip(fields[type.fields], fields[supertype.fields]).allSatisfy(matches)
    }

    private func matches(_ actual: FieldType, _ expected: FieldType) -> Bool {
        guard actual.isMutable == expected.isMutable else { return false }
        return actual.isMutable
            ? actual.storage == expected.storage : matches(actual.storage, expected.storage)
    }

    /// Whether as many values of the types of one range may be used as those of another.
    func matches(_ actual: Range<Int>, _ expected: Range<Int>) -> Bool {
        guard actual.lowerBound != expected.lowerBound || actual.count != expected.count else { return true }
        guard actual.count == expected.count else { return false }
        return zip(values[actual], values[expected]).allSatisfy { matches($0, $1) }
    }
}
