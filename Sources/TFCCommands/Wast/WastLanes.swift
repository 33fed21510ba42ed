/// A vector as scripts have it: its lanes' type, and each lane's bits or what its bits have to be.
struct WastLanes: Decodable {
    enum Lane {
        case bits(UInt64)
        case canonicalNaN
        case arithmeticNaN
    }

    var lanes: [Lane]

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: WastValue.Field.self)
        let type = try fields.decode(String.self, forKey: .laneType)
        guard let bits = Int(type.dropFirst()), [8, 16, 32, 64].contains(bits) else {
            throw CommandFailure("there are no lanes of type \(type)")
        }
        lanes = try fields.decode([String].self, forKey: .value).map { try Self.lane($0, width: bits) }
        guard lanes.count == 128 / bits else { throw CommandFailure("not the number of lanes of a vector") }
    }

    /// A decimal number, signed or unsigned, or a pattern.
    private static func lane(_ text: String, width: Int) throws(CommandFailure) -> Lane {
        switch text {
        case "nan:canonical": return .canonicalNaN
        case "nan:arithmetic": return .arithmeticNaN
        default:
            guard let bits = UInt64(text) ?? Int64(text).map(UInt64.init(bitPattern:)) else {
                throw CommandFailure("not a lane: \(text)")
            }
            return .bits(bits & mask(width))
        }
    }

    private static func mask(_ width: Int) -> UInt64 { UInt64.max >> UInt64(64 - width) }

    private var width: Int { 128 / lanes.count }

    /// The vector, if every lane has known bits.
    var value: WastValue? {
        var halves: [UInt64] = [0, 0]
        for (index, lane) in lanes.enumerated() {
            guard case .bits(let bits) = lane else { return nil }
            halves[index * width / 64] |= bits << UInt64(index * width % 64)
        }
        return .v128(low: halves[0], high: halves[1])
    }

    /// Whether each lane of a vector is what was expected.
    func match(_ low: UInt64, _ high: UInt64) -> Bool {
        lanes.enumerated().allSatisfy { index, lane in
            let half = index * width < 64 ? low : high
            return match(lane, half >> UInt64(index * width % 64) & Self.mask(width))
        }
    }

    private func match(_ lane: Lane, _ bits: UInt64) -> Bool {
        // The exponent and the payload's top bit; a canonical NaN has no other bits but perhaps the sign.
        let quiet: UInt64 = width == 32 ? 0x7FC0_0000 : 0x7FF8_0000_0000_0000
        let sign: UInt64 = 1 << UInt64(width - 1)
        return switch lane {
        case .bits(let expected): bits == expected
        case .canonicalNaN: bits & ~sign == quiet
        case .arithmeticNaN: bits & quiet == quiet
        }
    }
}
