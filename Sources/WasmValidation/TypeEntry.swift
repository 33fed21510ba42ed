import WasmModule

/// A type of the module as the validator knows it; equal types have equal entries.
struct TypeEntry: Sendable {
    enum Kind: UInt8, Sendable {
        case function, structure, array
    }

    let kind: Kind
    let isFinal: Bool
    /// Whether all fields have default values.
    let isDefaultable: Bool
    /// How many supertypes it has, one above the other.
    var depth: UInt8 = 0
    /// The first of the types that are equal to this one.
    var canonical: UInt32
    /// Canonical; ``none`` if it has no supertype.
    var supertype: UInt32
    /// Of a function: of its parameters, then its results, in ``ModuleTypes/values``.
    ///
    /// Of others: of their fields in ``ModuleTypes/fields``.
    let start: UInt32
    /// Parameters or fields.
    let count: UInt32
    /// Of a function.
    let resultCount: UInt32
    /// Its number, where the types are numbered so that all subtypes of a type directly follow it.
    var order: UInt32 = 0
    /// The number after that of its last subtype.
    var orderEnd: UInt32 = 0

    static let none = UInt32.max

    /// Of a function.
    var signature: Signature {
        Signature(start: Int(start), parameters: Int(count), results: Int(resultCount))
    }

    /// Of a structure or an array.
    var fields: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// A function or block type: where its parameters, and behind them its results, are in ``ModuleTypes/values``.
struct Signature: Sendable {
    let start: Int
    let parameterCount: Int32
    let resultCount: Int32

    init(start: Int, parameters: Int, results: Int) {
        self.start = start
        parameterCount = Int32(parameters)
        resultCount = Int32(results)
    }

    var parameters: Range<Int> { start..<start + Int(parameterCount) }

    var results: Range<Int> {
        let first = start + Int(parameterCount)
        return first..<first + Int(resultCount)
    }

    /// The same results, without parameters.
    var resultsOnly: Signature { Signature(start: results.lowerBound, parameters: 0, results: Int(resultCount)) }
}
