import Synchronization

/// How often something took how long, in buckets that grow by about two and a half.
///
/// Counted without a lock, since every answer comes here; a snapshot may have one answer in a bucket and not in the sum.
final class DurationHistogram: Sendable {
    /// Upper ends of the buckets, in nanoseconds; above the last is one without end.
    static let bounds: [Int64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    private let counts = CounterArray(count: DurationHistogram.bounds.count + 1)
    private let sum = Atomic<Int64>(0)

    func record(_ nanoseconds: Int64) {
        counts.add(at: Self.bounds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count)
        sum.add(nanoseconds, ordering: .relaxed)
    }

    /// Each bucket's count, and the sum in nanoseconds.
    var snapshot: (counts: [Int], sum: Int64) { (counts.values, sum.load(ordering: .relaxed)) }
}
