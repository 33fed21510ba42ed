/// An argument, or what a result is compared with: bits, so that NaNs stay what they are.
enum WastValue: Hashable, Decodable {
    case i32(UInt32)
    case i64(UInt64)
    case f32(UInt32)
    case f64(UInt64)
    case v128(low: UInt64, high: UInt64)
    case null(WastReference)
    /// A reference to the host's object of that number.
    case extern(UInt64)
    /// A type or form that we don't have.
    case unsupported(String)

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        let type = try fields.decode(String.self, forKey: .type)
        if type == "v128" {
            self = try WastLanes(from: decoder).value ?? .unsupported(type)
            return
        }
        guard let text = try? fields.decode(String.self, forKey: .value) else {
            self = .unsupported(type)
            return
        }
        self = Self(type: type, text: text) ?? .unsupported("\(type) \(text)")
    }

    /// From a decimal number, signed or unsigned, of a type's bits.
    init?(type: String, text: String) {
        switch type {
        case "i32", "f32":
            guard let bits = UInt32(text) ?? Int32(text).map(UInt32.init(bitPattern:)) else { return nil }
            self = type == "i32" ? .i32(bits) : .f32(bits)
        case "i64", "f64":
            guard let bits = UInt64(text) ?? Int64(text).map(UInt64.init(bitPattern:)) else { return nil }
            self = type == "i64" ? .i64(bits) : .f64(bits)
        case "externref", "funcref":
            guard let reference = WastReference(rawValue: type) else { return nil }
            if text == "null" {
                self = .null(reference)
            } else if reference == .externref, let number = UInt64(text) {
                self = .extern(number)
            } else {
                return nil
            }
        default: return nil
        }
    }

    enum Field: String, CodingKey {
        case type, value, values, either
        case laneType = "lane_type"
    }
}

/// The reference types that scripts name.
enum WastReference: String, Hashable {
    case funcref, externref
}

/// What a result has to be.
enum WastExpectation: Decodable {
    case value(WastValue)
    /// A NaN whose payload has only its top bit set.
    case canonicalNaN(isDouble: Bool)
    /// A NaN whose payload has at least its top bit set.
    case arithmeticNaN(isDouble: Bool)
    /// Any reference of the type that is not null.
    case reference(WastReference)
    case either([WastExpectation])
    /// Each lane of a vector.
    case lanes(WastLanes)

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: WastValue.Field.self)
        // Two tools that make these files write alternatives differently.
        let alternatives =
            try fields.decodeIfPresent([WastExpectation].self, forKey: .either)
            ?? fields.decodeIfPresent([WastExpectation].self, forKey: .values)
        if let alternatives {
            self = .either(alternatives)
            return
        }
        let type = try fields.decode(String.self, forKey: .type)
        if type == "v128" {
            self = .lanes(try WastLanes(from: decoder))
            return
        }
        let text = try? fields.decode(String.self, forKey: .value)
        switch (text, WastReference(rawValue: type)) {
        case ("nan:canonical", _): self = .canonicalNaN(isDouble: type == "f64")
        case ("nan:arithmetic", _): self = .arithmeticNaN(isDouble: type == "f64")
        case (nil, let reference?): self = .reference(reference)
        default: self = .value(try WastValue(from: decoder))
        }
    }

    /// Whether a result is what was expected.
    func matches(_ result: WastResult) -> Bool {
        switch self {
        case .value(let value): result == .value(value)
        case .canonicalNaN(isDouble: false): result.f32.map { $0 & 0x7FFF_FFFF == 0x7FC0_0000 } ?? false
        case .canonicalNaN: result.f64.map { $0 & 0x7FFF_FFFF_FFFF_FFFF == 0x7FF8_0000_0000_0000 } ?? false
        case .arithmeticNaN(isDouble: false): result.f32.map { $0 & 0x7FC0_0000 == 0x7FC0_0000 } ?? false
        case .arithmeticNaN: result.f64.map { $0 & 0x7FF8_0000_0000_0000 == 0x7FF8_0000_0000_0000 } ?? false
        case .reference(.funcref): result == .function
        case .reference(.externref):
            if case .value(.extern) = result { true } else { false }
        case .lanes(let lanes):
            if case .value(.v128(let low, let high)) = result { lanes.match(low, high) } else { false }
        case .either(let alternatives): alternatives.contains { $0.matches(result) }
        }
    }
}

/// A result as a script can speak of it.
enum WastResult: Hashable {
    case value(WastValue)
    /// A function reference that is not null.
    case function

    fileprivate var f32: UInt32? {
        if case .value(.f32(let bits)) = self { bits } else { nil }
    }
    fileprivate var f64: UInt64? {
        if case .value(.f64(let bits)) = self { bits } else { nil }
    }
}
