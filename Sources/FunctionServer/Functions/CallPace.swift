import Synchronization

/// How long the calls of a function take: whether it may run on an event loop, which all connections of the loop wait for.
///
/// One for each version of a function, which has to prove itself anew. Whoever overruns its budget there has to be short
/// on workers so much more often before it gets there again: twice as often each time.
package final class CallPace: Sendable {
    /// Nanoseconds that a short call takes at most.
    package static let short: Int64 = 100_000
    /// Nanoseconds for a call on an event loop.
    package static let budget: Int64 = 2_000_000
    /// Nanoseconds of a processor from which on a call on an event loop counts against all functions.
    package static let longCall: Int64 = 500_000
    /// Short calls in a row that are proof enough.
    package static let proof = 4
    /// Calls on event loops, all of them short, after which one overrun is forgotten.
    package static let atonement = 10_000
    private static let mostOverruns = 20

    /// Below zero: the short calls that are owed.
    private let shortCalls = Atomic<Int>(0)
    private let isDoubtful = Atomic<Bool>(false)
    private let isUnclear = Atomic<Bool>(false)
    private let overruns = Atomic<Int>(0)
    private let goodCalls = Atomic<Int>(0)

    /// Nothing is known yet.
    package init() {}

    /// Whether the next call may be on an event loop.
    ///
    /// If there is a doubt, it is cleared by the one call that is told no.
    package func mayRunOnLoop() -> Bool {
        isShort && !(isDoubtful.load(ordering: .relaxed) && isDoubtful.exchange(false, ordering: .relaxed))
    }

    private var isShort: Bool { shortCalls.load(ordering: .relaxed) >= Self.proof }

    /// Whether the next call on an event loop is to be measured by its thread's own clock.
    ///
    /// The one before took long by the other clock, which says nothing where a loop shares its processor.
    package func isToBeMeasured() -> Bool {
        isUnclear.load(ordering: .relaxed) && isUnclear.exchange(false, ordering: .relaxed)
    }

    /// A worker's call took so long, in nanoseconds.
    package func took(_ nanoseconds: Int64) {
        if nanoseconds < Self.short {
            if !isShort { shortCalls.add(1, ordering: .relaxed) }
        } else if shortCalls.load(ordering: .relaxed) > 0 {
            shortCalls.store(0, ordering: .relaxed)
        }
    }

    /// A call on an event loop is over, so many nanoseconds later; `used` tells how many of them it had a processor.
    ///
    /// If it is measured, all of them. Whether it held up the loop.
    package func endedOnLoop(
        isAnswer: Bool, after elapsed: Int64, isMeasured: Bool = false, used: () -> Int64
    ) -> Bool {
        // By the clock it may be others who took the time; asking for the thread's own is a system call.
        let isLong = elapsed > Self.longCall && used() > Self.longCall
        if isLong || !isAnswer && elapsed < Self.budget {
            overran()
        } else if isAnswer, !isMeasured, (Self.short..<Self.budget).contains(elapsed) {
            isUnclear.store(true, ordering: .relaxed)
        } else if isAnswer {
            tookOnLoop(elapsed)
        } else {
            wasHeldUp()
        }
        return isLong
    }

    /// A call on an event loop gave an answer.
    package func tookOnLoop(_ nanoseconds: Int64) {
        guard nanoseconds < Self.short else { return wasHeldUp() }
        guard overruns.load(ordering: .relaxed) > 0 else { return }
        if goodCalls.add(1, ordering: .relaxed).newValue % Self.atonement == 0 {
            overruns.subtract(1, ordering: .relaxed)
        }
    }

    /// A call on an event loop took long by the clock, and it may be others who took the time: a worker's call tells.
    package func wasHeldUp() { isDoubtful.store(true, ordering: .relaxed) }

    /// A call on an event loop came to nothing: it took too long, had to wait, or failed, and a worker makes it again.
    package func overran() {
        let count = min(overruns.add(1, ordering: .relaxed).newValue, Self.mostOverruns)
        goodCalls.store(0, ordering: .relaxed)
        shortCalls.store(-(Self.proof << count), ordering: .relaxed)
    }
}
