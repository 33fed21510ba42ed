/// Values but strings.
extension TOMLParser {
    mutating func value(depth: Int) throws(TOMLError) -> TOMLValue {
        guard depth < Self.maximumDepth else { throw fail("values nested deeper than \(Self.maximumDepth)") }
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string(isKey: false))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "{"): return .table(try inlineTable(depth: depth + 1))
        case nil, 0x0A, 0x0D, UInt8(ascii: "#"): throw fail("expected a value")
        default: return try word()
        }
    }

    private mutating func array(depth: Int) throws(TOMLError) -> [TOMLNode] {
        at += 1
        var nodes: [TOMLNode] = []
        while true {
            try skipLines()
            if take("]") { return nodes }
            let line = line
            nodes.append(TOMLNode(try value(depth: depth), line: line))
            try skipLines()
            if take("]") { return nodes }
            guard take(",") else { throw fail("expected , or ] in a list") }
        }
    }

    private mutating func inlineTable(depth: Int) throws(TOMLError) -> TOMLTable {
        let table = TableBuilder(.inline, line: line)
        at += 1
        skipBlanks()
        if take("}") { return table.table }
        while true {
            try pair(into: table, depth: depth)
            skipBlanks()
            if take("}") { return table.table }
            guard take(",") else { throw fail("expected , or } in a table") }
        }
    }

    /// `true`, `false`, or a number.
    private mutating func word() throws(TOMLError) -> TOMLValue {
        let start = at
        while let byte = peek, Self.isBare(byte) || "+.:".utf8.contains(byte) { at += 1 }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        switch text {
        case "": throw fail("expected a value")
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: break
        }
        if let number = Self.integer(text) { return .integer(number) }
        if let number = Self.float(text) { return .float(number) }
        throw fail("\(text) is no value; a text has quotation marks around it")
    }

    static func integer(_ text: String) -> Int64? {
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            guard let digits = plainDigits(text.dropFirst(2), radix: radix) else { return nil }
            return Int64(digits, radix: radix)
        }
        let isSigned = text.hasPrefix("-") || text.hasPrefix("+")
        guard let digits = plainDigits(text.dropFirst(isSigned ? 1 : 0), radix: 10), !hasLeadingZero(digits) else {
            return nil
        }
        return Int64((text.hasPrefix("-") ? "-" : "") + digits)
    }

    static func float(_ text: String) -> Double? {
        let isSigned = text.hasPrefix("-") || text.hasPrefix("+")
        let rest = text.dropFirst(isSigned ? 1 : 0)
        let sign = text.hasPrefix("-") ? -1.0 : 1.0
        if rest == "inf" { return sign * .infinity }
        if rest == "nan" { return .nan }
        let parts = rest.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard parts.count <= 2 else { return nil }
        let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count <= 2, halves.count + parts.count > 2 else { return nil }
        var digits: [String] = []
        for half in halves {
            guard let plain = plainDigits(half, radix: 10) else { return nil }
            digits.append(plain)
        }
        guard !hasLeadingZero(digits[0]) else { return nil }
        var number = digits.joined(separator: ".")
        if parts.count == 2 {
            let hasSign = parts[1].hasPrefix("-") || parts[1].hasPrefix("+")
            guard let exponent = plainDigits(parts[1].dropFirst(hasSign ? 1 : 0), radix: 10) else { return nil }
            number += "e" + (parts[1].hasPrefix("-") ? "-" : "") + exponent
        }
        return Double(number).map { sign * $0 }
    }

    /// Without the underscores, each of which has to stand between two digits.
    private static func plainDigits(_ text: Substring, radix: Int) -> String? {
        let groups = text.split(separator: "_", omittingEmptySubsequences: false)
        let isPlain = groups.allSatisfy { group in
            !group.isEmpty && group.utf8.allSatisfy { digit($0).map { $0 < radix } ?? false }
        }
        return isPlain ? groups.joined() : nil
    }

    private static func hasLeadingZero(_ digits: String) -> Bool { digits.utf8.count > 1 && digits.hasPrefix("0") }

    static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: nil
        }
    }
}
