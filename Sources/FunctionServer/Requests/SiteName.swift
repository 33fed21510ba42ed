/// The name that a site goes by: a `Host` without what does not matter in it.
///
/// Lower case, without port and without the dot at the end, in the form that DNS has (`xn--…` for other alphabets). What
/// is no name, and so could lead elsewhere as a folder (a dot in front, a slash, nothing at all), is none.
package struct SiteName: Hashable, Sendable, CustomStringConvertible {
    private static let maximumLength = 253
    private static let maximumLabel = 63

    /// The name, which is the folder's too.
    package let description: String

    /// Reads a `Host`, or the authority of a URL: `Example.COM.:8080` is `example.com`.
    package init?(host: String) {
        guard let name = Self.withoutPort(host) else { return nil }
        var labels = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        if labels.count > 1, labels.last == "" { labels.removeLast() }
        guard labels.allSatisfy(Self.isLabel) else { return nil }
        description = labels.joined(separator: ".")
        guard description.utf8.count <= Self.maximumLength else { return nil }
    }

    /// The port behind a host, if there is one.
    static func port(of host: String) -> Int? {
        guard let colon = host.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        return UInt16(host[host.utf8.index(after: colon)...]).map(Int.init)
    }

    private static func withoutPort(_ host: String) -> Substring? {
        guard let colon = host.lastIndex(of: ":") else { return host[...] }
        let port = host[host.index(after: colon)...]
        guard port.utf8.count <= 5, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return host[..<colon]
    }

    /// Letters, digits, hyphens within; underscores, which some names have.
    private static func isLabel(_ label: Substring) -> Bool {
        let isPlain = label.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
        }
        return isPlain && (1...maximumLabel).contains(label.utf8.count) && label.utf8.first != 0x2D
            && label.utf8.last != 0x2D
    }
}
