import Synchronization

/// Numbers to name requests by: none comes twice, and none tells the next.
///
/// A keyed hash (SipHash-2-4) of a counter. The key is the only thing that the system is asked for.
final class IdentityNumbers: Sendable {
    private let key: (UInt64, UInt64)
    private let counter = Atomic<UInt64>(0)

    init() {
        var random = SystemRandomNumberGenerator()
        key = (random.next(), random.next())
    }

    /// A number of 128 bits.
    func next() -> (UInt64, UInt64) {
        let number = counter.wrappingAdd(2, ordering: .relaxed).oldValue
        return (hash(number), hash(number &+ 1))
    }

    private func hash(_ word: UInt64) -> UInt64 {
        var state = (
            0x736f_6d65_7073_6575 ^ key.0, 0x646f_7261_6e64_6f6d ^ key.1, 0x6c79_6765_6e65_7261 ^ key.0,
            0x7465_6462_7974_6573 ^ key.1
        )
        Self.absorb(word, &state)
        Self.absorb(8 << 56, &state)
        state.2 ^= 0xFF
        for _ in 0..<4 { Self.round(&state) }
        return state.0 ^ state.1 ^ state.2 ^ state.3
    }

    private typealias State = (UInt64, UInt64, UInt64, UInt64)

    private static func absorb(_ word: UInt64, _ state: inout State) {
        state.3 ^= word
        round(&state)
        round(&state)
        state.0 ^= word
    }

    private static func round(_ state: inout State) {
        state.0 &+= state.1
        state.1 = rotated(state.1, 13) ^ state.0
        state.0 = rotated(state.0, 32)
        state.2 &+= state.3
        state.3 = rotated(state.3, 16) ^ state.2
        state.0 &+= state.3
        state.3 = rotated(state.3, 21) ^ state.0
        state.2 &+= state.1
        state.1 = rotated(state.1, 17) ^ state.2
        state.2 = rotated(state.2, 32)
    }

    private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }
}

/// Sixteen hexadecimal digits for each word.
enum Hexadecimal {
    private static let digits: StaticString = "0123456789abcdef"

    /// Writes the word's digits.
    ///
    /// Returns how many.
    @discardableResult
    static func write(_ word: UInt64, to buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int) -> Int {
        for digit in 0..<16 {
            buffer[start + digit] = digits.utf8Start[Int(word >> UInt64(60 - 4 * digit) & 15)]
        }
        return 16
    }

    static func text(_ words: (UInt64, UInt64)) -> String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            write(words.0, to: buffer, at: 0) + write(words.1, to: buffer, at: 16)
        }
    }

    /// Whether the bytes are digits, of lower case, and not all zero.
    static func isNumber(_ bytes: some Sequence<UInt8>) -> Bool {
        var isZero = true
        for byte in bytes {
            guard isDigit(byte) else { return false }
            isZero = isZero && byte == UInt8(ascii: "0")
        }
        return !isZero
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
