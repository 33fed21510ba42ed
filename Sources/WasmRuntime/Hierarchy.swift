import WasmModule

/// The four families of reference types: no value of one is a value of another, null apart.
///
/// <https://webassembly.github.io/spec/core/valid/matching.html#heap-types>
enum Hierarchy {
    case function, external, any, exception

    /// The family of a reference type; nil for a type that is none.
    ///
    /// `types` are those of the module that a concrete type is of.
    init?(_ type: ValueType, types: [SubType]) {
        if let index = type.typeIndex {
            let isFunction = index.offset < types.count && types[index.offset].function != nil
            self = isFunction ? .function : .any
            return
        }
        switch type.nullable {
        case .funcref, .nullfuncref: self = .function
        case .externref, .nullexternref: self = .external
        case .exnref, .nullexnref: self = .exception
        case .anyref, .eqref, .i31ref, .structref, .arrayref, .nullref: self = .any
        default: return nil
        }
    }

    /// The type that has null alone.
    var bottom: ValueType {
        switch self {
        case .function: .nullfuncref
        case .external: .nullexternref
        case .any: .nullref
        case .exception: .nullexnref
        }
    }
}
