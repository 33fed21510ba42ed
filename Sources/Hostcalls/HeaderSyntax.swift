/// What guests may put into header lines: a line break in a value would let them write the rest of the message.
///
/// <https://www.rfc-editor.org/rfc/rfc9110.html#section-5>
enum HeaderSyntax {
    /// Whether the bytes are a token: a method or a header name.
    static func isToken(_ bytes: UnsafeRawBufferPointer) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { isTokenByte($0) }
    }

    /// A header value without the white space around it; nil if it has control characters or is no UTF-8.
    static func value(_ bytes: UnsafeRawBufferPointer) -> String? {
        var bytes = bytes[...]
        while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        let text = UnsafeRawBufferPointer(rebasing: bytes)
        guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { return nil }
        return String(validating: text, as: UTF8.self)
    }

    /// Whether the host alone decides on a header, because it frames the message or belongs to the connection.
    ///
    /// A guest that copies such a header from elsewhere means no harm, so setting one does nothing.
    static func isOfTheHost(_ name: String) -> Bool {
        lengths & 1 << UInt64(min(63, name.utf8.count)) != 0 && ofTheHost.contains(name.lowercased())
    }

    private static let ofTheHost: Set<String> = [
        "connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade",
    ]

    /// A bit for each length that one of them has: most names are told from them by that.
    private static let lengths: UInt64 = ofTheHost.reduce(0) { $0 | 1 << UInt64($1.utf8.count) }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
