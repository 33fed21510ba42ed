import Glibc
import Synchronization

/// Threads that run blocking work, off the event loops: a fixed number, with a bounded queue.
///
/// Work comes in lanes, one per function. A lane never has more than its share of the threads, and lanes take turns,
/// so that a function that hangs leaves threads for the others.
package final class WorkerPool: Sendable {
    /// A piece of work.
    package typealias Job = @Sendable () -> Void

    /// The work of one function.
    ///
    /// Its state belongs to the pool's lock.
    ///
    /// SAFETY: `queue`, `running` and `isReady` are touched only under the lock of the one pool that the lane is used
    /// with.
    package final class Lane: @unchecked Sendable {
        fileprivate var queue = Queue<Job>()
        fileprivate var running = 0
        fileprivate var isReady = false

        /// A lane without work.
        package init() {}
    }

    private struct State {
        var ready = Queue<Lane>()
        var queued = 0
        var sleeping = 0
        var isStopped = false
        var threads = 0
    }

    private let monitor = Monitor(State())
    private let queued = Atomic<Int>(0)
    private let spinning = Atomic<Int>(0)
    private let capacity: Int
    private let share: Int
    private let spins: Int

    /// Starts the threads.
    ///
    /// A lane has at most `share` of them, and `capacity` pieces of work wait at most. A thread
    /// without work looks for it `spins` times before it sleeps.
    package init(name: String, threads: Int, share: Int, capacity: Int, spins: Int = 0) {
        self.capacity = capacity
        self.share = max(1, share)
        self.spins = spins
        monitor.withLock { $0.threads = max(1, threads) }
        for number in 0..<max(1, threads) {
            WorkerThread.start(name: "\(name)-\(number)") { self.work() }
        }
    }

    /// Queues a piece of work.
    ///
    /// False if there is no room.
    package func submit(_ lane: Lane, _ job: @escaping Job) -> Bool {
        let wake: Bool? = monitor.withLock { state in
            guard state.queued < capacity, !state.isStopped else { return nil }
            state.queued += 1
            lane.queue.append(job)
            makeReady(lane, &state)
            queued.store(state.queued, ordering: .relaxed)
            return state.sleeping > 0
        }
        guard let wake else { return false }
        if wake, spinning.load(ordering: .relaxed) == 0 { monitor.signal() }
        return true
    }

    /// Lets the threads end once the queue is empty.
    package func stop() {
        monitor.withLock { $0.isStopped = true }
        monitor.broadcast()
    }

    /// Waits for the threads to end, after ``stop()``.
    ///
    /// False: some still work.
    package func waitUntilEnded(until deadline: MonotonicTime) -> Bool {
        monitor.wait(until: deadline) { $0.threads == 0 ? true : nil } ?? false
    }

    private func work() {
        var last: Lane?
        while let (lane, job) = next(after: last) {
            job()
            last = lane
        }
        monitor.withLock { $0.threads -= 1 }
        monitor.broadcast()
    }

    /// Ends the piece of work before, and waits for the next one.
    ///
    /// Nil: the pool is stopped.
    private func next(after last: Lane?) -> (Lane, Job)? {
        var wake = false
        let immediate = monitor.withLock { state -> (Lane, Job)? in
            if let last {
                last.running -= 1
                makeReady(last, &state)
            }
            return take(&state, wake: &wake)
        }
        if immediate == nil { spin() }
        let found = immediate ?? sleep(wake: &wake)
        // More work than the spinning thread can take: each thread that finds work wakes the next.
        if wake { monitor.signal() }
        return found
    }

    private func sleep(wake: inout Bool) -> (Lane, Job)? {
        var isSleeping = false
        let found: (Lane, Job)?? = monitor.wait { state in
            if isSleeping { state.sleeping -= 1 }
            isSleeping = false
            if let found = take(&state, wake: &wake) { return .some(.some(found)) }
            if state.isStopped { return .some(.none) }
            state.sleeping += 1
            isSleeping = true
            return nil
        }
        return found ?? nil
    }

    /// Looks for work for a moment: waking a thread takes longer than most functions run.
    ///
    /// One thread at a time.
    private func spin() {
        guard spins > 0, spinning.compareExchange(expected: 0, desired: 1, ordering: .relaxed).exchanged else { return }
        for _ in 0..<spins where queued.load(ordering: .relaxed) == 0 {
            sched_yield()
        }
        spinning.store(0, ordering: .sequentiallyConsistent)
    }

    private func makeReady(_ lane: Lane, _ state: inout State) {
        guard !lane.isReady, !lane.queue.isEmpty, lane.running < share else { return }
        lane.isReady = true
        state.ready.append(lane)
    }

    private func take(_ state: inout State, wake: inout Bool) -> (Lane, Job)? {
        guard let lane = state.ready.popFirst() else { return nil }
        lane.isReady = false
        guard let job = lane.queue.popFirst() else { return nil }
        lane.running += 1
        state.queued -= 1
        queued.store(state.queued, ordering: .relaxed)
        makeReady(lane, &state)
        wake = !state.ready.isEmpty && state.sleeping > 0
        return (lane, job)
    }
}
