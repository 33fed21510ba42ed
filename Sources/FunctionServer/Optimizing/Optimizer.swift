import Glibc
import Logging
import ModuleCache
import Synchronization

/// Has functions that use much of the processors compiled again, by the optimizing compiler, one at a time, hottest
/// first, and lets the faster code serve.
///
/// On a thread of its own, which mostly waits. The work is done by another process.
final class Optimizer: Sendable {
    private let table: FunctionTable
    private let loader: GuestLoader
    private let broker: CompileBroker
    private let logger: Logger
    private let boundsChecks: CompileOptions.BoundsChecks
    /// Whether it is to end, and whether it has.
    private let state = Monitor<(isStopped: Bool, hasEnded: Bool)>((false, false))

    /// Nanoseconds between two looks at what the functions use.
    private static let interval: Int64 = .second
    /// The same while there is something to do.
    private static let breath: Int64 = 100 * .millisecond

    init(
        table: FunctionTable, loader: GuestLoader, broker: CompileBroker, boundsChecks: CompileOptions.BoundsChecks,
        logger: Logger
    ) {
        self.table = table
        self.loader = loader
        self.broker = broker
        self.boundsChecks = boundsChecks
        self.logger = logger
        WorkerThread.start(name: "optimize") { self.run() }
    }

    /// Ends what is under way, and the thread.
    func stop() {
        state.withLock { $0.isStopped = true }
        state.broadcast()
        broker.end()
    }

    /// False: it has not ended by then.
    func waitUntilEnded(until deadline: MonotonicTime) -> Bool {
        state.wait(until: deadline) { $0.hasEnded ? true : nil } ?? false
    }

    private func run() {
        var hopeless = HopelessContents()
        var turns = SiteTurns()
        var pause = Self.interval
        while !isStopped(within: pause) {
            let hot = table.hotFunctions(after: broker.settings.after) { hopeless.contains($0) }
            pause = hot.isEmpty ? Self.interval : Self.breath
            let goesOn = turns.take(hot).map { optimize($0, &hopeless) } ?? !broker.hasEnded
            guard goesOn else {
                if !isStopped {
                    logger.error("the process that has functions optimized has ended; they stay in their tiers")
                }
                break
            }
        }
        state.withLock { $0.hasEnded = true }
        state.broadcast()
    }

    private func isStopped(within nanoseconds: Int64) -> Bool {
        state.wait(until: MonotonicTime.now().advanced(by: nanoseconds)) { $0.isStopped ? true : nil } ?? false
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    /// False: nobody compiles any more.
    private func optimize(_ function: FunctionTable.HotFunction, _ hopeless: inout HopelessContents) -> Bool {
        // Whatever has changed is loaded before long, and counts anew.
        guard var source = table.source(of: function, digest: loader.digest),
            let key = loader.optimizedKey(of: source.contents)
        else { return true }
        let start = MonotonicTime.now()
        let size = source.contents.count
        let answer = broker.compile(
            CompileRequest(name: function.name, boundsChecks: boundsChecks, contents: source.contents))
        // Not kept while it is of no use: it may be large.
        source.contents = []
        guard let answer else { return false }
        guard answer.result == .done else {
            give(up: function, answer, &hopeless)
            return true
        }
        do throws(LoadFailure) {
            let optimized = try loader.loadOptimized(source, key: key, size: size)
            publish(optimized, for: function, startedAt: start)
        } catch {
            give(up: function, CompileAnswer(.failed, error.description), &hopeless)
        }
        return true
    }

    private func publish(
        _ optimized: ServedFunction, for function: FunctionTable.HotFunction, startedAt start: MonotonicTime
    ) {
        switch table.exchange(function, by: optimized) {
        case .superseded: OptimizationReport.superseded.count()
        case .alreadyThere: break
        case .done:
            // A policy that came while it was loaded was not told to it.
            loader.bringUpToDate(optimized)
            let milliseconds = (MonotonicTime.now().nanoseconds - start.nanoseconds) / .millisecond
            table.wasOptimized(
                function.name, optimized.code,
                ["ms": "\(milliseconds)", "before": "\(function.version.code.size)"])
        }
    }

    private func give(
        up function: FunctionTable.HotFunction, _ answer: CompileAnswer, _ hopeless: inout HopelessContents
    ) {
        hopeless.insert(function.hash)
        (answer.result == .late ? OptimizationReport.late : .failed).count()
        let message = answer.message.split(separator: "\n").prefix(5).joined(separator: "; ").prefix(500)
        let name = LogEscaping.escape(function.name)
        let reason = LogEscaping.escape(String(message))
        logger.warning("\(name): not optimized, the quick code keeps serving: \(reason)")
    }
}

/// Contents that became no optimized code, by their hashes: those of the last while, so that it stays bounded.
struct HopelessContents {
    private static let limit = 4096

    private var hashes: Set<String> = []
    private var order = Queue<String>()

    func contains(_ hash: String) -> Bool { hashes.contains(hash) }

    mutating func insert(_ hash: String) {
        guard hashes.insert(hash).inserted else { return }
        order.append(hash)
        if hashes.count > Self.limit, let oldest = order.popFirst() { hashes.remove(oldest) }
    }
}

/// Whose function is next: the hottest, but of another site than the one before if there is one.
///
/// So that nobody holds up the others by ever new contents that are hot.
struct SiteTurns {
    private var last: Substring?

    mutating func take(_ hot: [FunctionTable.HotFunction]) -> FunctionTable.HotFunction? {
        let next = hot.first { $0.site != last } ?? hot.first
        if let next { last = next.site }
        return next
    }
}
