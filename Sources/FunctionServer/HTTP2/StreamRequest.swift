import NIOHPACK
import NIOHTTP1

/// A request's header as HTTP/2 has it, in the form that the rest of the server knows.
enum StreamRequest {
    /// Header fields taken from a client, those of HTTP/2 itself included.
    static let mostFields = 260

    /// The head; nil if the block is none: what a name or a value must not hold could be more than one field to others.
    static func head(of block: HPACKHeaders) -> HTTPRequestHead? {
        guard block.count <= mostFields else { return nil }
        var pseudo: [String: String] = [:]
        var fields: [(String, String)] = []
        var cookies: [String] = []
        for (name, value, _) in block {
            if name.hasPrefix(":") {
                guard isClean(value), pseudo.updateValue(value, forKey: name) == nil else { return nil }
            } else {
                guard ResponseHeaderRules.isToken(name), name == name.lowercased(), isField(value) else { return nil }
                if name == "cookie" { cookies.append(value) } else { fields.append((name, value)) }
            }
        }
        guard let method = pseudo[":method"], ResponseHeaderRules.isToken(method) else { return nil }
        // CONNECT has no path, and is refused further on.
        guard let target = pseudo[":path"] ?? pseudo[":authority"], !target.isEmpty else { return nil }
        // Clients may send one cookie a field, and whoever reads them expects one field.
        if !cookies.isEmpty { fields.append(("cookie", cookies.joined(separator: "; "))) }
        let headers = HTTPHeaders(withHost(pseudo[":authority"], fields))
        return HTTPRequestHead(version: .http2, method: HTTPMethod(rawValue: method), uri: target, headers: headers)
    }

    /// The fields with the authority as `Host`.
    ///
    /// Where there is another `Host`, both stay, and the request is refused for it.
    private static func withHost(_ authority: String?, _ fields: [(String, String)]) -> [(String, String)] {
        guard let authority, !authority.isEmpty else { return fields }
        let others = fields.filter { $0.0 != "host" || $0.1.lowercased() != authority.lowercased() }
        return [("host", authority)] + others
    }

    /// No control characters, no spaces.
    private static func isClean(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    /// The same, with spaces and tabs within.
    private static func isField(_ value: String) -> Bool {
        guard ResponseHeaderRules.isValue(value) else { return false }
        guard let first = value.utf8.first, let last = value.utf8.last else { return true }
        return ![0x20, 0x09].contains(first) && ![0x20, 0x09].contains(last)
    }
}

extension HTTPVersion {
    /// Of requests on streams.
    static let http2 = HTTPVersion(major: 2, minor: 0)
}
