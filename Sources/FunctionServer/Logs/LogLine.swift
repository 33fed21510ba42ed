/// What a line of a log is put together in.
protocol LogLine {
    /// Adds text of ours.
    mutating func add(_ text: StaticString)
    /// Adds text from elsewhere, escaped as JSON has it; what is longer than the limit is cut.
    mutating func add(escaping text: String, limit: Int)
    /// Adds a number, with zeros before it up to so many digits.
    mutating func add(_ number: Int, digits: Int)
}

extension Array: LogLine where Element == UInt8 {
    mutating func add(_ text: StaticString) { LineText.append(text, to: &self) }
    mutating func add(escaping text: String, limit: Int) { LineText.append(text, as: .json, limit: limit, to: &self) }
    mutating func add(_ number: Int, digits: Int) { LineText.append(number, digits: digits, to: &self) }
}

/// A line in memory that somebody lends, if it fits and nothing in it has to be escaped: most are such.
///
/// SAFETY: nothing is written at or behind the end of the memory, since each `add` looks for room first.
struct PlainLine: LogLine {
    private let room: UnsafeMutableRawBufferPointer
    private var count = 0
    /// Whether all of it is there as it should be; if not, it is of no use.
    private(set) var isSound = true

    init(in room: UnsafeMutableRawBufferPointer) {
        self.room = room
    }

    /// What is there.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: room[..<count]) }

    /// Takes so many bytes more, if there is room for them.
    private mutating func take(_ length: Int) -> UnsafeMutableRawPointer? {
        guard isSound, length <= room.count - count, let base = room.baseAddress else {
            isSound = false
            return nil
        }
        defer { count += length }
        return base + count
    }

    mutating func add(_ text: StaticString) {
        guard let place = take(text.utf8CodeUnitCount) else { return }
        place.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    }

    mutating func add(escaping text: String, limit: Int) {
        var text = text
        text.withUTF8 { bytes in
            guard bytes.count <= limit, LineText.isPlain(bytes), let place = take(bytes.count) else {
                isSound = false
                return
            }
            if let base = bytes.baseAddress { place.copyMemory(from: base, byteCount: bytes.count) }
        }
    }

    mutating func add(_ number: Int, digits: Int) {
        var (rest, length) = (UInt64(max(0, number)), 1)
        while rest >= 10 { (rest, length) = (rest / 10, length + 1) }
        length = max(length, digits)
        guard let place = take(length) else { return }
        rest = UInt64(max(0, number))
        for index in stride(from: length - 1, through: 0, by: -1) {
            place.storeBytes(of: UInt8(ascii: "0") + UInt8(rest % 10), toByteOffset: index, as: UInt8.self)
            rest /= 10
        }
    }
}
