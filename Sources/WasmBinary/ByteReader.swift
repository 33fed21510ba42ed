import WasmModule

/// A cursor over a range of the module's bytes.
///
/// Every read is checked against the range's end.
///
/// The bytes belong to the caller, who keeps them alive while the reader is used; positions are offsets from the
/// module's first byte, so that they can be reported as they are.
struct ByteReader {
    private let all: UnsafeBufferPointer<UInt8>
    /// Of the next byte.
    private(set) var position: Int
    let end: Int
    /// Whether this reads a section or a body, not the whole module.
    private let isPart: Bool
    /// The function whose body is read, for errors.
    var function: FunctionIndex?

    init(_ bytes: UnsafeBufferPointer<UInt8>, range: Range<Int>, isPart: Bool = true) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "the range lies within the bytes")
        all = bytes
        self.isPart = isPart
        position = range.lowerBound
        end = range.upperBound
    }

    var remaining: Int { end - position }
    var isAtEnd: Bool { position == end }

    @inline(never)
    func failure(_ message: String, at offset: Int? = nil) -> DecodeError {
        DecodeError(offset: offset ?? position, message: message, function: function)
    }

    @inline(never)
    func endFailure() -> DecodeError {
        failure(isPart ? "unexpected end of section or function" : "unexpected end", at: end)
    }

    @inline(__always)
    mutating func byte() throws(DecodeError) -> UInt8 {
        guard position < end else { throw endFailure() }
        let byte = all[position]
        position += 1
        return byte
    }

    /// The next byte, which stays there.
    func peek() -> UInt8? { position < end ? all[position] : nil }

    /// Steps over `count` bytes and returns where they are.
    mutating func skip(_ count: Int) throws(DecodeError) -> Range<Int> {
        guard count <= remaining else { throw failure("length out of bounds") }
        let start = position
        position += count
        return start..<position
    }

    /// A reader of the next `count` bytes, over which this one steps.
    mutating func part(_ count: Int) throws(DecodeError) -> ByteReader {
        let range = try skip(count)
        var part = ByteReader(all, range: range)
        part.function = function
        return part
    }

    func bytes(in range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: all[range])
    }
}

// MARK: - Numbers

extension ByteReader {
    @inline(__always)
    mutating func u32() throws(DecodeError) -> UInt32 {
        guard position < end, all[position] < 0x80 else { return UInt32(truncatingIfNeeded: try leb(bits: 32)) }
        let byte = all[position]
        position += 1
        return UInt32(byte)
    }

    @inline(__always)
    mutating func u64() throws(DecodeError) -> UInt64 {
        guard position < end, all[position] < 0x80 else { return try leb(bits: 64) }
        let byte = all[position]
        position += 1
        return UInt64(byte)
    }

    /// A signed number's bits, extended to 64.
    @inline(__always)
    mutating func signed(bits: Int) throws(DecodeError) -> Int64 {
        guard position < end, all[position] < 0x80 else { return try signedLEB(bits: bits) }
        let byte = all[position]
        position += 1
        return Int64(Int8(truncatingIfNeeded: Int(byte) << 1) >> 1)
    }

    /// An unsigned LEB128 number of at most `bits` bits.
    ///
    /// <https://webassembly.github.io/spec/core/binary/values.html#integers>
    @inline(never)
    private mutating func leb(bits: Int) throws(DecodeError) -> UInt64 {
        let start = position
        var result: UInt64 = 0
        var shift = 0
        while true {
            let byte = try byte()
            result |= UInt64(byte & 0x7F) &<< UInt64(shift)
            shift += 7
            guard byte & 0x80 == 0 else {
                guard shift < bits else { throw failure("integer representation too long", at: start) }
                continue
            }
            if shift > bits, byte >> UInt8(7 - (shift - bits)) != 0 { throw failure("integer too large", at: start) }
            return result
        }
    }

    @inline(never)
    private mutating func signedLEB(bits: Int) throws(DecodeError) -> Int64 {
        let start = position
        var result: Int64 = 0
        var shift = 0
        while true {
            let byte = try byte()
            result |= Int64(byte & 0x7F) &<< Int64(shift)
            shift += 7
            guard byte & 0x80 == 0 else {
                guard shift < bits else { throw failure("integer representation too long", at: start) }
                continue
            }
            let group = Int8(truncatingIfNeeded: Int(byte) << 1) >> 1
            if shift > bits {
                // The bits beyond the type's width have to repeat its sign bit.
                let excess = group >> Int8(6 - (shift - bits))
                guard excess == 0 || excess == -1 else { throw failure("integer too large", at: start) }
            }
            if shift < 64, group < 0 { result |= -1 &<< Int64(shift) }
            return result
        }
    }

    /// `count` bytes as a little-endian number.
    @inline(__always)
    mutating func littleEndian(_ count: Int) throws(DecodeError) -> UInt64 {
        guard remaining >= count else { throw endFailure() }
        var result: UInt64 = 0
        for index in 0..<count { result |= UInt64(all[position + index]) << UInt64(8 * index) }
        position += count
        return result
    }
}
