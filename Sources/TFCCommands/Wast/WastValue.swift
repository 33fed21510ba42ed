/// An argument, or what a result is compared with: bits, so that NaNs stay what they are.
enum WastValue: Hashable, Decodable {
    case i32(UInt32)
    case i64(UInt64)
    case f32(UInt32)
    case f64(UInt64)
    case v128(low: UInt64, high: UInt64)
    case null(WastReference)
    /// An external reference to the host's object of that number.
    case extern(UInt64)
    /// The same as guests have it among their own objects.
    case host(UInt64)

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        let type = try fields.decode(String.self, forKey: .type)
        if type == "v128" {
            guard let value = try WastLanes(from: decoder).value else {
                throw CommandFailure("a pattern where a vector is needed")
            }
            self = value
            return
        }
        let text = try fields.decode(String.self, forKey: .value)
        guard let value = Self(type: type, text: text) else { throw CommandFailure("there is no \(type) \(text)") }
        self = value
    }

    /// From a decimal number, signed or unsigned, of a type's bits, or from `null`.
    init?(type: String, text: String) {
        switch type {
        case "i32", "f32":
            guard let bits = UInt32(text) ?? Int32(text).map(UInt32.init(bitPattern:)) else { return nil }
            self = type == "i32" ? .i32(bits) : .f32(bits)
        case "i64", "f64":
            guard let bits = UInt64(text) ?? Int64(text).map(UInt64.init(bitPattern:)) else { return nil }
            self = type == "i64" ? .i64(bits) : .f64(bits)
        default:
            guard let reference = WastReference(rawValue: type) else { return nil }
            switch (reference, UInt64(text)) {
            case (_, nil) where text == "null": self = .null(reference)
            case (.externref, let number?): self = .extern(number)
            case (.anyref, let number?): self = .host(number)
            default: return nil
            }
        }
    }

    /// The name of a number's or vector's type; nil for references.
    var typeName: String? {
        switch self {
        case .i32: "i32"
        case .i64: "i64"
        case .f32: "f32"
        case .f64: "f64"
        case .v128: "v128"
        case .null, .extern, .host: nil
        }
    }

    enum Field: String, CodingKey {
        case type, value, values, either
        case laneType = "lane_type"
    }
}
