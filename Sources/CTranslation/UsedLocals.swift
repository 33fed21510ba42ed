/// Which locals a body names: only those are declared in C.
///
/// A few bytes declare 50,000 locals, in each of a million functions; what they cost here is what the body says.
struct UsedLocals {
    private var bits: [UInt64] = []
    private var indices: [UInt32] = []

    var count: Int { indices.count }

    mutating func removeAll() {
        for index in indices { bits[Int(index >> 6)] = 0 }
        indices.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    mutating func note(_ index: UInt32) {
        let word = Int(index >> 6)
        let bit = UInt64(1) << UInt64(index & 63)
        if word < bits.count && bits[word] & bit != 0 { return }
        insert(index, word, bit)
    }

    @inline(never)
    private mutating func insert(_ index: UInt32, _ word: Int, _ bit: UInt64) {
        while bits.count <= word { bits.append(0) }
        bits[word] |= bit
        indices.append(index)
    }

    /// Ascending.
    func sorted() -> [UInt32] { indices.sorted() }
}
