/// Makes text from elsewhere safe to print: one line, no terminal sequences, bounded.
package enum LogEscaping {
    /// Bytes of the longest line; the rest is cut and said to be.
    package static let maximumLine = 4096

    /// The bytes as one line of text.
    ///
    /// Control characters, and bytes that are no UTF-8, become `\x1b` and the like.
    package static func escape(_ bytes: some Collection<UInt8>, limit: Int = maximumLine) -> String {
        var text = ""
        for scalar in String(decoding: bytes.prefix(limit), as: UTF8.self).unicodeScalars {
            append(scalar, to: &text)
        }
        if bytes.count > limit { text += "… (\(bytes.count - limit) bytes more)" }
        return text
    }

    /// The text as one line.
    package static func escape(_ text: String, limit: Int = maximumLine) -> String {
        escape(Array(text.utf8), limit: limit)
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        if isPrintable(scalar) { text.unicodeScalars.append(scalar) } else { text += escaped(scalar) }
    }

    /// Whether it shows as itself, and nothing else happens when it does.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    /// A character that is not printed, as what stands for it.
    static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            let digits = String(scalar.value, radix: 16)
            return scalar.value < 0x100 ? "\\x" + (digits.count < 2 ? "0" : "") + digits : "\\u{" + digits + "}"
        }
    }
}
