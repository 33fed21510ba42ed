import Glibc

/// Something that stands in one line at most.
private protocol Linked: AnyObject {
    /// Who stands behind it.
    var next: Self? { get set }
}

/// First in, first out, of what knows who stands behind it: nothing is allocated, which each request would pay for.
private struct Line<Element: Linked> {
    private var first: Element?
    private var last: Element?

    var isEmpty: Bool { first == nil }

    mutating func append(_ element: Element) {
        if let last { last.next = element } else { first = element }
        last = element
    }

    mutating func popFirst() -> Element? {
        guard let element = first else { return nil }
        first = element.next
        element.next = nil
        if first == nil { last = nil }
        return element
    }
}

/// Threads that run blocking work, off the event loops: a fixed number, with a bounded queue.
///
/// Work comes in lanes, one per function, and lanes in groups, one per site. Neither ever has more than its share of
/// the threads, nor more than so much work that waits. Groups take turns, and the lanes of a group take the group's, so
/// that a function that hangs leaves threads for the others, and a site with a hundred functions gets no more than one
/// with one.
///
/// Waking a thread costs more than most functions take, so only as many threads are awake as there are processors,
/// as long as the queue moves. If it doesn't, because the work blocks or takes long, a warden wakes another one each
/// millisecond; threads whose work has taken that long do not count as awake until they are done.
package final class WorkerPool: Sendable {
    /// A piece of work.
    package typealias Job = @Sendable () -> Void

    /// Why a piece of work is not taken.
    package enum Refusal: Equatable, Sendable {
        /// As much as may waits in its lane.
        case lane
        /// As much as may waits in its group.
        case group
        /// As much as may waits in all, or the pool is stopped.
        case pool
    }

    /// The lanes of one site; its state belongs to the pool's lock.
    ///
    /// SAFETY: all of it is touched only under the lock of the one pool that its lanes are used with.
    package final class Group: Linked, @unchecked Sendable {
        /// Lanes that have work, and threads left of their share.
        fileprivate var ready = Line<Lane>()
        fileprivate var running = 0
        fileprivate var queued = 0
        fileprivate var isReady = false
        fileprivate var next: Group?

        /// A group without work.
        package init() {}
    }

    /// The work of one function; its state belongs to the pool's lock.
    ///
    /// SAFETY: `queue`, `running` and `isReady` are touched only under the lock of the one pool that the lane is used
    /// with.
    package final class Lane: Linked, @unchecked Sendable {
        fileprivate let group: Group
        fileprivate var queue = Queue<Job>()
        fileprivate var running = 0
        fileprivate var isReady = false
        fileprivate var next: Lane?
        /// Its last piece of work took long, so the next one is expected to.
        fileprivate var isSlow = false

        /// A lane without work, by itself unless it shares a group.
        package init(in group: Group = Group()) {
            self.group = group
        }
    }

    private struct Worker {
        /// Number of the piece of work under way; 0: none.
        var job: UInt64 = 0
        /// Its work takes long, or is expected to: somebody else takes its place among those awake.
        var isAway = false
        /// It has taken long.
        var isLate = false
    }

    private struct State {
        var workers: [Worker] = []
        var ready = Line<Group>()
        var queued = 0
        /// Threads that are not asleep, or have been told to wake, and are not away.
        var awake = 0
        var away = 0
        /// Threads that have been told to wake and have not yet.
        var called = 0
        /// Threads that have not ended.
        var threads = 0
        var isStopped = false
        var isWardenAsleep = true
        /// Pieces of work begun so far.
        var begun: UInt64 = 0
    }

    private let monitor = Monitor(State())
    private let warden = Monitor(())
    private let bounds: Bounds
    private let preferred: Int

    /// How long the queue may stand still.
    private static let patience: Int64 = .millisecond

    /// How much there may be of something.
    package struct Bounds: Sendable {
        /// Threads that a lane has at a time.
        package var share: Int
        /// Threads that a group has at a time.
        package var groupShare = Int.max
        /// Pieces of work that wait in a lane.
        package var laneCapacity = Int.max
        /// Pieces of work that wait in a group.
        package var groupCapacity = Int.max
        /// Pieces of work that wait in all.
        package var capacity: Int

        /// Bounds of lanes and of the whole alone.
        package init(share: Int, capacity: Int) {
            self.share = max(1, share)
            self.capacity = capacity
        }
    }

    /// Starts the threads.
    ///
    /// A lane has at most `share` of them, `capacity` pieces of work wait at most, and `preferred` threads are awake
    /// while the queue moves.
    package convenience init(name: String, threads: Int, share: Int, capacity: Int, preferred: Int? = nil) {
        self.init(
            name: name, threads: threads, bounds: Bounds(share: share, capacity: capacity), preferred: preferred)
    }

    /// Starts the threads.
    ///
    /// `preferred` of them are awake while the queue moves.
    package init(name: String, threads: Int, bounds: Bounds, preferred: Int? = nil) {
        self.bounds = bounds
        self.preferred = max(1, min(preferred ?? threads, threads))
        monitor.withLock {
            $0.workers = Array(repeating: Worker(), count: max(1, threads))
            $0.threads = max(1, threads)
            $0.awake = max(1, threads)
        }
        for number in 0..<max(1, threads) {
            WorkerThread.start(name: "\(name)-\(number)") { self.work(number) }
        }
        if self.preferred < threads { WorkerThread.start(name: "\(name)-w") { self.watch() } }
    }

    /// Queues a piece of work.
    ///
    /// False if there is no room.
    package func submit(_ lane: Lane, _ job: @escaping Job) -> Bool { offer(lane, job) == nil }

    /// Queues a piece of work, or says what there is too much of.
    package func offer(_ lane: Lane, _ job: @escaping Job) -> Refusal? {
        var wakesWarden = false
        var wakes = false
        let refusal = monitor.withLock { state -> Refusal? in
            // The lane's own bound first: who is over it is to know that others are not.
            guard lane.queue.count < bounds.laneCapacity else { return .lane }
            guard lane.group.queued < bounds.groupCapacity else { return .group }
            guard state.queued < bounds.capacity, !state.isStopped else { return .pool }
            state.queued += 1
            lane.group.queued += 1
            lane.queue.append(job)
            makeReady(lane, &state)
            wakes = state.awake < wanted(state) && call(&state)
            wakesWarden = state.isWardenAsleep && !wakes && preferred < state.threads
            if wakesWarden { state.isWardenAsleep = false }
            return nil
        }
        if wakes { monitor.signal() }
        if wakesWarden { wakeWarden() }
        return refusal
    }

    /// Pieces of work that nobody has begun.
    var waiting: Int { monitor.withLock { $0.queued } }

    /// Lets the threads end once the queue is empty.
    package func stop() {
        monitor.withLock {
            $0.isStopped = true
            $0.isWardenAsleep = false
        }
        monitor.broadcast()
        wakeWarden()
    }

    /// With the lock, without which the signal could come between the warden's last look and its sleep.
    private func wakeWarden() {
        warden.withLock { _ in }
        warden.signal()
    }

    /// Waits for the threads to end, after ``stop()``.
    ///
    /// False: some still work.
    package func waitUntilEnded(until deadline: MonotonicTime) -> Bool {
        monitor.wait(until: deadline) { $0.threads == 0 ? true : nil } ?? false
    }

    // MARK: - Threads

    private func work(_ number: Int) {
        var last: Lane?
        while let (lane, job) = next(after: last, number) {
            job()
            last = lane
        }
        monitor.withLock { $0.threads -= 1 }
        monitor.broadcast()
    }

    /// Ends the piece of work before, and waits for the next one.
    ///
    /// Nil: the pool is stopped.
    private func next(after last: Lane?, _ number: Int) -> (Lane, Job)? {
        var wakes = false
        let immediate = monitor.withLock { state -> (Lane, Job)? in
            if let last { finished(last, number, &state) }
            if state.workers[number].isAway {
                state.away -= 1
                state.awake += 1
            }
            state.workers[number] = Worker()
            let taken = take(number, &state)
            wakes = taken != nil && state.awake < wanted(state) && call(&state)
            return taken
        }
        if wakes { monitor.signal() }
        return immediate ?? sleep(number)
    }

    private func sleep(_ number: Int) -> (Lane, Job)? {
        var isAsleep = false
        var wakes = false
        let found: (Lane, Job)?? = monitor.wait { state in
            if isAsleep {
                guard state.called > 0 || state.isStopped else { return nil }
                state.called = max(0, state.called - 1)
                isAsleep = false
            }
            if let found = take(number, &state) {
                wakes = state.awake < wanted(state) && call(&state)
                return .some(.some(found))
            }
            if state.isStopped { return .some(.none) }
            state.awake -= 1
            isAsleep = true
            return nil
        }
        if wakes { monitor.signal() }
        return found ?? nil
    }

    /// Wakes another thread whenever work has waited for too long.
    private func watch() {
        // What will have been begun when all that waited at the last look is.
        var expected: UInt64 = 0
        var begunBefore: UInt64 = 0
        while true {
            let isIdle = monitor.withLock { state in
                state.isWardenAsleep = state.queued == 0 && !state.isStopped
                return state.isWardenAsleep
            }
            if isIdle {
                _ = warden.wait { _ in monitor.withLock { $0.isWardenAsleep ? nil : true } }
            } else {
                usleep(UInt32(Self.patience / 1000))
            }
            var wakes = false
            let isOver = monitor.withLock { state in
                markAway(since: begunBefore, &state)
                begunBefore = state.begun
                wakes = (state.begun < expected || state.awake < wanted(state)) && call(&state)
                expected = state.begun &+ UInt64(state.queued)
                return state.isStopped && state.threads == 0
            }
            if wakes { monitor.signal() }
            if isOver { return }
        }
    }

    // MARK: - With the lock

    /// How many threads are to be awake while there is work: one more beside work that takes long, which may hold up
    /// the one that is.
    private func wanted(_ state: State) -> Int { state.away > 0 ? preferred + 1 : preferred }

    /// Calls a sleeping thread, which the caller has to signal.
    ///
    /// False: there is none.
    private func call(_ state: inout State) -> Bool {
        guard state.awake + state.away < state.threads, !state.ready.isEmpty else { return false }
        state.awake += 1
        state.called += 1
        return true
    }

    /// Takes threads out of the count whose work began before the last look.
    private func markAway(since begun: UInt64, _ state: inout State) {
        for number in state.workers.indices {
            let job = state.workers[number].job
            guard job > 0, job <= begun else { continue }
            state.workers[number].isLate = true
            sendAway(number, &state)
        }
    }

    private func sendAway(_ number: Int, _ state: inout State) {
        guard !state.workers[number].isAway else { return }
        state.workers[number].isAway = true
        state.away += 1
        state.awake -= 1
    }

    private func finished(_ lane: Lane, _ number: Int, _ state: inout State) {
        lane.running -= 1
        lane.group.running -= 1
        lane.isSlow = state.workers[number].isLate
        makeReady(lane, &state)
        // Other lanes may have waited for the group's share.
        makeReady(lane.group, &state)
    }

    private func makeReady(_ lane: Lane, _ state: inout State) {
        guard !lane.isReady, !lane.queue.isEmpty, lane.running < bounds.share else { return }
        lane.isReady = true
        lane.group.ready.append(lane)
        makeReady(lane.group, &state)
    }

    private func makeReady(_ group: Group, _ state: inout State) {
        guard !group.isReady, !group.ready.isEmpty, group.running < bounds.groupShare else { return }
        group.isReady = true
        state.ready.append(group)
    }

    private func take(_ number: Int, _ state: inout State) -> (Lane, Job)? {
        guard let group = state.ready.popFirst() else { return nil }
        group.isReady = false
        guard let lane = group.ready.popFirst() else { return nil }
        lane.isReady = false
        guard let job = lane.queue.popFirst() else { return nil }
        lane.running += 1
        group.running += 1
        group.queued -= 1
        state.queued -= 1
        state.begun &+= 1
        state.workers[number].job = state.begun
        if lane.isSlow { sendAway(number, &state) }
        makeReady(lane, &state)
        makeReady(group, &state)
        return (lane, job)
    }
}
