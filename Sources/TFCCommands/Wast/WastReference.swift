import WasmModule
import WasmRuntime

/// The reference types that scripts name.
enum WastReference: String, Hashable {
    case funcref, nullfuncref
    case externref, nullexternref
    case anyref, eqref, i31ref, structref, arrayref, nullref
    case exnref, nullexnref
    /// Null of a type that the script leaves open.
    case null = "refnull"

    /// Types of which no value is a value of another's, null apart.
    enum Family: Hashable { case function, external, any, exception }

    /// The family of its values; nil if that is left open.
    var family: Family? {
        switch self {
        case .funcref, .nullfuncref: .function
        case .externref, .nullexternref: .external
        case .anyref, .eqref, .i31ref, .structref, .arrayref, .nullref: .any
        case .exnref, .nullexnref: .exception
        case .null: nil
        }
    }

    /// The type of an argument; nil if that is left open.
    var type: ValueType? {
        switch self {
        case .funcref: .funcref
        case .nullfuncref: .nullfuncref
        case .externref: .externref
        case .nullexternref: .nullexternref
        case .anyref: .anyref
        case .eqref: .eqref
        case .i31ref: .i31ref
        case .structref: .structref
        case .arrayref: .arrayref
        case .nullref: .nullref
        case .exnref: .exnref
        case .nullexnref: .nullexnref
        case .null: nil
        }
    }

    /// Whether something of the family is what a script means by the type's bare name: a value that is not null, or,
    /// for a type that has nothing else, null.
    func includes(_ kind: ReferenceKind) -> Bool {
        switch self {
        case .nullfuncref, .nullexternref, .nullref, .nullexnref, .null: kind == .null
        case .funcref, .externref, .anyref, .exnref: kind != .null
        case .eqref: [.i31, .structure, .array].contains(kind)
        case .i31ref: kind == .i31
        case .structref: kind == .structure
        case .arrayref: kind == .array
        }
    }
}
