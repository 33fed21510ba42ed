import Synchronization

/// How often something took how long, in buckets that grow by about two and a half.
final class DurationHistogram: Sendable {
    /// Upper ends of the buckets, in nanoseconds; above the last is one without end.
    static let bounds: [Int64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    private struct State {
        var counts = [Int](repeating: 0, count: DurationHistogram.bounds.count + 1)
        var sum: Int64 = 0
    }

    private let state = Mutex(State())

    func record(_ nanoseconds: Int64) {
        let bucket = Self.bounds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count
        state.withLock {
            $0.counts[bucket] += 1
            $0.sum += nanoseconds
        }
    }

    /// Each bucket's count, and the sum in nanoseconds.
    var snapshot: (counts: [Int], sum: Int64) { state.withLock { ($0.counts, $0.sum) } }
}
