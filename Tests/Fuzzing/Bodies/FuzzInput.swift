/// Reads numbers from an input; zeros behind its end.
struct FuzzInput {
    private var rest: Slice<UnsafeBufferPointer<UInt8>>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func number(bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(byte()) << (8 * $1) }
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}

extension FuzzInput {
    /// Places in a guest's memory that an argument of one byte names.
    static let slots = 128
    static let slotSize = 16

    static func address(ofSlot slot: Int) -> Int { 256 + slot * slotSize }

    /// An argument of a call: a small number, a slot's address, a number at some boundary, or any.
    mutating func argument(memory size: Int) -> UInt64 {
        let kind = Int(byte())
        switch kind {
        case ..<64: return UInt64(kind)
        case ..<192: return UInt64(Self.address(ofSlot: kind - 64))
        case ..<224:
            let boundaries = Self.boundaries(memory: UInt64(size))
            return boundaries[(kind - 192) % boundaries.count]
        case ..<240: return number(bytes: 2)
        default: return number(bytes: 8)
        }
    }

    private static func boundaries(memory size: UInt64) -> [UInt64] {
        [
            size - 16, size - 8, size - 4, size - 1, size, size + 1, size / 2, size / 8, size / 16,
            0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFF8, 0xFFFF_FFFC, 0xFFFF_FFFF,
            0x1_0000_0000, 1 << 40, 1 << 63, .max >> 1, .max - 1, .max,
            // All rights of preview 1, and those to read and to search.
            0x3FFF_FFFF, 0x2002, 64, 100, 255, 256, 1000, 1024, 4095, 4096, 65535,
        ]
    }

    /// Where and what to write before the next call.
    mutating func poke() -> (address: Int, bytes: [UInt8]) {
        let slot = Int(byte()) % Self.slots
        return (Self.address(ofSlot: slot), bytes(Int(byte()) % 64))
    }
}
