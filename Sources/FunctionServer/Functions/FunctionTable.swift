import Glibc
package import Logging
import WasmRuntime

/// The functions of a folder: which version of each serves, and the work of replacing it when its file changes.
package final class FunctionTable: Sendable {
    /// What a request for a function gets.
    package enum Found: Sendable {
        case function(Entry)
        /// There is no such file: 404.
        case missing
        /// There is one, and it is no function, or too much is to be done already: 503.
        case unavailable
    }

    /// A version, and the lane that its work goes through, which outlives it.
    ///
    /// One object for each version, since each reference that a request takes is counted by all processors together.
    package final class Entry: Sendable {
        /// The version that serves.
        package let function: ServedFunction
        /// The function's lane among the workers.
        package let lane: WorkerPool.Lane
        /// What it may still write to the log.
        package let log: LogBudget
        /// What is counted of it.
        package let report: FunctionReport
        /// Which root of its site it lies beneath.
        package let root: UInt64

        init(
            function: ServedFunction, lane: WorkerPool.Lane, log: LogBudget, report: FunctionReport, root: UInt64 = 0
        ) {
            self.function = function
            self.lane = lane
            self.log = log
            self.report = report
            self.root = root
        }
    }

    /// Told when a function that was waited for is there, or will not be.
    ///
    /// On any thread.
    package typealias Waiter = @Sendable (Found) -> Void

    private typealias Record = FunctionRecord
    private typealias Work = FunctionState<ServedFunction>.Work
    private typealias Finding = FunctionState<ServedFunction>.Finding

    let folder: ServedFolder
    private let loader: any FunctionLoader
    let logger: Logger
    private let complaints = LogBudget()
    let maximumSize: Int
    private let later: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// Whether event loops should let compiling go first.
    let urgency = CompileUrgency()
    /// How far what was there at the start is.
    let loading: StartLoading
    let records: Monitor<FunctionRecords>
    // Looking is quick; compiling is not, and must not hold up the looking at other functions.
    private let lookers: WorkerPool
    private let compilers: WorkerPool

    /// A table of a folder's functions, empty until the first is asked for or announced.
    ///
    /// `later` runs something in a
    /// moment, elsewhere: to look again at a file that is being written.
    package init(
        folder: ServedFolder, loader: any FunctionLoader, logger: Logger, maximumSize: Int = 1 << 30,
        later: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.later = later
        loading = StartLoading(logger: logger)
        self.folder = folder
        self.loader = loader
        self.logger = logger
        self.maximumSize = maximumSize
        records = Monitor(FunctionRecords(holdsSites: folder.roots != nil))
        // One site's work leaves the other sites room, in the queue and, while it is slow, a thread.
        var looks = WorkerPool.Bounds(share: 2, capacity: 100_000)
        if folder.roots != nil { looks.groupCapacity = 50_000 }
        lookers = WorkerPool(name: "look", threads: 2, bounds: looks)
        var compiles = WorkerPool.Bounds(share: 2, capacity: 100_000)
        if folder.roots != nil { (compiles.groupShare, compiles.groupCapacity) = (1, 50_000) }
        compilers = WorkerPool(name: "compile", threads: 2, bounds: compiles)
    }

    /// What is counted of each function there is.
    var reports: [(name: String, report: FunctionReport)] {
        records.withLock { records in records.byName.map { ($0.key, $0.value.report) } }
    }

    /// Ends its threads.
    package func stop() {
        loader.stop()
        lookers.stop()
        compilers.stop()
    }

    func waitUntilEnded(until deadline: MonotonicTime) -> Bool {
        lookers.waitUntilEnded(until: deadline) && compilers.waitUntilEnded(until: deadline)
    }

    /// Looks a function up.
    ///
    /// Nil: the waiter will be told.
    ///
    /// Beneath that root of its site only, at first: what comes later may have another one, and says so.
    package func find(_ name: String, root: UInt64 = 0, waiter: @autoclosure () -> Waiter) -> Found? {
        let now = MonotonicTime.now()
        let (found, work) = records.withLock { records -> (Found?, Work?) in
            let record = records[name] ?? records.record(name)
            record.state.leave(allBut: root)
            let (answer, work) = record.state.request(at: now)
            switch answer {
            case .serve(let function): return (.function(record.entry(function)), work)
            case .unavailable: return (.unavailable, work)
            case .wait:
                record.waiters.append(waiter())
                records.keep(record, name)
                return (nil, work)
            }
        }
        if let work { begin(work, name) }
        return found
    }

    /// A file has changed, or is new, or may be.
    package func changed(_ name: String) {
        let work = records.withLock { records -> Work? in
            let record = records[name] ?? records.record(name)
            records.keep(record, name)
            return record.state.changed()
        }
        if let work { begin(work, name) }
    }

    /// The settings of a function have changed, or may have: of no account unless there is one.
    package func settingsChanged(of name: String) {
        let work = records.withLock { $0[name]?.state.changed(readsAgain: false) }
        if let work { begin(work, name) }
    }

    /// Calls the body with each version that serves.
    func eachVersion(_ body: (ServedFunction) -> Void) {
        for version in records.withLock({ $0.byName.values.compactMap { $0.state.live?.version } }) { body(version) }
    }

    /// Any file may have changed whose path begins so.
    package func everythingChanged(beneath prefix: String = "") {
        for name in records.withLock({ $0.byName.keys.filter { $0.hasPrefix(prefix) } }) { changed(name) }
    }

    /// Any file of these sites may have changed.
    func everythingChanged(of sites: Set<String>) {
        let names = records.withLock {
            $0.byName.keys.filter { name in sites.contains(String(name.prefix { $0 != "/" })) }
        }
        for name in names { changed(name) }
    }

    // MARK: - Work

    private func begin(_ work: Work, _ name: String) {
        // Forgotten meanwhile: what is to be found out matters to nobody.
        guard let lanes = records.withLock({ $0[name]?.site }) else { return }
        let isQueued = lookers.submit(lanes.looks) { self.look(work, name, lanes) }
        if !isQueued { finish(.failing, name) }
    }

    private func look(_ work: Work, _ name: String, _ lanes: SiteLanes) {
        let files: FunctionFiles
        do throws(ServedFolder.Failure) {
            guard let found = try FunctionFiles(name, in: folder) else { return finish(.missing, name) }
            files = found
        } catch {
            // Nothing is remembered of it, so each request may come here.
            if complaints.take() != .drop { logger.warning("\(LogEscaping.escape(name)): \(error)") }
            return finish(.failing, name)
        }
        guard files.identity != work.known else { return finish(.unchanged, name) }
        let lane = lanes.compiles(bytes: files.module.identity.size)
        let isQueued = compilers.submit(lane) { self.load(files, name) }
        if !isQueued { finish(.failing, name) }
    }

    private func load(_ files: FunctionFiles, _ name: String) {
        let start = MonotonicTime.now()
        switch files.contents(limit: maximumSize) {
        case .unstable:
            finish(.unstable, name)
        case .tooLarge(let size):
            fail(name, "it has \(size) bytes", LimitReport(limit: .moduleBytes, amount: "\(maximumSize) bytes"))
            finish(.broken(files.identity, readAt: nanosecondsSinceEpoch()), name)
        case .unusable(let message):
            fail(name, message)
            finish(.broken(files.identity, readAt: nanosecondsSinceEpoch()), name)
        case .whole(let bytes, let settings, let identity):
            let readAt = nanosecondsSinceEpoch()
            do throws(LoadFailure) {
                let source = FunctionSource(
                    name: name, contents: bytes, settings: settings, folder: folder, root: files.module.root,
                    warn: { [logger] in logger.warning("\(LogEscaping.escape(name)): \($0)") })
                urgency.begin(bytes: bytes.count)
                defer { urgency.end(bytes: bytes.count) }
                let function = try loader.load(source)
                let milliseconds = (MonotonicTime.now().nanoseconds - start.nanoseconds) / 1_000_000
                logger.log(
                    level: loading.isLong ? .debug : .info, "\(LogEscaping.escape(name)): live",
                    metadata: ["bytes": "\(bytes.count)", "ms": "\(milliseconds)"])
                let version = FunctionReport.Version(
                    hash: loader.digest(of: bytes), bytes: bytes.count, since: readAt / .second,
                    tier: function.code.tier)
                if records.withLock({ $0[name]?.report.loaded(version) }) == true {
                    wasOptimized(name, function.code, ["ms": "\(milliseconds)"])
                }
                let live = FunctionState<ServedFunction>.Live(
                    identity: identity, version: function, readAt: readAt, root: files.module.root, hash: version.hash)
                finish(.loaded(live), name)
            } catch {
                fail(name, error.description, error.limit.map { LimitReport(limit: $0, amount: error.amount) })
                finish(.broken(identity, readAt: readAt), name)
            }
        }
    }

    private func fail(_ name: String, _ message: String, _ limit: LimitReport? = nil) {
        if let limit { logger.warning("\(LogEscaping.escape(name)): \(limit.count(function: name))") }
        let now = nanosecondsSinceEpoch() / .second
        let remains = records.withLock { records in
            records[name]?.report.failedToLoad(message, at: now)
            return records[name]?.state.live != nil
        }
        let consequence = remains ? "; the version before it keeps serving" : ""
        logger.error("\(LogEscaping.escape(name)): \(LogEscaping.escape(String(message.prefix(1000))))\(consequence)")
    }

    private func finish(_ finding: Finding, _ name: String) {
        let now = MonotonicTime.now()
        // What is replaced goes out of the lock with this result: freeing code takes a while.
        let done = records.withLock { records -> Done in
            guard let record = records[name] else { return Done() }
            var done = Done(previous: record.state.live, entry: record.present)
            record.present = nil
            let outcome = record.state.finished(finding, at: now)
            done.work = outcome.work
            done.looksAgain = outcome.looksAgain
            if let answer = outcome.answer {
                done.waiters = record.waiters
                record.waiters = []
                switch answer {
                case .serve(let function): done.found = .function(record.entry(function))
                case .missing: done.found = .missing
                case .unavailable: done.found = .unavailable
                }
            }
            if outcome.isForgotten { records.forget(name) }
            if outcome.work == nil, !outcome.looksAgain {
                done.end = record.state.live != nil ? .live : outcome.isForgotten ? .gone : .failed
            }
            return done
        }
        for waiter in done.waiters { waiter(done.found) }
        if let end = done.end { loading.finished(name, end) }
        if let work = done.work { begin(work, name) }
        if done.looksAgain { later { self.changed(name) } }
    }

    private struct Done {
        var previous: FunctionState<ServedFunction>.Live?
        var entry: Entry?
        var waiters: [Waiter] = []
        var found = Found.unavailable
        var work: Work?
        var looksAgain = false
        var end: StartLoading.End?
    }
}
