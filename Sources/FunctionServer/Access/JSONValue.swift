/// A text in JSON, read strictly: what is said twice, or goes on behind the end, is an error.
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var object: [String: JSONValue]? { if case .object(let fields) = self { fields } else { nil } }

    init(parsing bytes: [UInt8]) throws(JSONFailure) {
        var reader = JSONReader(bytes)
        self = try reader.whole()
    }
}

/// Where a text stops being JSON.
struct JSONFailure: Error, Equatable, CustomStringConvertible {
    let reason: String
    let offset: Int

    var description: String { "\(reason) at byte \(offset)" }
}

private struct JSONReader {
    private let bytes: [UInt8]
    private var at = 0
    private static let maximumDepth = 16

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func fail(_ reason: String) -> JSONFailure { JSONFailure(reason: reason, offset: at) }

    mutating func whole() throws(JSONFailure) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard next == nil else { throw fail("more than one value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONFailure) -> JSONValue {
        guard depth < Self.maximumDepth else { throw fail("nested too deeply") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), .some(0x30...0x39): return number()
        default: throw fail("no value")
        }
    }

    private mutating func object(depth: Int) throws(JSONFailure) -> JSONValue {
        var fields: [String: JSONValue] = [:]
        try list(to: UInt8(ascii: "}")) { (reader) throws(JSONFailure) in
            reader.skipSpace()
            guard reader.next == UInt8(ascii: "\"") else { throw reader.fail("no name") }
            let name = try reader.string()
            guard fields[name] == nil else { throw reader.fail("a name twice") }
            reader.skipSpace()
            guard reader.skip(UInt8(ascii: ":")) else { throw reader.fail("no colon") }
            fields[name] = try reader.value(depth: depth + 1)
        }
        return .object(fields)
    }

    private mutating func array(depth: Int) throws(JSONFailure) -> JSONValue {
        var values: [JSONValue] = []
        try list(to: UInt8(ascii: "]")) { (reader) throws(JSONFailure) in
            values.append(try reader.value(depth: depth + 1))
        }
        return .array(values)
    }

    /// What lies between brackets, with commas.
    private mutating func list(
        to end: UInt8, _ element: (inout JSONReader) throws(JSONFailure) -> Void
    ) throws(JSONFailure) {
        at += 1
        skipSpace()
        guard !skip(end) else { return }
        while true {
            try element(&self)
            skipSpace()
            if skip(end) { return }
            guard skip(UInt8(ascii: ",")) else { throw fail("no comma") }
        }
    }

    private mutating func string() throws(JSONFailure) -> String {
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw fail("no UTF-8") }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw fail("a control character")
            default: text.append(byte)
            }
        }
        throw fail("a string without end")
    }

    private mutating func escape() throws(JSONFailure) -> [UInt8] {
        guard let byte = next else { throw fail("a string without end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return try unicode()
        default: throw fail("no such escape")
        }
    }

    /// One scalar, of one or two escapes.
    private mutating func unicode() throws(JSONFailure) -> [UInt8] {
        let first = try unit()
        var code = UInt32(first)
        if UTF16.isLeadSurrogate(first) {
            guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else { throw fail("half a character") }
            let second = try unit()
            guard UTF16.isTrailSurrogate(second) else { throw fail("half a character") }
            code = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        }
        guard let scalar = UnicodeScalar(code) else { throw fail("half a character") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func unit() throws(JSONFailure) -> UInt16 {
        guard at + 4 <= bytes.count, bytes[at] != UInt8(ascii: "+"), bytes[at] != UInt8(ascii: "-"),
            let unit = UInt16(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
        else { throw fail("no four digits") }
        at += 4
        return unit
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFailure) -> JSONValue {
        let letters = word.description.utf8
        guard bytes[at...].starts(with: letters) else { throw fail("no value") }
        at += letters.count
        return value
    }

    /// Nothing asks for one, so its value is not kept.
    private mutating func number() -> JSONValue {
        while let byte = next,
            byte == UInt8(ascii: "+") || (0x2D...0x2E).contains(byte) || (0x30...0x39).contains(byte)
                || byte | 0x20 == UInt8(ascii: "e")
        {
            at += 1
        }
        return .number
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 }
    }
}
