import Glibc

/// An address on the internet: IPv4 as the part of IPv6 that holds it, so that `::ffff:192.0.2.1` is `192.0.2.1`.
package struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    /// The first and the last eight bytes.
    fileprivate let words: (high: UInt64, low: UInt64)

    private static let mapped: UInt64 = 0xFFFF << 32

    /// Reads an address: `192.0.2.1`, `2001:db8::1`.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        // 45 is the longest that an address can be written.
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var bytes: (high: UInt64, low: UInt64) = (0, 0)
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
            words = (UInt64(bigEndian: bytes.high), UInt64(bigEndian: bytes.low))
        } else {
            guard inet_pton(AF_INET, text, &bytes) == 1 else { return nil }
            words = (0, Self.mapped | UInt64(bigEndian: bytes.high) >> 32)
        }
    }

    /// Reads an address as proxies write it: with a port behind it, or in brackets.
    package init?(hop text: some StringProtocol) {
        let text = text.drop { $0 == " " || $0 == "\t" }
        if text.utf8.first == UInt8(ascii: "[") {
            guard let end = text.utf8.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            guard Self.isPort(text[text.utf8.index(after: end)...]) else { return nil }
            self.init(text[text.utf8.index(after: text.startIndex)..<end])
        } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text.utf8[..<colon].contains(0x2E) {
            guard Self.isPort(text[colon...]) else { return nil }
            self.init(text[..<colon])
        } else {
            self.init(text)
        }
    }

    /// Nothing, or `:8080`.
    private static func isPort(_ text: some StringProtocol) -> Bool {
        guard let colon = text.utf8.first else { return true }
        return colon == UInt8(ascii: ":") && (2...6).contains(text.utf8.count)
            && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    fileprivate var isIPv4: Bool { words.high == 0 && words.low >> 32 == 0xFFFF }

    /// As in a URL.
    var asHost: String { isIPv4 ? description : "[\(description)]" }

    package var description: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        var bytes = (words.high.bigEndian, words.low.bigEndian)
        if isIPv4 { bytes.0 = (words.low << 32).bigEndian }
        inet_ntop(isIPv4 ? AF_INET : AF_INET6, &bytes, &buffer, socklen_t(buffer.count))
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.high)
        hasher.combine(words.low)
    }
}

/// Addresses that begin alike: `10.0.0.0/8`, `fd00::/8`, or one address alone.
package struct AddressRange: Hashable, Sendable {
    private let first: ClientAddress
    /// How many bits of 128 count.
    private let length: Int

    /// Reads a range, whose bits beyond the prefix do not count.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = ClientAddress(parts[0]) else { return nil }
        self.first = first
        // Of an IPv4 address that is written as IPv6, the bits before it count as well.
        let isShort = first.isIPv4 && !parts[0].contains(":")
        guard parts.count > 1 else {
            length = 128
            return
        }
        let digits = parts[1]
        guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let bits = Int(digits), bits <= (isShort ? 32 : 128)
        else { return nil }
        length = isShort ? 96 + bits : bits
    }

    /// Whether the address is one of them.
    package func contains(_ address: ClientAddress) -> Bool {
        let high = Self.mask(min(length, 64))
        let low = Self.mask(max(0, length - 64))
        return (address.words.high ^ first.words.high) & high == 0 && (address.words.low ^ first.words.low) & low == 0
    }

    private static func mask(_ bits: Int) -> UInt64 { bits == 0 ? 0 : UInt64.max << UInt64(64 - bits) }
}
