import Synchronization

/// Names that libcurl has the system look up at present, each by a thread that nobody can end: bounded for the process.
///
/// A lookup that is left behind lives on until the system gives up, so it counts until then.
final class NameLookups: Sendable {
    static let shared = NameLookups()

    /// At a time.
    static let most = 256
    /// Nanoseconds that the system takes for a name that nobody answers for: three servers, two attempts, 5 s each.
    static let longest: Int64 = 30_000_000_000

    private struct State {
        var count = 0
        /// When those that were left behind are over, the earliest first.
        var abandoned: [Int64] = []
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Int64

    init(now: @escaping @Sendable () -> Int64 = monotonicNanoseconds) {
        self.now = now
    }

    /// One begins; false: there are too many.
    func begin() -> Bool {
        state.withLock { state in
            let present = now()
            let over = state.abandoned.prefix { $0 <= present }.count
            state.abandoned.removeFirst(over)
            guard state.count + state.abandoned.count < Self.most else { return false }
            state.count += 1
            return true
        }
    }

    /// One is over, or left behind.
    func end(isAbandoned: Bool) {
        state.withLock { state in
            state.count -= 1
            if isAbandoned { state.abandoned.append(now() + Self.longest) }
        }
    }
}
