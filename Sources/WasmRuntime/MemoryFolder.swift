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
        guard let separator = text.lastRange(of: ":size=") else {
            guard !text.isEmpty else { return nil }
            self.init(guest: text)
            return
        }
        guard let bytes = Self.bytes(text[separator.upperBound...]), separator.lowerBound > text.startIndex else {
            return nil
        }
        self.init(guest: String(text[..<separator.lowerBound]), bytes: bytes)
    }

    private static func bytes(_ text: Substring) -> UInt64? {
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

extension String {
    /// The last place of a part.
    ///
    /// Foundation has this too; a command that starts in milliseconds has no room for it.
    fileprivate func lastRange(of part: String) -> Range<Index>? {
        var start = index(endIndex, offsetBy: -part.count, limitedBy: startIndex)
        while let at = start {
            if self[at...].hasPrefix(part) { return at..<index(at, offsetBy: part.count) }
            start = at > startIndex ? index(before: at) : nil
        }
        return nil
    }
}
