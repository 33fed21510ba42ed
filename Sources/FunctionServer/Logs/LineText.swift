import Glibc

/// How a line of a log is written.
package enum LogFormat: String, CaseIterable, Sendable {
    /// Fields one after the other, for people.
    case text
    /// An object a line, for programs.
    case json
}

/// Bytes of a line of a log, put together without a string for each part.
enum LineText {
    /// Adds text from elsewhere: no quotation mark ends it, nothing in it is a control character or a line's end.
    ///
    /// What is longer than the limit is cut, and ends in an ellipsis.
    static func append(_ text: String, as format: LogFormat, limit: Int = .max, to line: inout [UInt8]) {
        var text = text
        let isPlain = text.withUTF8 { bytes in
            guard bytes.count <= limit, self.isPlain(bytes) else { return false }
            line.append(contentsOf: bytes)
            return true
        }
        if !isPlain { appendEscaped(text.utf8, as: format, limit: limit, to: &line) }
    }

    /// Whether all bytes stand for themselves in every format.
    static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // Without a way out of the loop, several are looked at at a time.
        bytes.reduce(0) { $0 | oddity(of: $1) } == 0
    }

    /// Zero if the byte is plain.
    private static func oddity(of byte: UInt8) -> UInt8 {
        let isOdd: (Bool, Bool) = (byte &- 0x20 >= 0x7F - 0x20, byte == UInt8(ascii: "\""))
        return (isOdd.0 ? 1 : 0) | (isOdd.1 ? 1 : 0) | (byte == UInt8(ascii: "\\") ? 1 : 0)
    }

    /// Adds bytes from elsewhere; what is no UTF-8 becomes U+FFFD.
    static func appendEscaped(
        _ bytes: some Collection<UInt8>, as format: LogFormat, limit: Int = .max, to line: inout [UInt8]
    ) {
        for scalar in String(decoding: bytes.prefix(limit), as: UTF8.self).unicodeScalars {
            if scalar == "\"" || scalar == "\\" {
                line.append(UInt8(ascii: "\\"))
                line.append(UInt8(scalar.value))
            } else if LogEscaping.isPrintable(scalar) {
                line.append(contentsOf: String(scalar).utf8)
            } else if format == .text {
                line.append(contentsOf: LogEscaping.escaped(scalar).utf8)
            } else {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    line.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
                }
            }
        }
        if bytes.count > limit { line.append(contentsOf: "…".utf8) }
    }

    static func append(_ text: StaticString, to line: inout [UInt8]) {
        text.withUTF8Buffer { line.append(contentsOf: $0) }
    }

    /// Adds a number, with zeros before it up to so many digits.
    static func append(_ number: Int, digits: Int = 1, to line: inout [UInt8]) {
        var rest = UInt64(max(0, number))
        var count = 0
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { buffer in
            while rest > 0 || count < digits {
                count += 1
                buffer[24 - count] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            line.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[(24 - count)...]))
        }
    }
}

/// A moment as RFC 3339 has it, with milliseconds: `2026-11-28T15:04:05.006Z`.
///
/// Date and time are put together once a second.
struct TimeStamp {
    private var second: Int64 = .min
    private var start: [UInt8] = []

    /// Adds the moment so many nanoseconds after 1970.
    mutating func append(_ nanoseconds: Int64, to line: inout [UInt8]) {
        let second = nanoseconds / .second
        if second != self.second {
            self.second = second
            start = Self.start(second)
        }
        line.append(contentsOf: start)
        LineText.append(Int(nanoseconds / .millisecond % 1000), digits: 3, to: &line)
        line.append(UInt8(ascii: "Z"))
    }

    private static func start(_ second: Int64) -> [UInt8] {
        var seconds = time_t(second)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text: [UInt8] = []
        let fields: [(number: Int32, digits: Int, end: StaticString)] = [
            (1900 + parts.tm_year, 4, "-"), (parts.tm_mon + 1, 2, "-"), (parts.tm_mday, 2, "T"),
            (parts.tm_hour, 2, ":"), (parts.tm_min, 2, ":"), (parts.tm_sec, 2, "."),
        ]
        for field in fields {
            LineText.append(Int(field.number), digits: field.digits, to: &text)
            LineText.append(field.end, to: &text)
        }
        return text
    }
}
