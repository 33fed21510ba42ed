import Metrics
import WasmRuntime

/// A limit that was reached, on its way to the log and to the metrics.
struct LimitReport {
    /// What counts them, by limit and function.
    static let counter = "terrafirma_limits_reached_total"

    var limit: Limit
    /// How much is allowed, for people.
    var amount: String?

    /// Counts it; returns what the log is to say.
    func count(function: String) -> String {
        Counter(label: Self.counter, dimensions: [("limit", limit.rawValue), ("function", function)]).increment()
        return "limit reached: \(limit.rawValue)" + (amount.map { " (\($0))" } ?? "")
    }
}
