import WasmModule
import WasmRuntime

/// A result as a script can speak of it.
enum WastResult: Hashable {
    /// A number or a vector.
    case value(WastValue)
    /// A reference: what it refers to, the number if that is an object of the host's, and the family of its type.
    case reference(ReferenceKind, number: UInt64?, WastReference.Family)

    /// Whether it is this very value.
    func equals(_ value: WastValue) -> Bool {
        switch (self, value) {
        case (.value(let own), _): own == value
        case (.reference(.null, _, let family), .null(let reference)): family == reference.family ?? family
        case (.reference(.external, let number, .external), .extern(let wanted)): number == wanted
        case (.reference(.external, let number, .any), .host(let wanted)): number == wanted
        default: false
        }
    }

    /// Whether it is what a script means by a type's bare name.
    func isOf(_ reference: WastReference) -> Bool {
        guard case .reference(let kind, _, let family) = self else { return false }
        return family == reference.family ?? family && reference.includes(kind)
    }

    var typeName: String? { number?.typeName }

    var f32: UInt32? {
        if case .f32(let bits) = number { bits } else { nil }
    }

    var f64: UInt64? {
        if case .f64(let bits) = number { bits } else { nil }
    }

    var vector: (low: UInt64, high: UInt64)? {
        if case .v128(let low, let high) = number { (low, high) } else { nil }
    }

    private var number: WastValue? {
        if case .value(let value) = self { value } else { nil }
    }
}

extension WastResult {
    init(_ value: Value) {
        switch value {
        case .i32(let bits): self = .value(.i32(bits))
        case .i64(let bits): self = .value(.i64(bits))
        case .f32(let bits): self = .value(.f32(bits))
        case .f64(let bits): self = .value(.f64(bits))
        case .v128(let low, let high): self = .value(.v128(low: low, high: high))
        case .funcref: self.init(value, .function)
        case .externref: self.init(value, .external)
        case .reference(_, let type): self.init(value, Self.family(type))
        }
    }

    private init(_ value: Value, _ family: WastReference.Family) {
        self = .reference(value.referenceKind ?? .null, number: value.externalNumber, family)
    }

    /// Of a type that is none of functions.
    private static func family(_ type: ValueType) -> WastReference.Family {
        switch type.nullable {
        case .externref, .nullexternref: .external
        case .exnref, .nullexnref: .exception
        default: .any
        }
    }
}

extension Value {
    /// An argument; nil for null of no particular type.
    init?(_ value: WastValue) {
        switch value {
        case .i32(let bits): self = .i32(bits)
        case .i64(let bits): self = .i64(bits)
        case .f32(let bits): self = .f32(bits)
        case .f64(let bits): self = .f64(bits)
        case .v128(let low, let high): self = .v128(low: low, high: high)
        case .null(let reference):
            guard let type = reference.type else { return nil }
            self.init(cell: 0, type: type)
        case .extern(let number): self = .externref(number)
        case .host(let number): self = .internalized(number)
        }
    }
}
