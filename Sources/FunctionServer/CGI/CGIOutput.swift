/// Takes a command's output apart as it comes: header lines, an empty line, the body.
package struct CGIOutput {
    /// Status and fields of a response whose header is complete.
    package struct Head: Sendable {
        /// From `Status`, or 302 with a `Location`, or 200.
        package var status: Int
        /// The fields that go out.
        package var headers: [(name: String, value: String)]
        /// Bytes of body, where they are known before the body is there.
        package var length: Int?
    }

    private var line: [UInt8] = []
    private var size = 0
    private var status: Int?
    private var fields: [(name: String, value: String)] = []
    /// The header, once its empty line was there.
    package private(set) var head: Head?

    /// Waits for the first byte.
    package init() {}

    /// Takes the next bytes.
    ///
    /// Returns how many of them belonged to the header; the others are body.
    package mutating func take(_ bytes: some Collection<UInt8>) throws(FunctionFailure) -> Int {
        guard head == nil else { return 0 }
        var taken = 0
        for byte in bytes {
            taken += 1
            size += 1
            guard size <= ResponseHeaderRules.maximumBytes else { throw Self.bad("header too large") }
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.isEmpty {
                head = try finishedHead()
                return taken
            }
            try takeLine()
            line.removeAll(keepingCapacity: true)
        }
        return taken
    }

    /// What is wrong with output that ended here, if anything.
    package func finish() throws(FunctionFailure) {
        guard head == nil else { return }
        throw Self.bad(size == 0 ? "no output" : "the output ended within its header")
    }

    private mutating func takeLine() throws(FunctionFailure) {
        guard fields.count < ResponseHeaderRules.maximumFields else { throw Self.bad("too many header fields") }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw Self.bad("header line without colon") }
        guard let name = String(validating: line[..<colon], as: UTF8.self),
            let value = String(validating: Self.trim(line[(colon + 1)...]), as: UTF8.self)
        else { throw Self.bad("header line is no UTF-8") }
        guard name.lowercased() == "status" else {
            fields.append((name, value))
            return
        }
        guard status == nil else { throw Self.bad("more than one status") }
        let digits = value.utf8.prefix { $0 != UInt8(ascii: " ") }
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(String(Substring(digits))), ResponseHeaderRules.isAllowed(status: number)
        else { throw Self.bad("bad status") }
        status = number
    }

    private func finishedHead() throws(FunctionFailure) -> Head {
        let kept = try ResponseHeaderRules.sanitize(fields)
        let hasLocation = kept.contains { $0.name.isField("location") && !$0.value.isEmpty }
        let hasType = kept.contains { $0.name.isField("content-type") && !$0.value.isEmpty }
        let isBare = status == 204 || status == 304
        guard hasLocation || hasType || isBare else { throw Self.bad("neither Content-Type nor Location") }
        return Head(status: status ?? (hasLocation ? 302 : 200), headers: kept)
    }

    private static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var rest = bytes.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    private static func bad(_ cause: String) -> FunctionFailure { FunctionFailure(.badOutput, cause) }
}
