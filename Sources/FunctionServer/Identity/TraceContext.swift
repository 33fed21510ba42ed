/// Where a request belongs among others: W3C Trace Context, level 1.
///
/// <https://www.w3.org/TR/trace-context/>
package struct TraceContext: Equatable, Sendable {
    /// `traceparent`, with the server as the parent.
    package var parent: String
    /// `tracestate`, of others; only with a `traceparent` of theirs.
    package var state: String?

    private static let length = 55
    /// Characters of a state that have to be handed on.
    private static let maximumState = 512
    private static let maximumMembers = 32

    /// Continues what the client began, if there is one `traceparent` that is valid; else begins a trace.
    ///
    /// `span` is the server's own part in it, `trace` the number of a trace that begins here.
    package init(
        parents: [String], states: [String], trace: @autoclosure () -> (UInt64, UInt64), span: UInt64
    ) {
        if parents.count == 1, let known = parents.first, Self.isParent(known) {
            parent = Self.text(span) { buffer in Self.copy(known, to: buffer) }
            state = Self.joined(states)
        } else {
            let trace = trace()
            parent = Self.text(span) { buffer in
                Hexadecimal.write(trace.0, to: buffer, at: 3)
                Hexadecimal.write(trace.1, to: buffer, at: 19)
            }
            state = nil
        }
    }

    /// `00-TRACE-SPAN-FLAGS`: 32 digits, 16, and 2, which are zero unless somebody asked to record the trace.
    private static func text(_ span: UInt64, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) -> String {
        String(unsafeUninitializedCapacity: length) { buffer in
            for index in 0..<length { buffer[index] = UInt8(ascii: "0") }
            for index in [2, 35, 52] { buffer[index] = UInt8(ascii: "-") }
            fill(buffer)
            // Zero would be no span.
            Hexadecimal.write(span | 1, to: buffer, at: 36)
            return length
        }
    }

    /// Takes over trace and flags.
    private static func copy(_ parent: String, to buffer: UnsafeMutableBufferPointer<UInt8>) {
        for (index, byte) in parent.utf8.prefix(length).enumerated() where (3..<35).contains(index) || index >= 53 {
            buffer[index] = byte
        }
    }

    /// Later versions may be longer, and begin like this one.
    private static func isParent(_ text: String) -> Bool {
        let bytes = Array(text.utf8.prefix(length + 1))
        guard bytes.count >= length, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D else { return false }
        let isFirst = bytes[0] == UInt8(ascii: "0") && bytes[1] == UInt8(ascii: "0")
        let isNone = bytes[0] == UInt8(ascii: "f") && bytes[1] == UInt8(ascii: "f")
        guard bytes[..<2].allSatisfy(Hexadecimal.isDigit), !isNone else { return false }
        guard bytes.count == length || !isFirst && bytes[length] == 0x2D else { return false }
        return Hexadecimal.isNumber(bytes[3..<35]) && Hexadecimal.isNumber(bytes[36..<52])
            && bytes[53..<55].allSatisfy(Hexadecimal.isDigit)
    }

    /// The members of all fields; nil: none, or too many, or something else.
    private static func joined(_ states: [String]) -> String? {
        let state = states.joined(separator: ",")
        guard !state.isEmpty, state.utf8.count <= maximumState else { return nil }
        let members = state.split(separator: ",").map { $0.drop { $0 == " " || $0 == "\t" } }.filter { !$0.isEmpty }
        let isSound = members.allSatisfy { member in
            member.utf8.allSatisfy { (0x20...0x7E).contains($0) } && member.dropFirst().contains("=")
        }
        return isSound && (1...maximumMembers).contains(members.count) ? state : nil
    }
}
