/// Reads a message of the domain name system, every length of which may be a lie.
///
/// <https://www.rfc-editor.org/rfc/rfc1035.html#section-4>
struct DNSReader {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func byte() throws(ResolutionFailure) -> UInt8 {
        guard position < bytes.count else { throw .malformed }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func word() throws(ResolutionFailure) -> UInt16 {
        let high = try byte()
        return UInt16(high) << 8 | UInt16(try byte())
    }

    mutating func bytes(_ count: Int) throws(ResolutionFailure) -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else { throw .malformed }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// A name that is written out, without a pointer to another one.
    ///
    /// Returns its labels.
    mutating func plainName() throws(ResolutionFailure) -> [ArraySlice<UInt8>] {
        let start = position
        var labels: [ArraySlice<UInt8>] = []
        while case let length = try byte(), length != 0 {
            guard length < 0x40 else { throw .malformed }
            labels.append(try bytes(Int(length)))
        }
        guard position - start <= DomainName.maximumLength else { throw .malformed }
        return labels
    }

    /// Passes over a name, which may end in a pointer to what stands before it.
    mutating func skipName() throws(ResolutionFailure) {
        let start = position
        while case let length = try byte(), length != 0 {
            if length >= 0xC0 {
                let target = Int(length & 0x3F) << 8 | Int(try byte())
                guard target >= DNSHeader.size, target < start else { throw .malformed }
                break
            }
            guard length < 0x40 else { throw .malformed }
            _ = try bytes(Int(length))
        }
        guard position - start <= DomainName.maximumLength else { throw .malformed }
    }
}
