/// A name as the domain name system has it, in lower case and without the dot at the end: `www.example.com`.
package struct DomainName: Sendable, Hashable, CustomStringConvertible {
    /// Bytes of the longest name on the wire, lengths of labels and the root's included.
    static let maximumLength = 255
    private static let maximumLabel = 63

    /// The labels with dots between them.
    package let description: String

    /// Nil if the text is no name of letters, digits, hyphens and underscores.
    package init?(_ text: String) {
        var labels = text.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        if labels.count > 1, labels.last == "" { labels.removeLast() }
        guard labels.allSatisfy(Self.isLabel) else { return nil }
        description = labels.joined(separator: ".")
        guard description.utf8.count + 2 <= Self.maximumLength else { return nil }
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...maximumLabel).contains(label.utf8.count)
            && label.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
            }
    }

    /// On the wire: each label behind its length, then the root's length, 0.
    var wire: [UInt8] {
        description.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}
