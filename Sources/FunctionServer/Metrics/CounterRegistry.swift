package import CoreMetrics
import Synchronization

/// Keeps the counters of swift-metrics, for the admin's page; its other kinds of metrics count for nothing here.
package final class CounterRegistry: MetricsFactory {
    /// A counter's name and labels, in order.
    struct Key: Hashable, Comparable {
        var name: String
        var labels: [String]

        static func < (left: Self, right: Self) -> Bool {
            left.name != right.name ? left.name < right.name : left.labels.lexicographicallyPrecedes(right.labels)
        }
    }

    private let counters = Mutex<[Key: (labels: [(String, String)], counter: AtomicCounter)]>([:])

    /// Without counters.
    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let key = Key(name: label, labels: dimensions.flatMap { [$0.0, $0.1] })
        return counters.withLock { counters in
            if let known = counters[key] { return known.counter }
            let counter = AtomicCounter()
            counters[key] = (dimensions, counter)
            return counter
        }
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        NOOPMetricsHandler.instance
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// All of them, in the order of their names.
    var all: [(name: String, labels: [(String, String)], value: Int64)] {
        counters.withLock { counters in
            counters.sorted { $0.key < $1.key }.map { ($0.key.name, $0.value.labels, $0.value.counter.value) }
        }
    }
}

private final class AtomicCounter: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func increment(by amount: Int64) { count.add(amount, ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }
}
