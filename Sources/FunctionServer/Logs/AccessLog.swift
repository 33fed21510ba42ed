import Glibc
package import Logging
import Synchronization

/// A line for each answer, written by a thread of its own from a bounded buffer.
///
/// Event loops add lines and never wait. Those that find no room, because whoever reads the log is behind, are counted,
/// and a line says how many there were.
package final class AccessLog: Sendable {
    /// Bytes at which they are written before the time for that.
    private static let threshold = 256 << 10
    /// How long lines are gathered, in nanoseconds.
    private static let patience: Int64 = 50 * .millisecond

    private struct State {
        var lines: [UInt8] = []
        var stamp = TimeStamp()
        var dropped = 0
        var isStopped = false
        var hasEnded = false
        var reopens = false
    }

    private let format: LogFormat
    private let capacity: Int
    private let destination: LogDestination
    private let logger: Logger
    private let complaints = LogBudget(linesPerSecond: 1)
    private let monitor = Monitor(State())
    private let lost = Atomic<Int>(0)

    /// A log on the standard output stream, or at the end of a file; so many bytes may wait to be written.
    package init(
        format: LogFormat, path: String? = nil, capacity: Int = 4 << 20, logger: Logger
    ) throws(ServerError) {
        self.capacity = capacity
        self.format = format
        self.logger = logger
        destination = try LogDestination(path: path)
    }

    /// Lines that were not written, so far.
    var dropped: Int { lost.load(ordering: .relaxed) }

    /// Starts the thread.
    func start() {
        WorkerThread.start(name: "access-log") { self.run() }
    }

    /// Opens the file anew before more is written: its name may be another file's by now.
    package func reopen() {
        monitor.withLock { $0.reopens = true }
        monitor.signal()
    }

    /// Lets the thread end when it has written what there is.
    func stop() {
        monitor.withLock { $0.isStopped = true }
        monitor.broadcast()
    }

    /// Waits for that; false: it still writes.
    func waitUntilEnded(until deadline: MonotonicTime) -> Bool {
        monitor.wait(until: deadline) { $0.hasEnded ? true : nil } ?? false
    }

    /// Adds a line, or counts it.
    func add(_ entry: AccessEntry) {
        entry.withPlainMembers(format) { add(entry, $0) }
    }

    private func add(_ entry: AccessEntry, _ members: UnsafeRawBufferPointer?) {
        let wakes = monitor.withLock { state in
            guard state.lines.count < capacity, !state.isStopped else {
                state.dropped += 1
                lost.add(1, ordering: .relaxed)
                return false
            }
            let before = state.lines.count
            entry.write(format, members, &state.stamp, to: &state.lines)
            return before == 0 || before < Self.threshold && state.lines.count >= Self.threshold
        }
        if wakes { monitor.signal() }
    }

    // MARK: - Thread

    private func run() {
        var batch: [UInt8] = []
        while gather(&batch) {
            let (written, failure) = destination.write(batch) { !monitor.withLock { $0.isStopped } }
            if let failure { lose(batch[written...], failure) }
            batch.removeAll(keepingCapacity: true)
        }
        monitor.withLock { $0.hasEnded = true }
        monitor.broadcast()
    }

    /// Waits for lines, and a while for more of them.
    ///
    /// False: there will be no more.
    private func gather(_ batch: inout [UInt8]) -> Bool {
        _ = monitor.wait { $0.lines.isEmpty && !$0.isStopped && !$0.reopens ? nil : true }
        let deadline = MonotonicTime.now().advanced(by: Self.patience)
        _ = monitor.wait(until: deadline) { state in
            state.lines.count >= Self.threshold || state.isStopped || state.reopens ? true : nil
        }
        let (isOver, reopens, dropped) = monitor.withLock { state in
            swap(&state.lines, &batch)
            defer { (state.reopens, state.dropped) = (false, 0) }
            return (state.isStopped && batch.isEmpty, state.reopens, state.dropped)
        }
        if reopens, let failure = destination.reopen() {
            logger.error("the access log stays where it is: \(LogEscaping.escape(failure))")
        }
        if dropped > 0 { batch += notice(of: dropped) }
        return !isOver
    }

    private func notice(of dropped: Int) -> [UInt8] {
        var line: [UInt8] = []
        var stamp = TimeStamp()
        if format == .json { LineText.append("{\"time\":\"", to: &line) }
        stamp.append(nanosecondsSinceEpoch(), to: &line)
        switch format {
        case .text: line += " \(dropped) lines were dropped\n".utf8
        case .json: line += "\",\"dropped\":\(dropped)}\n".utf8
        }
        return line
    }

    private func lose(_ rest: ArraySlice<UInt8>, _ failure: String) {
        let lines = rest.count { $0 == UInt8(ascii: "\n") }
        lost.add(lines, ordering: .relaxed)
        guard complaints.take() != .drop else { return }
        logger.error("\(lines) lines of the access log are lost: \(LogEscaping.escape(failure))")
    }
}
