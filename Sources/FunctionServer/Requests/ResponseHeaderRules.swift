/// What a function may put into a response's header.
package enum ResponseHeaderRules {
    /// Most header fields taken from a function.
    package static let maximumFields = 256
    /// Most bytes of header taken from a function.
    package static let maximumBytes = 64 * 1024

    /// Fields that belong to the connection, or that the server knows better: dropped.
    private static let dropped: Set<String> = [
        "connection", "content-length", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// A bit for each length that one of them has: most names are told from them by that.
    private static let droppedLengths: UInt64 = dropped.reduce(0) { $0 | 1 << UInt64($1.utf8.count) }

    private static func isDropped(_ name: String) -> Bool {
        droppedLengths & 1 << UInt64(min(63, name.utf8.count)) != 0 && dropped.contains(name.lowercased())
    }

    /// Fields that everybody would read another one of, if there were two.
    private static let single: [StaticString] = ["content-type", "location"]

    /// Statuses that a function may answer with; the informational ones are the server's.
    package static func isAllowed(status: Int) -> Bool {
        (200...599).contains(status)
    }

    /// The response as it goes out.
    package static func checked(_ response: FunctionResponse) throws(FunctionFailure) -> FunctionResponse {
        guard isAllowed(status: response.status) else {
            throw FunctionFailure(.badOutput, "bad status \(response.status)")
        }
        var response = response
        response.headers = try sanitize(response.headers)
        return response
    }

    /// The fields that go out.
    package static func sanitize(
        _ fields: [(name: String, value: String)]
    ) throws(FunctionFailure) -> [(name: String, value: String)] {
        guard fields.count <= maximumFields else { throw FunctionFailure(.badOutput, "too many header fields") }
        var bytes = 0
        var hasDropped = false
        for field in fields {
            guard isToken(field.name) else { throw FunctionFailure(.badOutput, "malformed name of a header field") }
            guard isValue(field.value) else {
                throw FunctionFailure(.badOutput, "control character in header field \(field.name)")
            }
            bytes += field.name.utf8.count + field.value.utf8.count
            guard bytes <= maximumBytes else { throw FunctionFailure(.badOutput, "header too large") }
            hasDropped = hasDropped || isDropped(field.name)
        }
        let kept = hasDropped ? fields.filter { !isDropped($0.name) } : fields
        for name in single where kept.count(where: { $0.name.isField(name) }) > 1 {
            throw FunctionFailure(.badOutput, "more than one \(name)")
        }
        return kept
    }

    /// Whether it is a `token` of RFC 9110.
    static func isToken(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { !$0.isEmpty && $0.allSatisfy(isTokenByte) }
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        let set = byte < 0x40 ? tokenBytes.low : byte < 0x80 ? tokenBytes.high : 0
        return set >> UInt64(byte & 0x3F) & 1 != 0
    }

    /// A bit for each byte of ASCII that a token may have: letters, digits, and ``!#$%&'*+-.^_`|~``.
    private static let tokenBytes: (low: UInt64, high: UInt64) = (0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE)

    /// Whether it can be the value of a field: no control characters but the tab.
    static func isValue(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { $0.allSatisfy { ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 } }
    }
}
