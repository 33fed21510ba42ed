import Metrics

/// What became of modules that were to be loaded, on its way to the metrics.
enum CacheReport: String {
    /// It had been compiled before.
    case hit
    /// It was compiled now.
    case compiled
    /// It was compiled in vain: it is no module, or over a limit.
    case failed

    /// What counts them.
    static let counter = "terrafirma_modules_total"

    func count() { Counter(label: Self.counter, dimensions: [("result", rawValue)]).increment() }
}
