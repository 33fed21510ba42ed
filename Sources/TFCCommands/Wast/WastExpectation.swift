/// What a result has to be.
enum WastExpectation: Decodable {
    case value(WastValue)
    /// A NaN whose payload has only its top bit set.
    case canonicalNaN(isDouble: Bool)
    /// A NaN whose payload has at least its top bit set.
    case arithmeticNaN(isDouble: Bool)
    /// Any reference that the type's name stands for (``WastReference/includes(_:)``).
    case reference(WastReference)
    /// Any number or vector of a type.
    case any(type: String)
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
        guard fields.contains(.value) else {
            self = try Self.bare(type)
            return
        }
        if type == "v128" {
            self = .lanes(try WastLanes(from: decoder))
            return
        }
        switch try fields.decode(String.self, forKey: .value) {
        case "nan:canonical": self = .canonicalNaN(isDouble: type == "f64")
        case "nan:arithmetic": self = .arithmeticNaN(isDouble: type == "f64")
        default: self = .value(try WastValue(from: decoder))
        }
    }

    /// A type without a value.
    private static func bare(_ type: String) throws(CommandFailure) -> WastExpectation {
        if let reference = WastReference(rawValue: type) { return .reference(reference) }
        guard ["i32", "i64", "f32", "f64", "v128"].contains(type) else {
            throw CommandFailure("there are no results of type \(type)")
        }
        return .any(type: type)
    }

    /// Whether a result is what was expected.
    func matches(_ result: WastResult) -> Bool {
        switch self {
        case .value(let value): result.equals(value)
        case .canonicalNaN(isDouble: false): result.f32.map { $0 & 0x7FFF_FFFF == 0x7FC0_0000 } ?? false
        case .canonicalNaN: result.f64.map { $0 & 0x7FFF_FFFF_FFFF_FFFF == 0x7FF8_0000_0000_0000 } ?? false
        case .arithmeticNaN(isDouble: false): result.f32.map { $0 & 0x7FC0_0000 == 0x7FC0_0000 } ?? false
        case .arithmeticNaN: result.f64.map { $0 & 0x7FF8_0000_0000_0000 == 0x7FF8_0000_0000_0000 } ?? false
        case .reference(let reference): result.isOf(reference)
        case .any(let type): result.typeName == type
        case .lanes(let lanes): result.vector.map { lanes.match($0.low, $0.high) } ?? false
        case .either(let alternatives): alternatives.contains { $0.matches(result) }
        }
    }
}
