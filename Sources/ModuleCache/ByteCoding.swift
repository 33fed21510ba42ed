/// Appends values in the compact form of the cache's files: integers of variable length, texts with their length.
struct ByteEncoder {
    private(set) var bytes: [UInt8] = []

    mutating func number(_ value: some FixedWidthInteger & UnsignedInteger) {
        var value = UInt64(value)
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    mutating func number(_ value: Int) { number(UInt64(bitPattern: Int64(value))) }

    mutating func text(_ text: String) {
        var text = text
        text.withUTF8 {
            number($0.count)
            bytes += $0
        }
    }

    mutating func list<T>(_ list: [T], _ encode: (inout ByteEncoder, T) -> Void) {
        number(list.count)
        for element in list { encode(&self, element) }
    }

    mutating func optional<T>(_ value: T?, _ encode: (inout ByteEncoder, T) -> Void) {
        number(value == nil ? 0 : 1)
        if let value { encode(&self, value) }
    }

    /// Bytes with their checksum behind them.
    static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var encoder = ByteEncoder()
        encoder.bytes = bytes
        encoder.seal()
        return encoder.bytes
    }

    /// Closes the file with a checksum of all that is before.
    mutating func seal() {
        let sum = checksum(bytes[...])
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: sum >> shift)) }
    }
}

/// Why a file of the cache cannot be used: it is cut, damaged or of another version.
struct DamagedFile: Error {}

/// Reads what was encoded.
///
/// Whatever the bytes are, reading them ends in a value or an error.
struct ByteDecoder {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// Of a sealed file, whose checksum must be right.
    init(sealed bytes: [UInt8]) throws(DamagedFile) {
        guard bytes.count >= 8 else { throw DamagedFile() }
        let content = bytes.dropLast(8)
        let sum = bytes.suffix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard sum == checksum(content) else { throw DamagedFile() }
        self.bytes = content
        position = content.startIndex
    }

    mutating func number<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(DamagedFile) -> T {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < bytes.endIndex else { throw DamagedFile() }
            let byte = bytes[position]
            position += 1
            if shift == 63, byte > 1 { throw DamagedFile() }
            value |= UInt64(byte & 0x7F) << shift
            guard byte < 0x80 else { continue }
            guard let result = T(exactly: value) else { throw DamagedFile() }
            return result
        }
        throw DamagedFile()
    }

    mutating func text() throws(DamagedFile) -> String {
        let count = try number(Int.self)
        guard count <= bytes.endIndex - position else { throw DamagedFile() }
        defer { position += count }
        return String(decoding: bytes[position..<(position + count)], as: UTF8.self)
    }

    mutating func list<T>(_ decode: (inout ByteDecoder) throws(DamagedFile) -> T) throws(DamagedFile) -> [T] {
        let count = try number(Int.self)
        // Every element takes a byte at least, which bounds what a damaged count can reserve.
        guard count <= bytes.endIndex - position else { throw DamagedFile() }
        var list: [T] = []
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(try decode(&self)) }
        return list
    }

    mutating func optional<T>(_ decode: (inout ByteDecoder) throws(DamagedFile) -> T) throws(DamagedFile) -> T? {
        switch try number(UInt8.self) {
        case 0: return nil
        case 1: return try decode(&self)
        default: throw DamagedFile()
        }
    }

    func expectEnd() throws(DamagedFile) {
        guard position == bytes.endIndex else { throw DamagedFile() }
    }
}

/// A checksum against damage, not against malice.
///
/// Any change of a single byte changes it, since each step is a bijection of the sum so far.
private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    var sum: UInt64 = 0x9E37_79B9_7F4A_7C15
    for byte in bytes {
        sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    return sum
}
