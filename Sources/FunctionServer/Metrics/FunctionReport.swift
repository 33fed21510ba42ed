import ModuleCache
import Synchronization

/// What there is to tell of one function, or of all that is no function: counted as it happens, read by the admin's page.
package final class FunctionReport: Sendable {
    /// Why something went wrong last.
    struct Failure: Sendable {
        var message: String
        /// Seconds since 1970.
        var time: Int64
    }

    /// The version that serves.
    struct Version: Sendable {
        /// SHA-256 of the module, in hexadecimal.
        var hash: String
        var bytes: Int
        /// Seconds since 1970 at which it went live.
        var since: Int64
        /// Of its code.
        var tier = CompileOptions.Tier.quick
    }

    struct Snapshot: Sendable {
        /// Answers by status; 499: the client left before there was one.
        var answers: [Int: Int] = [:]
        var failures: [FunctionFailure.Kind: Int] = [:]
        var traps: [String: Int] = [:]
        /// Versions that took the place of one that served.
        var swaps = 0
        /// Times that optimized code took the place of quick code, of the same version.
        var optimizations = 0
        var loads = 0
        var loadFailures = 0
        var version: Version?
        var lastFailure: Failure?
        /// Of the answers, those that were made on an event loop.
        var loopAnswers = 0
        /// Calls on event loops that a worker made again.
        var restarts = 0

        var requests: Int { answers.values.reduce(0, +) }
    }

    let durations = DurationHistogram()
    private let underWay = Atomic<Int>(0)
    /// By status, from 0 to 599: what every answer comes to has no lock.
    private let answers = CounterArray(count: 600)
    /// On event loops: answers, and calls that came to nothing.
    private let onLoops = CounterArray(count: 2)
    private let running = Atomic<Int>(0)
    private let used = Atomic<Int64>(0)
    /// Of those before the version that serves.
    private let usedBefore = Atomic<Int64>(0)
    private let state = Mutex(Snapshot())

    /// Nothing to tell yet.
    package init() {}

    var snapshot: Snapshot {
        var snapshot = state.withLock { $0 }
        for (status, count) in answers.values.enumerated() where count > 0 { snapshot.answers[status] = count }
        (snapshot.loopAnswers, snapshot.restarts) = (onLoops.values[0], onLoops.values[1])
        return snapshot
    }

    var inFlight: Int { underWay.load(ordering: .relaxed) }
    /// Calls and runs at this moment, each on a thread of its own.
    var instances: Int { running.load(ordering: .relaxed) }

    /// A request is this function's from now on.
    func begin() { underWay.add(1, ordering: .relaxed) }

    /// A thread begins to work on it.
    func beginInstance() { running.add(1, ordering: .relaxed) }

    func endInstance() { running.subtract(1, ordering: .relaxed) }

    func end(status: Int, after nanoseconds: Int64) {
        underWay.subtract(1, ordering: .relaxed)
        count(status: status, after: nanoseconds)
    }

    /// An answer without work before it.
    func count(status: Int, after nanoseconds: Int64) {
        durations.record(nanoseconds)
        answers.add(at: min(max(0, status), 599))
    }

    func failed(_ failure: FunctionFailure, at time: Int64) {
        let message = String(failure.cause.prefix { $0 != "\n" })
        state.withLock {
            $0.failures[failure.kind, default: 0] += 1
            if let trap = failure.trap { $0.traps[trap, default: 0] += 1 }
            $0.lastFailure = Failure(message: message, time: time)
        }
    }

    /// Whether it is the version before, whose code is optimized from now on.
    @discardableResult
    func loaded(_ version: Version) -> Bool {
        state.withLock {
            $0.loads += 1
            // A young file is read twice: the same content is no other version.
            if let present = $0.version, present.hash == version.hash {
                $0.version?.tier = version.tier
                guard present.tier == .quick, version.tier == .optimized else { return false }
                $0.optimizations += 1
                return true
            }
            if $0.version != nil { $0.swaps += 1 }
            $0.version = version
            usedBefore.store(used.load(ordering: .relaxed), ordering: .relaxed)
            return false
        }
    }

    /// The code of the version that serves is optimized from now on.
    func optimized() {
        state.withLock {
            $0.optimizations += 1
            $0.version?.tier = .optimized
        }
    }

    /// It had a processor for so many nanoseconds.
    func used(_ nanoseconds: Int64) { used.add(nanoseconds, ordering: .relaxed) }

    /// Nanoseconds of a processor that all versions had.
    var processorTime: Int64 { used.load(ordering: .relaxed) }

    /// Nanoseconds of a processor since another content went live.
    var processorTimeOfVersion: Int64 { processorTime - usedBefore.load(ordering: .relaxed) }

    func failedToLoad(_ message: String, at time: Int64) {
        state.withLock {
            $0.loadFailures += 1
            $0.lastFailure = Failure(message: message, time: time)
        }
    }

    /// It was called on an event loop; whether that gave the answer, or a worker had to begin again.
    func calledOnLoop(isAnswer: Bool) { onLoops.add(at: isAnswer ? 0 : 1) }

    /// Its file is gone; what was counted stays.
    func removed() { state.withLock { $0.version = nil } }
}
