/// A value type of the specification, packed into 32 bits; also, in fields, a packed storage type.
///
/// Bits 0–7 hold the binary format's code of the number, vector or abstract heap type, 0 for a concrete one; bit 8
/// says that a reference may be null; bits 9–31 hold the type index + 1 of a concrete reference type (0: abstract).
/// <https://webassembly.github.io/spec/core/syntax/types.html#value-types>
package struct ValueType: Hashable, Sendable, BitwiseCopyable {
    package let rawValue: UInt32

    @inlinable
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let i32 = ValueType(rawValue: 0x7F)
    package static let i64 = ValueType(rawValue: 0x7E)
    package static let f32 = ValueType(rawValue: 0x7D)
    package static let f64 = ValueType(rawValue: 0x7C)
    package static let v128 = ValueType(rawValue: 0x7B)
    /// Storage types of fields, never of operands.
    package static let i8 = ValueType(rawValue: 0x78)
    package static let i16 = ValueType(rawValue: 0x77)
    /// `(ref null func)` and so on: the nullable references to abstract heap types.
    package static let funcref = ValueType(rawValue: 0x170)
    package static let externref = ValueType(rawValue: 0x16F)
    package static let anyref = ValueType(rawValue: 0x16E)
    package static let eqref = ValueType(rawValue: 0x16D)
    package static let i31ref = ValueType(rawValue: 0x16C)
    package static let structref = ValueType(rawValue: 0x16B)
    package static let arrayref = ValueType(rawValue: 0x16A)
    package static let exnref = ValueType(rawValue: 0x169)
    /// The bottom types of the four hierarchies.
    package static let nullref = ValueType(rawValue: 0x171)
    package static let nullexternref = ValueType(rawValue: 0x172)
    package static let nullfuncref = ValueType(rawValue: 0x173)
    package static let nullexnref = ValueType(rawValue: 0x174)
    /// The type of an operand that unreachable code pops: it matches every type.
    ///
    /// Never in a module.
    package static let bottom = ValueType(rawValue: 0)

    /// A reference to values of a module's type.
    @inlinable
    package init(reference type: TypeIndex, isNullable: Bool) {
        rawValue = (type.rawValue + 1) << 9 | (isNullable ? 0x100 : 0)
    }

    /// The binary format's code of the number, vector or abstract heap type; 0 for a concrete heap type.
    @inlinable
    package var code: UInt8 { UInt8(truncatingIfNeeded: rawValue) }

    @inlinable
    package var isReference: Bool { rawValue > 0xFF || (rawValue >= 0x69 && rawValue <= 0x74) }

    @inlinable
    package var isNullable: Bool { rawValue & 0x100 != 0 }

    @inlinable
    package var isNumber: Bool { rawValue >= 0x7C && rawValue <= 0x7F }

    /// The type that a concrete reference refers to; nil for all others.
    @inlinable
    package var typeIndex: TypeIndex? { rawValue > 0x1FF ? TypeIndex((rawValue >> 9) - 1) : nil }

    /// The same reference type without null.
    @inlinable
    package var nonNull: ValueType { ValueType(rawValue: rawValue & ~0x100) }

    /// The same reference type with null.
    @inlinable
    package var nullable: ValueType { ValueType(rawValue: rawValue | 0x100) }

    /// Whether a local of the type starts with a value: it does unless it is a reference that can't be null.
    @inlinable
    package var isDefaultable: Bool { !isReference || isNullable }

    /// `i8` or `i16`.
    @inlinable
    package var isPacked: Bool { self == .i8 || self == .i16 }

    /// What reading a field of this storage type gives.
    @inlinable
    package var unpacked: ValueType { isPacked ? .i32 : self }
}

extension ValueType: CustomStringConvertible {
    /// The text format's name.
    package var description: String {
        if let typeIndex { return "(ref \(isNullable ? "null " : "")\(typeIndex))" }
        guard let name = Self.names[code] else { return "any" }
        guard isReference else { return name }
        guard isNullable else { return "(ref \(name))" }
        return Self.shortNames[code] ?? "\(name)ref"
    }

    private static let names: [UInt8: String] = [
        0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64", 0x7B: "v128", 0x78: "i8", 0x77: "i16",
        0x74: "noexn", 0x73: "nofunc", 0x72: "noextern", 0x71: "none", 0x70: "func", 0x6F: "extern", 0x6E: "any",
        0x6D: "eq", 0x6C: "i31", 0x6B: "struct", 0x6A: "array", 0x69: "exn",
    ]

    /// Of the nullable references that are not named after their heap type.
    private static let shortNames: [UInt8: String] = [
        0x74: "nullexnref", 0x73: "nullfuncref", 0x72: "nullexternref", 0x71: "nullref",
    ]
}

/// A function's parameter and result types.
///
/// <https://webassembly.github.io/spec/core/syntax/types.html#function-types>
package struct FunctionType: Hashable, Sendable {
    package var parameters: [ValueType]
    package var results: [ValueType]

    package init(parameters: [ValueType], results: [ValueType]) {
        self.parameters = parameters
        self.results = results
    }
}

extension FunctionType: CustomStringConvertible {
    /// `(i32, i64) -> f32`, for messages.
    package var description: String {
        let list = { (types: [ValueType]) in types.map(\.description).joined(separator: ", ") }
        return "(\(list(parameters))) -> " + (results.count == 1 ? list(results) : "(\(list(results)))")
    }
}
