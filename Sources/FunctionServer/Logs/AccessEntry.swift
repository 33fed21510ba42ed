/// What the access log tells of one answer.
struct AccessEntry {
    /// Bytes of a target that are logged; the rest is cut.
    static let maximumTarget = 2048

    /// Nanoseconds since 1970, at the answer's end.
    var time: Int64
    var id: String
    /// The client's address.
    var client: String
    /// Who it is, if it has shown that.
    var user: String?
    /// Empty if there is one site only.
    var site = ""
    /// Nil: what came was no request.
    var method: String?
    var target = ""
    var version = ""
    var status: Int
    /// Bytes of body handed to the connection.
    var bytes: Int64 = 0
    /// Nanoseconds from the request's header to the answer's end.
    var duration: Int64 = 0
    /// Empty if no function was called.
    var function = ""

    /// Bytes that the line of most requests has room in.
    private static let usualLine = 768

    /// Gives the line as it is but for its time, if it is short and nothing in it has to be escaped.
    ///
    /// So that nobody waits for the log's lock while it is put together.
    func withPlainMembers<Result>(
        _ format: LogFormat, _ body: (_ members: UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        guard format == .json else { return body(nil) }
        return withUnsafeTemporaryAllocation(byteCount: Self.usualLine, alignment: 1) { room in
            var line = PlainLine(in: room)
            writeMembers(&line)
            line.add("}\n")
            return body(line.isSound ? line.bytes : nil)
        }
    }

    /// Adds the line, whose members may be there already.
    func write(
        _ format: LogFormat, _ members: UnsafeRawBufferPointer?, _ stamp: inout TimeStamp, to line: inout [UInt8]
    ) {
        guard let members else { return write(format, &stamp, to: &line) }
        LineText.append("{\"time\":\"", to: &line)
        stamp.append(time, to: &line)
        line.append(contentsOf: members)
    }

    /// Adds the line.
    func write(_ format: LogFormat, _ stamp: inout TimeStamp, to line: inout [UInt8]) {
        switch format {
        case .text: writeText(&stamp, &line)
        case .json: writeJSON(&stamp, &line)
        }
        line.append(UInt8(ascii: "\n"))
    }

    /// `TIME CLIENT USER "METHOD TARGET PROTOCOL" STATUS BYTES SECONDS SITE FUNCTION ID`, a hyphen for what is not.
    private func writeText(_ stamp: inout TimeStamp, _ line: inout [UInt8]) {
        stamp.append(time, to: &line)
        Self.field(client, &line)
        Self.field(user ?? "", &line)
        if let method {
            LineText.append(" \"", to: &line)
            LineText.append(method, as: .text, limit: Self.maximumTarget, to: &line)
            line.append(UInt8(ascii: " "))
            LineText.append(target, as: .text, limit: Self.maximumTarget, to: &line)
            line.append(UInt8(ascii: " "))
            LineText.append(version, as: .text, to: &line)
            LineText.append("\" ", to: &line)
        } else {
            LineText.append(" - ", to: &line)
        }
        LineText.append(status, to: &line)
        line.append(UInt8(ascii: " "))
        LineText.append(Int(bytes), to: &line)
        line.append(UInt8(ascii: " "))
        writeDuration(&line)
        Self.field(site, &line)
        Self.field(function, &line)
        Self.field(id, &line)
    }

    /// White space would make two fields of one.
    private static func field(_ text: String, _ line: inout [UInt8]) {
        line.append(UInt8(ascii: " "))
        guard !text.isEmpty else { return line.append(UInt8(ascii: "-")) }
        guard text.utf8.contains(UInt8(ascii: " ")) else {
            return LineText.append(text, as: .text, limit: maximumTarget, to: &line)
        }
        var escaped: [UInt8] = []
        LineText.append(text, as: .text, limit: maximumTarget, to: &escaped)
        for byte in escaped { if byte == UInt8(ascii: " ") { line += "\\x20".utf8 } else { line.append(byte) } }
    }

    private func writeJSON(_ stamp: inout TimeStamp, _ line: inout [UInt8]) {
        LineText.append("{\"time\":\"", to: &line)
        stamp.append(time, to: &line)
        writeMembers(&line)
        line.append(UInt8(ascii: "}"))
    }

    /// All of the object but the time, from the quotation mark behind that on.
    func writeMembers(_ line: inout some LogLine) {
        line.add("\"")
        Self.member(",\"id\":\"", id, &line)
        Self.member(",\"client\":\"", client, &line)
        Self.member(",\"user\":\"", user ?? "", &line)
        Self.member(",\"site\":\"", site, &line)
        if let method {
            Self.member(",\"method\":\"", method, &line)
            Self.member(",\"target\":\"", target, &line)
            Self.member(",\"protocol\":\"", version, &line)
        }
        line.add(",\"status\":")
        line.add(status, digits: 1)
        line.add(",\"bytes\":")
        line.add(Int(bytes), digits: 1)
        line.add(",\"seconds\":")
        writeDuration(&line)
        Self.member(",\"function\":\"", function, &line)
    }

    private static func member(_ start: StaticString, _ text: String, _ line: inout some LogLine) {
        guard !text.isEmpty else { return }
        line.add(start)
        line.add(escaping: text, limit: maximumTarget)
        line.add("\"")
    }

    /// Seconds, to the microsecond.
    private func writeDuration(_ line: inout some LogLine) {
        let microseconds = Int(duration / 1000)
        line.add(microseconds / 1_000_000, digits: 1)
        line.add(".")
        line.add(microseconds % 1_000_000, digits: 6)
    }
}
