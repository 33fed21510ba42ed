import Logging
import Synchronization

/// How far the functions are that were there when the server started.
///
/// The server is not ready before they are loaded, or known to be none. With many of them the log tells how it gets on.
final class StartLoading: Sendable {
    /// How a function's first piece of work ended.
    enum End {
        case live, failed
        /// There is no such file any more.
        case gone
    }

    /// What is to be told, if anything.
    enum Notice: Equatable {
        case progress(done: Int, of: Int)
        case end(live: Int, failed: Int, nanoseconds: Int64)
    }

    /// What happened so far: events in, what to tell out, no effects.
    struct State {
        private var waiting: Set<String> = []
        private(set) var live = 0
        private(set) var failed = 0
        private(set) var isListed = false
        private let startedAt: MonotonicTime
        private var toldAt: MonotonicTime

        init(at now: MonotonicTime) {
            (startedAt, toldAt) = (now, now)
        }

        var isOver: Bool { isListed && waiting.isEmpty }
        var done: Int { live + failed }
        var total: Int { done + waiting.count }

        /// One of them is to be loaded.
        mutating func add(_ name: String) {
            if !isListed { waiting.insert(name) }
        }

        /// All have been named.
        mutating func listed(at now: MonotonicTime) -> Notice? {
            guard !isListed else { return nil }
            isListed = true
            return isOver ? end(now) : nil
        }

        /// Work on a function came to an end.
        mutating func finished(_ name: String, _ end: End, at now: MonotonicTime) -> Notice? {
            guard !isOver, waiting.remove(name) != nil else { return nil }
            switch end {
            case .live: live += 1
            case .failed: failed += 1
            case .gone: break
            }
            if isOver { return self.end(now) }
            guard toldAt.advanced(by: StartLoading.interval) <= now else { return nil }
            toldAt = now
            return .progress(done: done, of: total)
        }

        private func end(_ now: MonotonicTime) -> Notice? {
            .end(live: live, failed: failed, nanoseconds: now.nanoseconds - startedAt.nanoseconds)
        }
    }

    /// Between two lines of the log, in nanoseconds.
    static let interval: Int64 = 2 * .second
    /// More functions than that are told of by their number, those that fail apart.
    static let few = 20

    private let logger: Logger
    private let state: Mutex<State>

    init(logger: Logger) {
        self.logger = logger
        state = Mutex(State(at: .now()))
    }

    /// Nil once it is over: else how many are loaded, of how many.
    var progress: (done: Int, total: Int)? {
        state.withLock { $0.isOver ? nil : ($0.done, $0.total) }
    }

    /// Whether there are so many that each one is not worth a line.
    var isLong: Bool { state.withLock { !$0.isOver && $0.total > Self.few } }

    func add(_ name: String) { state.withLock { $0.add(name) } }

    func listed() { tell(state.withLock { $0.listed(at: .now()) }) }

    func finished(_ name: String, _ end: End) { tell(state.withLock { $0.finished(name, end, at: .now()) }) }

    private func tell(_ notice: Notice?) {
        switch notice {
        case nil: break
        case .progress(let done, let total): logger.info("loaded \(done) of \(total)")
        case .end(let live, let failed, let nanoseconds):
            let tenths = nanoseconds / (100 * .millisecond)
            logger.info("\(live) functions live, \(failed) failed, in \(tenths / 10).\(tenths % 10) s")
        }
    }
}
