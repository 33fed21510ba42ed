/// A value type of the specification, packed into 32 bits.
///
/// Bits 0–7 hold the binary format's code of the number, vector or abstract heap type; bit 8 says that a
/// reference may be null; bits 9–31 hold the type index + 1 of a concrete reference type (0: abstract).
/// <https://webassembly.github.io/spec/core/syntax/types.html#value-types>
package struct ValueType: Hashable, Sendable {
    package let rawValue: UInt32

    @inlinable
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let i32 = ValueType(rawValue: 0x7F)
    package static let i64 = ValueType(rawValue: 0x7E)
    package static let f32 = ValueType(rawValue: 0x7D)
    package static let f64 = ValueType(rawValue: 0x7C)
    package static let v128 = ValueType(rawValue: 0x7B)
    /// `(ref null func)`.
    package static let funcref = ValueType(rawValue: 0x170)
    /// `(ref null extern)`.
    package static let externref = ValueType(rawValue: 0x16F)
    /// The type of an operand that unreachable code pops: it matches every type.
    ///
    /// Never in a module.
    package static let bottom = ValueType(rawValue: 0)

    /// The binary format's code of the number, vector or abstract heap type.
    @inlinable
    package var code: UInt8 { UInt8(truncatingIfNeeded: rawValue) }

    @inlinable
    package var isReference: Bool { rawValue > 0xFF }

    @inlinable
    package var isNullable: Bool { rawValue & 0x100 != 0 }

    @inlinable
    package var isNumber: Bool { rawValue >= 0x7C && rawValue <= 0x7F }
}

extension ValueType: CustomStringConvertible {
    /// The text format's name.
    package var description: String {
        switch self {
        case .i32: "i32"
        case .i64: "i64"
        case .f32: "f32"
        case .f64: "f64"
        case .v128: "v128"
        case .funcref: "funcref"
        case .externref: "externref"
        default: "any"
        }
    }
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
