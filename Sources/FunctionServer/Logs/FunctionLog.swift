import Glibc
package import Logging
import Synchronization
import WasmRuntime

/// What a function says on one request: lines with its name before them, escaped, and not without end.
package final class FunctionLog: ByteSink, Sendable {
    /// Lines taken from one request.
    package static let maximumLines = 1000

    private struct State {
        var line: [UInt8] = []
        var dropped = 0
        var lines = 0
    }

    let name: String
    private let logger: Logger
    private let budget: LogBudget
    let report: FunctionReport?
    private let request: String?
    private let state = Mutex(State())

    /// A log for one request, which each line names at its end.
    package init(
        name: String, logger: Logger, budget: LogBudget = LogBudget(), report: FunctionReport? = nil,
        request: String? = nil
    ) {
        self.name = name
        self.request = request
        self.report = report
        self.budget = budget
        self.logger = logger
    }

    /// Takes the next bytes of the standard error stream.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            var rest = bytes[...]
            while let end = Self.lineEnd(in: rest) {
                take(rest[..<end], &state)
                emit(&state)
                rest = rest[(end + 1)...]
            }
            take(rest, &state)
        }
        return true
    }

    /// Takes a whole message, of as many lines as it has.
    package func say(_ message: String) {
        var bytes = Array(message.utf8)
        if bytes.last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        _ = bytes.withUnsafeBytes(write)
    }

    /// Writes why the function gave no response; the client never sees this.
    func fail(_ failure: FunctionFailure) {
        report?.failed(failure, at: nanosecondsSinceEpoch() / .second)
        for line in failure.cause.split(separator: "\n").prefix(Self.maximumCause) {
            print(LogEscaping.escape(String(line)), level: .error)
        }
    }

    /// Tells the log and the metrics of limits that the function has reached.
    func report(_ limits: Set<Limit>, of all: GuestLimits, isCommand: Bool = false) {
        for limit in limits.sorted() {
            let report = LimitReport(limit: limit, amount: all.amount(of: limit, isCommand: isCommand))
            print(report.count(function: name), level: .warning)
        }
    }

    private static let maximumCause = 100

    /// Writes what is left without line end, and how much was dropped.
    package func finish() {
        state.withLock { state in
            if !state.line.isEmpty || state.dropped > 0 { emit(&state) }
            if state.lines > Self.maximumLines {
                print("\(state.lines - Self.maximumLines) lines more")
            }
        }
    }

    /// Quick, since a guest may write a great deal without one.
    private static func lineEnd(in bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard let start = bytes.base.baseAddress, !bytes.isEmpty else { return nil }
        let from = start + bytes.startIndex
        return memchr(from, Int32(UInt8(ascii: "\n")), bytes.count).map { UnsafeRawPointer($0) - start }
    }

    private func take(_ bytes: Slice<UnsafeRawBufferPointer>, _ state: inout State) {
        let room = LogEscaping.maximumLine - state.line.count
        state.line.append(contentsOf: bytes.prefix(room))
        state.dropped += max(0, bytes.count - room)
    }

    private func emit(_ state: inout State) {
        state.lines += 1
        if state.lines <= Self.maximumLines {
            if state.line.last == UInt8(ascii: "\r") { state.line.removeLast() }
            let cut = state.dropped > 0 ? "… (\(state.dropped) bytes more)" : ""
            print(LogEscaping.escape(state.line) + cut)
        }
        state.line.removeAll(keepingCapacity: true)
        state.dropped = 0
    }

    private func print(_ line: String, level: Logger.Level = .info) {
        guard case .write(let dropped) = budget.take() else { return }
        let name = LogEscaping.escape(name)
        if dropped > 0 { logger.warning("\(name): \(dropped) lines were dropped") }
        logger.log(level: level, "\(name): \(line)", metadata: request.map { ["request": "\($0)"] })
    }
}
