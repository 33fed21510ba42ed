/// A growing buffer of C text.
///
/// Bytes are appended without a check for encoding: everything written is ASCII.
struct CText: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0
    /// In bytes; what would go beyond it is not kept, and `isOverflowing` says so.
    var limit = Int.max
    private(set) var isOverflowing = false

    init(capacity: Int = 1 << 16) {
        self.capacity = capacity
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    /// The last byte written; 0 if there is none.
    var last: UInt8 { count > 0 ? base[count - 1] : 0 }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    mutating func removeAll() {
        count = 0
        joined = 0
        isOverflowing = false
    }

    /// Makes room; what is beyond the limit is thrown away instead.
    @inline(never)
    private mutating func grow(_ more: Int) {
        if count > limit {
            isOverflowing = true
            count = 0
            joined = 0
        }
        guard count + more > capacity else { return }
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if count + more > capacity || count > limit { grow(more) }
    }

    @inline(__always)
    mutating func write(byte: UInt8) {
        if count == capacity { grow(1) }
        base[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func write(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        reserve(length)
        (base + count).update(from: text.utf8Start, count: length)
        count += length
    }

    mutating func write(_ other: UnsafeBufferPointer<UInt8>) {
        guard let start = other.baseAddress else { return }
        reserve(other.count)
        (base + count).update(from: start, count: other.count)
        count += other.count
    }

    /// Writes `_` over the first `.` from `start` on: what was written there is a name.
    mutating func overwriteDot(after start: Int) {
        for position in start..<count where base[position] == UInt8(ascii: ".") {
            base[position] = UInt8(ascii: "_")
            return
        }
    }

    // MARK: Statements

    /// Expressions that were joined by commas, one of which is the last that was written; 0 if something else is.
    private var joined = 0
    /// An optimizing compiler recurses over the commas of one statement.
    private static let mostJoined = 50

    /// Ends what was written as a statement.
    mutating func endStatement() {
        write(";\n")
        joined = 0
    }

    /// Ends an expression that is a statement of its own.
    ///
    /// If another follows, a comma does: libtcc looks for a declaration in front of every statement, and for a label.
    mutating func endExpression() {
        write(",\n")
        joined += 1
        if joined == Self.mostJoined { beginStatement() }
    }

    /// Before what a label cannot stand in front of: a declaration, or the end of a block.
    mutating func endLabel() {
        if count >= 2 && base[count - 2] == UInt8(ascii: ":") && base[count - 1] == 10 { endStatement() }
    }

    /// Before a statement that is no expression.
    @inline(__always)
    mutating func beginStatement() {
        guard joined > 0 else { return }
        precondition(count >= 2 && base[count - 2] == UInt8(ascii: ","), "an expression was written last")
        base[count - 2] = UInt8(ascii: ";")
        joined = 0
    }

    /// Whether the text from `start` to `end` is `m+l3`, or `m+(l3=…)`.
    func isBase(of local: Int32, _ start: Int, _ end: Int) -> Bool {
        guard start >= 0, start <= end, end <= count else { return false }
        let text = UnsafeBufferPointer(start: base + start, count: end - start)
        let name = "l\(local)"
        if text.elementsEqual("m+\(name)".utf8) { return true }
        return text.starts(with: "m+(\(name)=".utf8) && text.last == UInt8(ascii: ")")
    }

    // MARK: Names and numbers

    /// Gives a variable, a letter and a number, another name in the text from `start` on.
    mutating func rename(_ letter: UInt8, _ number: Int32, to other: UInt8, _ otherNumber: Int32, since start: Int) {
        let old = [letter] + String(number).utf8
        let text = Array(UnsafeBufferPointer(start: base + start, count: count - start))
        count = start
        var at = 0
        while at < text.count {
            let end = at + old.count
            let isName =
                end <= text.count && text[at] == letter && text[at..<end].elementsEqual(old)
                && !(at > 0 && text[at - 1].isOfName) && !(end < text.count && text[end].isOfName)
            if isName {
                write(byte: other)
                write(otherNumber)
                at = end
            } else {
                write(byte: text[at])
                at += 1
            }
        }
    }

    /// A decimal number.
    @inline(__always)
    mutating func write(_ value: UInt64) {
        if value < 10 {
            write(byte: 48 + UInt8(truncatingIfNeeded: value))
        } else {
            writeDigits(value)
        }
    }

    @inline(never)
    private mutating func writeDigits(_ value: UInt64) {
        reserve(20)
        if value < 1000 {
            // What most offsets, names and labels are.
            let small = UInt32(truncatingIfNeeded: value)
            let hundreds = small / 100
            if hundreds > 0 {
                base[count] = 48 + UInt8(truncatingIfNeeded: hundreds)
                count += 1
            }
            let tens = small / 10 % 10
            base[count] = 48 + UInt8(truncatingIfNeeded: tens)
            base[count + 1] = 48 + UInt8(truncatingIfNeeded: small % 10)
            count += 2
            return
        }
        var digits = 3
        var power: UInt64 = 1000
        while digits < 20 && value >= power {
            digits += 1
            power = power.multipliedReportingOverflow(by: 10).partialValue
            if digits == 20 { break }
        }
        var rest = value
        var at = count + digits
        while rest > 0 {
            at -= 1
            base[at] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digits
    }

    @inline(__always)
    mutating func write(_ value: Int) { write(UInt64(value)) }

    @inline(__always)
    mutating func write(_ value: Int32) { write(UInt64(value)) }

    @inline(__always)
    mutating func write(_ value: UInt32) { write(UInt64(value)) }

    /// `0x…`, for bit patterns.
    mutating func write(hexadecimal value: UInt64) {
        write("0x")
        var shift = 60
        while shift > 0 && value >> UInt64(shift) == 0 { shift -= 4 }
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift) & 15)
            write(byte: digit < 10 ? 48 + digit : 87 + digit)
            shift -= 4
        }
    }
}

extension UInt8 {
    /// Whether a C name may contain it.
    fileprivate var isOfName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
