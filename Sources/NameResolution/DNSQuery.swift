/// A question as it goes out.
package struct DNSQuery: Sendable {
    /// Bytes of the longest one that is sent: header, name, type, and the extensions' record with some options.
    package static let maximumSize = 512

    /// With an identifier that nobody can guess, as all that tells an answer from a forged one, beside the port.
    private(set) var bytes: [UInt8]
    let question: DNSQuestion
    private let givenIdentifier: UInt16
    private let identifier: UInt16

    /// The question for a name's records of a type.
    init(_ name: DomainName, type: UInt16) throws(ResolutionFailure) {
        // One question, recursion wanted.
        let header: [UInt8] = [0, 0, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        try self.init(header + name.wire + [UInt8(type >> 8), UInt8(type & 0xFF), 0, UInt8(DNSType.internet)])
    }

    /// Checks that the bytes are one plain question, with nothing behind it but the extensions' record.
    package init(_ bytes: [UInt8]) throws(ResolutionFailure) {
        guard bytes.count <= Self.maximumSize else { throw .malformed }
        var reader = DNSReader(bytes)
        let header = try DNSHeader(&reader)
        guard !header.isResponse, !header.isTruncated, header.operation == 0, header.code == 0, header.counts[0] == 1,
            header.counts[1] == 0, header.counts[2] == 0, header.counts[3] <= 1
        else { throw .malformed }
        question = try DNSQuestion(&reader)
        if header.counts[3] == 1 {
            guard try DNSRecord(&reader).type == DNSType.extensions else { throw .malformed }
        }
        guard reader.isAtEnd, question.group == DNSType.internet, !DNSType.transfers.contains(question.type) else {
            throw .malformed
        }
        givenIdentifier = header.identifier
        identifier = UInt16.random(in: 0 ... .max)
        self.bytes = bytes
        self.bytes[0] = UInt8(identifier >> 8)
        self.bytes[1] = UInt8(identifier & 0xFF)
    }

    /// The name that is asked for, in lower case; nil if it is none of a host.
    package var name: String? {
        let text = question.labels.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
        return question.labels.allSatisfy { !$0.contains(UInt8(ascii: ".")) } ? DomainName(text)?.description : nil
    }

    /// The answer's bytes as those who gave the question expect them: with their own identifier.
    ///
    /// Every record must lie within it, and the question be the same.
    func restored(_ answer: [UInt8]) throws(ResolutionFailure) -> [UInt8] {
        _ = try allRecords(in: answer)
        var answer = answer
        answer[0] = UInt8(givenIdentifier >> 8)
        answer[1] = UInt8(givenIdentifier & 0xFF)
        return answer
    }

    /// The records that an answer gives, of the type that was asked for.
    func records(in answer: [UInt8]) throws(ResolutionFailure) -> [DNSRecord] {
        let (records, code) = try allRecords(in: answer)
        if code == DNSHeader.noSuchName { throw .noSuchName }
        guard !records.isEmpty else { throw .noData }
        return records
    }

    /// The same, with the answer's code.
    private func allRecords(in answer: [UInt8]) throws(ResolutionFailure) -> ([DNSRecord], code: UInt16) {
        var reader = DNSReader(answer)
        let header = try DNSHeader(&reader)
        guard header.isResponse, header.identifier == identifier, header.operation == 0, header.counts[0] == 1,
            try DNSQuestion(&reader) == question
        else { throw .malformed }
        var records: [DNSRecord] = []
        for index in 0..<header.counts[1...].reduce(0, +) {
            let record = try DNSRecord(&reader)
            guard index < header.counts[1] else { continue }
            if record.type == question.type, record.group == question.group { records.append(record) }
        }
        guard reader.isAtEnd else { throw .malformed }
        return (records, header.code)
    }
}
