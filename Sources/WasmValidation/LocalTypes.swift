import WasmModule

/// The types of a function's locals.
///
/// Declarations are runs, and a few bytes can declare 50,000 locals; so only the first locals are written out,
/// and the others are found by searching the runs.
struct LocalTypes {
    private static let expandedLimit: UInt64 = 256

    private var expanded: [ValueType] = []
    /// Per run, the index after its last local, and its type.
    private var runs: [(end: UInt64, type: ValueType)] = []
    private(set) var count: UInt64 = 0

    mutating func removeAll() {
        expanded.removeAll(keepingCapacity: true)
        runs.removeAll(keepingCapacity: true)
        count = 0
    }

    mutating func append(_ length: UInt32, _ type: ValueType) {
        guard length > 0 else { return }
        let end = count + UInt64(length)
        for _ in count..<max(count, min(end, Self.expandedLimit)) { expanded.append(type) }
        count = end
        runs.append((end, type))
    }

    @inline(__always)
    subscript(index: UInt32) -> ValueType {
        index < expanded.count ? expanded[Int(index)] : find(index)
    }

    private func find(_ index: UInt32) -> ValueType {
        precondition(UInt64(index) < count, "the function has the local")
        var low = 0
        var high = runs.count - 1
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].end > UInt64(index) { high = middle } else { low = middle + 1 }
        }
        return runs[low].type
    }
}
