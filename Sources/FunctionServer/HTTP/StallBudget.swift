import Synchronization

/// How often in a second functions may hold up event loops for longer than they should.
///
/// Each function answers for itself (``CallPace``); this is for many of them at once.
final class StallBudget: Sendable {
    /// Stalls in a second, each of about ``CallPace/budget`` at most: what a host call does is not cut short.
    static let most = 20

    private let second = Atomic<Int64>(0)
    private let stalls = Atomic<Int>(0)

    /// Whether there is none left in this second.
    func isSpent(at now: MonotonicTime) -> Bool {
        stalls.load(ordering: .relaxed) >= Self.most && second.load(ordering: .relaxed) == now.nanoseconds / .second
    }

    /// One loop was held up.
    func spend(at now: MonotonicTime) {
        let present = now.nanoseconds / .second
        if second.exchange(present, ordering: .relaxed) != present { stalls.store(0, ordering: .relaxed) }
        stalls.add(1, ordering: .relaxed)
    }
}
