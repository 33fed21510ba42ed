import Hostcalls
import Metrics

extension FunctionLog {
    /// Takes what a host call tells beside the guest.
    func take(_ note: HostcallNote) {
        switch note {
        case .said(let text):
            say(text)
        case .refused(let host, let reason):
            say("\(host) is not reached: \(reason)")
        case .storageFailed(let what):
            Counter(label: Self.storageFailures, dimensions: [("function", name)]).increment()
            say("its values can't be read or written: \(what)")
        }
    }

    /// What counts them, by function.
    private static let storageFailures = "terrafirma_storage_failures_total"
}
