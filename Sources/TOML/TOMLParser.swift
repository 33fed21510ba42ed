/// Reads documents of TOML 1.0, without dates and times, which nothing here is set by.
///
/// Memory and depth are bounded by the document's length and by ``maximumDepth``, whoever wrote it.
///
/// > Note: <https://toml.io/en/v1.0.0>
package struct TOMLParser {
    /// How deep lists, tables and keys with dots may be nested, each.
    package static let maximumDepth = 32

    let bytes: [UInt8]
    var at = 0
    var line = 1

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads a whole document.
    package static func parse(_ bytes: [UInt8]) throws(TOMLError) -> TOMLTable {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw TOMLError(line: 1, "it is not UTF-8") }
        var parser = TOMLParser(bytes)
        if text.hasPrefix("\u{FEFF}") { parser.at = 3 }
        return try parser.document()
    }

    private mutating func document() throws(TOMLError) -> TOMLTable {
        let root = TableBuilder(.header, line: 1)
        var current = root
        while true {
            try skipLines()
            guard peek != nil else { return root.table }
            if peek == UInt8(ascii: "[") {
                current = try header(root)
            } else {
                try pair(into: current, depth: 0)
            }
            try endOfLine()
        }
    }

    private mutating func header(_ root: TableBuilder) throws(TOMLError) -> TableBuilder {
        let line = line
        at += 1
        let isList = take("[")
        let path = try keyPath()
        guard take("]"), !isList || take("]") else {
            throw fail("expected \(isList ? "]]" : "]") behind a table's name")
        }
        return isList ? try root.nextTable(at: path, line: line) : try root.table(at: path, line: line)
    }

    mutating func pair(into table: TableBuilder, depth: Int) throws(TOMLError) {
        let line = line
        let path = try keyPath()
        guard take("=") else { throw fail("expected = behind \(path.joined(separator: "."))") }
        skipBlanks()
        let value = try value(depth: depth)
        try table.set(path, to: TOMLNode(value, line: line))
    }

    // MARK: - Keys

    private mutating func keyPath() throws(TOMLError) -> [String] {
        var path: [String] = []
        repeat {
            skipBlanks()
            path.append(try key())
            guard path.count <= Self.maximumDepth else { throw fail("a name of more than \(Self.maximumDepth) parts") }
            skipBlanks()
        } while take(".")
        return path
    }

    private mutating func key() throws(TOMLError) -> String {
        if peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "'") { return try string(isKey: true) }
        let start = at
        while let byte = peek, Self.isBare(byte) { at += 1 }
        guard at > start else { throw fail("expected a name") }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    static func isBare(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
            || byte == 0x5F
    }

    // MARK: - Bytes

    var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    mutating func skipBlanks() {
        while peek == 0x20 || peek == 0x09 { at += 1 }
    }

    /// Blanks, comments and ends of lines.
    mutating func skipLines() throws(TOMLError) {
        while true {
            skipBlanks()
            if peek == UInt8(ascii: "#") { try skipComment() }
            guard try newline() else { return }
        }
    }

    private mutating func endOfLine() throws(TOMLError) {
        skipBlanks()
        if peek == UInt8(ascii: "#") { try skipComment() }
        guard peek != nil, try !newline() else { return }
        throw fail("expected the end of the line")
    }

    private mutating func skipComment() throws(TOMLError) {
        while let byte = peek, byte != 0x0A, !isCRLF {
            guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw fail("a control character") }
            at += 1
        }
    }

    private var isCRLF: Bool { peek == 0x0D && at + 1 < bytes.count && bytes[at + 1] == 0x0A }

    /// Takes the end of a line, if it is next.
    mutating func newline() throws(TOMLError) -> Bool {
        if isCRLF { at += 1 }
        guard take("\n") else { return false }
        line += 1
        return true
    }

    func fail(_ message: String) -> TOMLError { TOMLError(line: line, message) }
}
