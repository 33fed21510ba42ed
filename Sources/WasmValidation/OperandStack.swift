import WasmModule

/// The types of the operands, bottom to top.
///
/// An array would check its uniqueness at each push and pop: this is a pointer and a count. Positions are checked all
/// the same: what comes in here is made from hostile input.
struct OperandStack: ~Copyable {
    private var base: UnsafeMutablePointer<ValueType>
    private var capacity = 256
    private(set) var count = 0

    init() { base = .allocate(capacity: capacity) }

    deinit { base.deallocate() }

    subscript(index: Int) -> ValueType {
        @inline(__always)
        get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "an operand that is there")
            return base[index]
        }
    }

    @inline(__always)
    mutating func append(_ type: ValueType) {
        if count == capacity { grow() }
        base[count] = type
        count += 1
    }

    @inline(__always)
    mutating func removeLast() -> ValueType {
        precondition(count > 0, "an operand to remove")
        count -= 1
        return base[count]
    }

    mutating func removeLast(_ number: Int) {
        precondition(number >= 0 && number <= count, "that many operands to remove")
        count -= number
    }

    mutating func removeAll() { count = 0 }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<ValueType>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
