/// Hosts that guests may send requests to: `example.com`, `*.example.com` (its subdomains, not itself) or `*` (any),
/// each with `:port` behind it or else meaning the scheme's own port.
package struct HostPattern: Sendable, Hashable, CustomStringConvertible {
    private enum Name: Hashable {
        case any
        case exact(String)
        /// With the dot in front: `.example.com`.
        case below(String)
    }

    private let name: Name
    private let port: UInt16?
    package let description: String

    /// Nil if the text is no pattern.
    package init?(_ text: String) {
        var host = text.lowercased()[...]
        var port: UInt16?
        if let colon = host.lastIndex(of: ":"), host.last != "]" {
            guard let number = UInt16(host[host.index(after: colon)...]), number > 0 else { return nil }
            port = number
            host = host[..<colon]
        }
        guard let name = Self.name(host) else { return nil }
        self.name = name
        self.port = port
        description = text
    }

    /// Whether a URL's host, in lower case and without a dot at the end, and its port are meant.
    func matches(host: String, port: UInt16, defaultPort: UInt16) -> Bool {
        port == self.port ?? defaultPort && matches(name: host)
    }

    /// Whether a host's name is meant, in lower case and without a dot at the end, at whatever port.
    func matches(name host: String) -> Bool {
        switch name {
        case .any: return true
        case .exact(let exact): return host == exact
        case .below(let suffix): return host.utf8.count > suffix.utf8.count && host.hasSuffix(suffix)
        }
    }

    private static func name(_ host: Substring) -> Name? {
        if host == "*" { return .any }
        if host.hasPrefix("*.") {
            let suffix = host.dropFirst()
            return suffix.count > 1 && isHostName(suffix.dropFirst()) ? .below(String(suffix)) : nil
        }
        if host.hasPrefix("["), host.hasSuffix("]"),
            host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" })
        {
            return .exact(String(host))
        }
        return isHostName(host) ? .exact(String(host)) : nil
    }

    private static func isHostName(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            !label.isEmpty
                && label.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                }
        }
    }
}
