import Metrics

/// What became of functions that were to be optimized, on its way to the metrics.
enum OptimizationReport: String {
    /// The optimized code serves.
    case done
    /// There is no such code, nor will there be.
    case failed
    /// The time for it was over; there will be no such code.
    case late
    /// There is such code, and another version serves by now.
    case superseded

    /// What counts them.
    static let counter = "terrafirma_optimizations_total"

    func count() { Counter(label: Self.counter, dimensions: [("result", rawValue)]).increment() }
}
