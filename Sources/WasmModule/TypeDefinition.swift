/// One type of a module's type section: what it is, and of what it is a subtype.
///
/// <https://webassembly.github.io/spec/core/syntax/types.html#recursive-types>
package struct SubType: Hashable, Sendable {
    /// Whether nothing may be a subtype of it.
    package var isFinal: Bool
    package var supertype: TypeIndex?
    package var composite: CompositeType

    package init(_ composite: CompositeType, supertype: TypeIndex? = nil, isFinal: Bool = true) {
        self.composite = composite
        self.supertype = supertype
        self.isFinal = isFinal
    }

    /// A final function type without a supertype: all that there was before garbage collection.
    package init(parameters: [ValueType], results: [ValueType]) {
        self.init(.function(FunctionType(parameters: parameters, results: results)))
    }

    /// The function type it is; nil if it is a structure or an array.
    @inlinable
    package var function: FunctionType? {
        if case .function(let type) = composite { type } else { nil }
    }
}

/// <https://webassembly.github.io/spec/core/syntax/types.html#composite-types>
/// .
package enum CompositeType: Hashable, Sendable {
    case function(FunctionType)
    case structure([FieldType])
    case array(FieldType)
}

/// <https://webassembly.github.io/spec/core/syntax/types.html#field-types>
/// .
package struct FieldType: Hashable, Sendable {
    /// A value type, or ``ValueType/i8`` or ``ValueType/i16``.
    package var storage: ValueType
    package var isMutable: Bool

    package init(_ storage: ValueType, isMutable: Bool) {
        self.storage = storage
        self.isMutable = isMutable
    }
}

extension SubType: CustomStringConvertible {
    /// `(i32, i64) -> f32`, `(struct i32 (mut i8))` or `(array (mut f64))`, for messages.
    package var description: String {
        switch composite {
        case .function(let type): type.description
        case .structure(let fields): "(struct" + fields.map { " \($0)" }.joined() + ")"
        case .array(let element): "(array \(element))"
        }
    }
}

extension FieldType: CustomStringConvertible {
    package var description: String { isMutable ? "(mut \(storage))" : storage.description }
}
