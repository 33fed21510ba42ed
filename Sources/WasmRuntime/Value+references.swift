import CRuntime
import WasmModule

/// What a reference refers to.
package enum ReferenceKind: Hashable, Sendable {
    case null
    case function
    /// An object of the host's, known by number.
    case external
    case i31
    case structure
    case array
    case exception
}

extension Value {
    /// What the value refers to; nil for a number or vector.
    ///
    /// Of an object: only as long as that is alive.
    package var referenceKind: ReferenceKind? {
        switch self {
        case .i32, .i64, .f32, .f64, .v128: nil
        case .funcref(let function): function == nil ? .null : .function
        case .externref(let number): number == nil ? .null : .external
        case .reference(let cell, _): Self.kind(cell)
        }
    }

    /// A number of 31 bits, upper bit unsigned, as a reference.
    package static func i31(_ number: UInt32) -> Value { .reference(UInt64(number << 1 | 1), type: .i31ref) }

    /// An object of the host's as guests have it after `any.convert_extern`.
    package static func internalized(_ number: UInt64) -> Value {
        .reference(Value.externref(number).cells[0], type: .anyref)
    }

    /// The number of an i31, upper bit zero; nil for all other values.
    package var i31: UInt32? {
        guard case .reference(let cell, _) = self, referenceKind == .i31 else { return nil }
        return UInt32(truncatingIfNeeded: cell) >> 1
    }

    /// The number by which the host knows what is referred to, whatever the reference's type.
    package var externalNumber: UInt64? {
        switch self {
        case .externref(let number): number
        case .reference(let cell, _) where referenceKind == .external: cell >> 2
        default: nil
        }
    }

    /// Whether guests may be given the value where they expect a type, as the runtime packs it
    /// (``CanonicalTypes/packed(_:)``).
    func isOf(_ wanted: UInt32) -> Bool {
        switch self {
        case .i32, .i64, .f32, .f64, .v128: return type.rawValue == wanted
        case .funcref(let function):
            return tf_value_type_matches(
                function.map { $0.pointee.type << 9 } ?? ValueType.nullfuncref.rawValue, wanted)
        case .externref(let number):
            guard number.map({ $0 < Self.externalLimit }) ?? true else { return false }
            let type = number == nil ? ValueType.nullexternref : ValueType.externref.nonNull
            return tf_value_type_matches(type.rawValue, wanted)
        case .reference(let cell, let type):
            guard let dynamic = Self.dynamicType(cell, type) else { return false }
            return tf_value_type_matches(dynamic, wanted)
        }
    }

    /// The least type of a reference outside of the func hierarchy; nil if it can't be of the type it claims.
    private static func dynamicType(_ cell: UInt64, _ type: ValueType) -> UInt32? {
        guard let hierarchy = Hierarchy(type, types: []) else { return nil }
        guard cell != 0 else { return hierarchy.bottom.rawValue }
        switch (hierarchy, kind(cell)) {
        case (.external, _): return ValueType.externref.nonNull.rawValue
        case (.exception, .exception): return ValueType.exnref.nonNull.rawValue
        case (.any, .external): return ValueType.anyref.nonNull.rawValue
        case (.any, .i31): return ValueType.i31ref.nonNull.rawValue
        case (.any, .structure), (.any, .array):
            let object = UnsafePointer<tf_object>(bitPattern: UInt(cell))
            return object.map { $0.pointee.type << 9 }
        default: return nil
        }
    }

    private static func kind(_ cell: UInt64) -> ReferenceKind {
        switch tf_reference_kind(UnsafeRawPointer(bitPattern: UInt(cell))) {
        case UInt32(ValueType.i31ref.code): .i31
        case UInt32(ValueType.structref.code): .structure
        case UInt32(ValueType.arrayref.code): .array
        case UInt32(ValueType.exnref.code): .exception
        case UInt32(ValueType.externref.code): .external
        default: .null
        }
    }
}
