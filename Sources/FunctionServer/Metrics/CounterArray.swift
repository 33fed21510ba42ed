import Synchronization

/// Numbers that any thread counts up, without a lock.
///
/// SAFETY: the memory is allocated and freed by the one owner, and reached by atomic operations alone in between.
final class CounterArray: @unchecked Sendable {
    private let counters: UnsafeMutablePointer<Atomic<Int>>
    private let count: Int

    init(count: Int) {
        self.count = count
        counters = .allocate(capacity: count)
        for index in 0..<count { (counters + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counters.deinitialize(count: count)
        counters.deallocate()
    }

    func add(at index: Int) {
        precondition((0..<count).contains(index))
        counters[index].add(1, ordering: .relaxed)
    }

    var values: [Int] { (0..<count).map { counters[$0].load(ordering: .relaxed) } }
}
