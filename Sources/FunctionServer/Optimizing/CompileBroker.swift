import CRuntime
import Glibc
import ModuleCache
import NativeCode

/// A process that has modules compiled for a server, which is contained and can start no compiler itself.
///
/// It is started before the server gives up what it does not need, and before it has another thread, and gives up for
/// itself what compilers do not need. It ends with the server.
final class CompileBroker: Sendable {
    /// How it is contained, as it says.
    let containment: String
    /// Whether all that it was to give up is given up.
    let isContained: Bool
    let settings: OptimizationSettings
    private let connection: CompileConnection

    /// Nanoseconds that its first word may take.
    private static let patience: Int64 = 10 * .second
    /// Nanoseconds that an answer may take beyond the time for compiling: a module of the largest size is sent, and
    /// everything is ended.
    private static let grace: Int64 = 60 * .second

    /// Starts it; this process must have one thread.
    ///
    /// The modules that it gets are of `maximumModule` bytes at most.
    init(
        _ settings: OptimizationSettings, cache: CacheConfiguration, maximumModule: Int, isContained: Bool
    ) throws(ServerError) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw ServerError("no connection to a process that compiles: \(systemMessage(errno))")
        }
        let copy = tf_start_copy(SIGKILL)
        if copy == 0 {
            BrokerProcess.run(
                settings, cache: cache, maximumModule: maximumModule, isContained: isContained, descriptor: ends[1])
        }
        close(ends[1])
        connection = CompileConnection(descriptor: ends[0])
        self.settings = settings
        guard copy > 0 else { throw ServerError("no process to compile in: \(systemMessage(-copy))") }
        tf_ignore_children()
        let greeting = CompileAnswer(from: connection, until: MonotonicTime.now().advanced(by: Self.patience))
        guard let greeting else { throw ServerError("the process to compile in does not start") }
        containment = greeting.message
        self.isContained = greeting.result == .done
    }

    /// Has a module compiled into the cache.
    ///
    /// Blocks. Nil: the process has ended, or nobody waits for the answer any more.
    func compile(_ request: CompileRequest) -> CompileAnswer? {
        guard request.send(to: connection) else { return nil }
        let deadline = MonotonicTime.now().advanced(by: settings.time).advanced(by: Self.grace)
        return CompileAnswer(from: connection, until: deadline)
    }

    /// Whether the process has ended, while nobody waits for an answer.
    var hasEnded: Bool { connection.hasEnded }

    /// Nothing more is to be compiled: who waits for an answer gets none, and the process ends.
    func end() { connection.end() }
}
