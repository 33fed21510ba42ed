import CCares
import Glibc

/// Where a name server listens: `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`.
///
/// Numbers only, since whose name would be asked for here?
package struct ResolverAddress: Sendable, Hashable, CustomStringConvertible {
    private let host: String
    private let isIPv6: Bool
    private let port: UInt16

    /// Nil if the text is no such address.
    package init?(_ text: String) {
        var host = text[...]
        var port: UInt16 = 53
        let isBracketed = host.hasPrefix("[")
        if let colon = host.lastIndex(of: ":"), isBracketed ? host[..<colon].hasSuffix("]") : Self.isOnlyColon(host) {
            guard let number = Self.port(host[host.index(after: colon)...]) else { return nil }
            port = number
            host = host[..<colon]
        }
        if isBracketed {
            guard host.hasSuffix("]") else { return nil }
            host = host.dropFirst().dropLast()
        }
        let isIPv6 = host.contains(":")
        guard isIPv6 || !isBracketed, Self.isAddress(String(host), isIPv6 ? AF_INET6 : AF_INET) else { return nil }
        self.host = String(host)
        self.isIPv6 = isIPv6
        self.port = port
    }

    /// As the resolver's library reads it.
    package var description: String { (isIPv6 ? "[\(host)]" : host) + ":\(port)" }

    private static func isOnlyColon(_ text: Substring) -> Bool { text.utf8.count { $0 == UInt8(ascii: ":") } == 1 }

    private static func port(_ text: Substring) -> UInt16? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text), port > 0 else {
            return nil
        }
        return port
    }

    private static func isAddress(_ text: String, _ family: Int32) -> Bool {
        var room = in6_addr()
        return inet_pton(family, text, &room) == 1
    }
}

extension ResolverAddress {
    /// Name servers that are asked at most.
    static let most = 3

    /// Those of the system, as its `resolv.conf` lists them; this machine's own if it lists none.
    package static func ofSystem(file: String = "/etc/resolv.conf") -> [ResolverAddress] {
        var found: [ResolverAddress] = []
        for line in contents(of: file).split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count > 1, words[0] == "nameserver", let address = ResolverAddress(String(words[1])) else {
                continue
            }
            found.append(address)
        }
        return found.isEmpty ? [ResolverAddress("127.0.0.1")].compactMap { $0 } : Array(found.prefix(most))
    }

    /// As much of it as anybody would write.
    private static func contents(of file: String) -> String {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
