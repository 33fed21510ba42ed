/// A folder that lives in memory, under a guest's name for it.
package struct MemoryFolder: Equatable, Sendable {
    package var guest: String
    /// What may be in it: contents, names and bookkeeping.
    package var bytes: UInt64

    /// Unless it is said otherwise.
    package static let defaultBytes: UInt64 = 16 << 20

    package init(guest: String, bytes: UInt64 = defaultBytes) {
        self.guest = guest
        self.bytes = bytes
    }

    /// `GUEST` or `GUEST:size=BYTES`, with `k`, `m` or `g` behind the number for its multiples; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let guest = parts.first, !guest.isEmpty else { return nil }
        self.init(guest: String(guest))
        guard parts.count == 2 else { return }
        guard parts[1].hasPrefix("size="), let bytes = Self.bytes(parts[1].dropFirst(5)) else { return nil }
        self.bytes = bytes
    }

    /// A number of bytes above 0, with `k`, `m` or `g` behind it for its multiples.
    package static func bytes(_ text: Substring) -> UInt64? {
        let digits = text.prefix { $0 >= "0" && $0 <= "9" }
        let shift: UInt64? =
            switch text[digits.endIndex...] {
            case "": 0
            case "k", "K": 10
            case "m", "M": 20
            case "g", "G": 30
            default: nil
            }
        guard let number = UInt64(digits), let shift, number > 0, number <= UInt64(Int64.max) >> shift else {
            return nil
        }
        return number << shift
    }
}
