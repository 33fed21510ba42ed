/// Strings of the four kinds.
extension TOMLParser {
    mutating func string(isKey: Bool) throws(TOMLError) -> String {
        let quote = bytes[at]
        let isLong = at + 2 < bytes.count && bytes[at + 1] == quote && bytes[at + 2] == quote
        guard isLong else {
            at += 1
            return try short(quote)
        }
        guard !isKey else { throw fail("a name of several lines") }
        at += 3
        _ = try newline()
        return try long(quote)
    }

    private mutating func short(_ quote: UInt8) throws(TOMLError) -> String {
        var text: [UInt8] = []
        while let byte = peek {
            if byte == quote {
                at += 1
                return String(decoding: text, as: UTF8.self)
            }
            try character(byte, quote, &text)
        }
        throw fail("a text without end")
    }

    private mutating func long(_ quote: UInt8) throws(TOMLError) -> String {
        let start = line
        var text: [UInt8] = []
        while let byte = peek {
            if byte == quote {
                let count = bytes[at...].prefix(6).prefix { $0 == quote }.count
                at += min(count, 5)
                // Up to two may stand before the three that end it.
                guard count >= 3 else {
                    text += repeatElement(quote, count: count)
                    continue
                }
                text += repeatElement(quote, count: min(count, 5) - 3)
                return String(decoding: text, as: UTF8.self)
            }
            if try newline() {
                text.append(0x0A)
            } else if quote == UInt8(ascii: "\""), byte == UInt8(ascii: "\\"), try joinsLines() {
                continue
            } else {
                try character(byte, quote, &text)
            }
        }
        throw TOMLError(line: start, "a text without end")
    }

    /// Takes a backslash at the end of a line, and all that is blank behind it.
    private mutating func joinsLines() throws(TOMLError) -> Bool {
        var next = at + 1
        while next < bytes.count, bytes[next] == 0x20 || bytes[next] == 0x09 { next += 1 }
        guard next < bytes.count, bytes[next] == 0x0A || bytes[next] == 0x0D else { return false }
        at = next
        while try newline() { skipBlanks() }
        return true
    }

    private mutating func character(_ byte: UInt8, _ quote: UInt8, _ text: inout [UInt8]) throws(TOMLError) {
        guard byte != 0x0A else { throw fail("a text without end") }
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw fail("a control character in a text") }
        at += 1
        guard quote == UInt8(ascii: "\""), byte == UInt8(ascii: "\\") else { return text.append(byte) }
        try escape(&text)
    }

    private mutating func escape(_ text: inout [UInt8]) throws(TOMLError) {
        let letter = peek
        at += 1
        switch letter {
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "\""): text.append(0x22)
        case UInt8(ascii: "\\"): text.append(0x5C)
        case UInt8(ascii: "u"): try scalar(digits: 4, &text)
        case UInt8(ascii: "U"): try scalar(digits: 8, &text)
        default: throw fail(#"an unknown character behind \; a backslash is \\, or the text stands in ' '"#)
        }
    }

    private mutating func scalar(digits: Int, _ text: inout [UInt8]) throws(TOMLError) {
        var number: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = peek.flatMap(Self.digit) else { throw fail("expected \(digits) hexadecimal digits") }
            number = number << 4 | UInt32(digit)
            at += 1
        }
        guard let scalar = Unicode.Scalar(number) else { throw fail("no character has this number") }
        text += Array(String(Character(scalar)).utf8)
    }
}
