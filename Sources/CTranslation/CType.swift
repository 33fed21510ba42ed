import WasmModule

/// The C type of an expression as it is written.
///
/// The guest's integers have no sign; C's do, and an operator's meaning may hang on it, so it is tracked rather
/// than cast away.
enum CType: UInt8 {
    /// `reference`: of the func hierarchy, which nothing collects; `object`: every other one, kept where the collector
    /// finds it.
    case u32, s32, u64, s64, f32, f64, reference, object, vector

    static let count = 9

    /// How variables and parameters of a value type are declared.
    ///
    /// `module` says what a concrete reference refers to.
    init(_ type: ValueType, in module: Module) {
        self = CType(plain: type) ?? (module.isOfFunctions(type) ? .reference : .object)
    }

    /// For a type that is no reference; nil for one that is.
    @inline(__always)
    init?(plain type: ValueType) {
        switch type.rawValue {
        case ValueType.i32.rawValue: self = .u32
        case ValueType.i64.rawValue: self = .u64
        case ValueType.f32.rawValue: self = .f32
        case ValueType.f64.rawValue: self = .f64
        case ValueType.v128.rawValue: self = .vector
        default: return nil
        }
    }

    /// Its name in the prelude.
    var name: StaticString {
        switch self {
        case .u32: "u"
        case .s32: "s"
        case .u64: "U"
        case .s64: "S"
        case .f32: "f"
        case .f64: "d"
        case .reference, .object: "p"
        case .vector: "V"
        }
    }

    /// The type of a variable that holds such an expression.
    var stored: CType {
        switch self {
        case .s32: .u32
        case .s64: .u64
        default: self
        }
    }

    /// A pointer.
    var isReference: Bool { self == .reference || self == .object }

    var isWide: Bool { self == .u64 || self == .s64 }

    /// The letter of temporaries of this type; distinct from the letters of locals, functions and labels.
    var temporaryLetter: UInt8 {
        switch self {
        case .u32, .s32: UInt8(ascii: "x")
        case .u64, .s64: UInt8(ascii: "y")
        case .f32: UInt8(ascii: "v")
        case .f64: UInt8(ascii: "w")
        case .reference: UInt8(ascii: "q")
        case .object: UInt8(ascii: "o")
        case .vector: UInt8(ascii: "z")
        }
    }
}

extension Module {
    /// Whether a reference type belongs to the func hierarchy.
    func isOfFunctions(_ type: ValueType) -> Bool {
        guard let index = type.typeIndex else { return type.isAbstractFunction }
        return types[index.offset].function != nil
    }
}

extension ValueType {
    /// Whether it is a reference to an abstract heap type of the func hierarchy.
    var isAbstractFunction: Bool { code == 0x70 || code == 0x73 }
}
