import Logging
import Synchronization

/// What all connections share.
package final class Frontend: Sendable {
    let configuration: ServerConfiguration
    let table: FunctionTable
    let files: StaticFiles
    let gate: SiteGate
    let security: FrontSecurity
    let calls: WorkerPool
    let commands: WorkerPool
    let readers: WorkerPool
    let readerLane = WorkerPool.Lane()
    let logger: Logger
    /// For what clients can bring about as often as they like.
    let complaints = LogBudget(linesPerSecond: 5)
    /// For functions that take longer on event loops than was to be expected.
    let stalls = StallBudget()
    /// Bytes of request bodies that are kept for all of them.
    let keptBodies = Atomic<Int>(0)
    /// Whether each host has a folder of its own.
    let holdsSites: Bool
    /// Whether short functions run on event loops.
    let callsOnLoops: Bool
    /// Of answers that no function gave.
    let report = FunctionReport()
    /// Where each answer is told of; nil: nowhere.
    let accessLog: AccessLog?
    /// Names of requests.
    let numbers = IdentityNumbers()
    let connections = Atomic<Int>(0)
    let requests = Atomic<Int>(0)
    let isDraining = Atomic<Bool>(false)
    let startedAt = MonotonicTime.now()

    init(
        configuration: ServerConfiguration, table: FunctionTable, files: StaticFiles, gate: SiteGate,
        security: FrontSecurity, logger: Logger, accessLog: AccessLog? = nil
    ) {
        self.accessLog = accessLog
        accessLog?.start()
        self.configuration = configuration
        holdsSites = configuration.holdsSites
        self.security = security
        self.table = table
        self.files = files
        self.gate = gate
        self.logger = logger
        // One instance on each loop is part of what was set, and beside it if nothing was.
        callsOnLoops = configuration.instancesPerFunction.map { $0 > configuration.loops } ?? true
        var bounds = configuration.bounds(threads: configuration.callThreads)
        if callsOnLoops, configuration.instancesPerFunction != nil { bounds.share -= configuration.loops }
        // While the queue moves, half as many are awake as there are processors: the event loops need the others.
        // Measured best.
        calls = WorkerPool(
            name: "call", threads: configuration.callThreads, bounds: bounds, preferred: configuration.loops / 2)
        commands = WorkerPool(
            name: "command", threads: configuration.commandThreads,
            bounds: configuration.bounds(threads: configuration.commandThreads), preferred: configuration.loops / 2)
        readers = WorkerPool(name: "file", threads: 4, share: 4, capacity: configuration.queue)
    }

    func stop() {
        calls.stop()
        commands.stop()
        readers.stop()
        security.certificates?.stop()
        table.stop()
        gate.stop()
        accessLog?.stop()
    }

    /// Waits for all threads.
    ///
    /// False: some are still busy.
    func waitUntilEnded(until deadline: MonotonicTime) -> Bool {
        [calls, commands, readers].allSatisfy { $0.waitUntilEnded(until: deadline) }
            && table.waitUntilEnded(until: deadline) && gate.waitUntilEnded(until: deadline)
            && security.certificates?.waitUntilEnded(until: deadline) != false
            && accessLog?.waitUntilEnded(until: deadline) != false
    }
}
