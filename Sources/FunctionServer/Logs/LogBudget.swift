import Synchronization

/// How many lines a function may add to the log: what is over a second's allowance is counted instead.
package final class LogBudget: Sendable {
    /// Lines of a function in a second.
    package static let linesPerSecond = 200

    private struct State {
        var second: Int64 = .min
        var taken = 0
        var dropped = 0
    }

    /// What becomes of a line.
    package enum Verdict: Equatable, Sendable {
        /// It is written, after a word on the lines that were dropped before it, if there are any.
        case write(droppedBefore: Int)
        /// It is not written.
        case drop
    }

    private let state = Mutex(State())
    private let linesPerSecond: Int

    /// A full allowance.
    package init(linesPerSecond: Int = LogBudget.linesPerSecond) {
        self.linesPerSecond = linesPerSecond
    }

    /// Takes a line from the allowance.
    package func take(now: MonotonicTime = .now()) -> Verdict {
        let second = now.nanoseconds / .second
        return state.withLock { state in
            if second != state.second {
                state.second = second
                state.taken = 0
            }
            guard state.taken < linesPerSecond else {
                state.dropped += 1
                return .drop
            }
            state.taken += 1
            defer { state.dropped = 0 }
            return .write(droppedBefore: state.dropped)
        }
    }
}
