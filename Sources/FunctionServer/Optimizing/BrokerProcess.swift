import CRuntime
import Glibc
import ModuleCache
import NativeCode

/// The process of ``CompileBroker``: waits for modules, and has each compiled by a process of its own.
///
/// It reads nothing of a module, so that nothing in one can do it harm, and ends whatever a compiler leaves behind.
struct BrokerProcess {
    private let settings: OptimizationSettings
    private let cache: CacheConfiguration
    private let server: CompileConnection

    /// Nanoseconds beyond the time for compiling, within which compilers are to be given up in an orderly way.
    private static let grace: Int64 = 2 * .second

    /// In a fresh copy of the server's process: serves until the server ends.
    static func run(
        _ settings: OptimizationSettings, cache: CacheConfiguration, maximumModule: Int, isContained: Bool,
        descriptor: Int32
    ) -> Never {
        let kept = tf_stand_apart(descriptor, "compile-broker")
        guard kept >= 0 else { _exit(1) }
        let server = CompileConnection(descriptor: kept)
        let greeting = isContained ? contain(settings, cache) : CompileAnswer(.done, "off")
        guard greeting.send(to: server) else { _exit(0) }
        let process = BrokerProcess(settings: settings, cache: cache, server: server)
        while let request = CompileRequest(from: server, limit: maximumModule) {
            guard process.answer(request).send(to: server) else { break }
        }
        _exit(0)
    }

    private static func contain(_ settings: OptimizationSettings, _ cache: CacheConfiguration) -> CompileAnswer {
        let folders = ModuleCache(configuration: cache).writableFolders()
        let report = CompilerContainment(compiler: settings.compiler.path, writable: folders).enter()
        return CompileAnswer(report.isComplete ? .done : .failed, report.description)
    }

    /// Has a process compile it, and ends that process and all that it started.
    private func answer(_ request: CompileRequest) -> CompileAnswer {
        var ends: [Int32] = [-1, -1]
        let failure = tf_open_pipe(&ends)
        guard failure == 0 else { return CompileAnswer(.failed, "a pipe: \(systemMessage(-failure))") }
        let child = tf_start_copy(SIGKILL)
        if child == 0 {
            close(ends[0])
            let isSent = compile(request).send(to: CompileConnection(descriptor: ends[1]))
            _exit(isSent ? 0 : 1)
        }
        close(ends[1])
        let output = CompileConnection(descriptor: ends[0])
        guard child > 0 else { return CompileAnswer(.failed, "no process: \(systemMessage(-child))") }
        let deadline = MonotonicTime.now().advanced(by: settings.time + Self.grace)
        let answer = wait(for: output, of: child, until: deadline) ? CompileAnswer(from: output, until: deadline) : nil
        let status = tf_end_descendants(child)
        if let answer { return answer }
        if MonotonicTime.now() >= deadline { return CompileAnswer(.late, Self.late(settings)) }
        let end = status & 0x7F == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"
        return CompileAnswer(.failed, "the process that compiled it ended early: \(end)")
    }

    /// Waits until a process has something to say; false once it is late.
    ///
    /// Ends both with the server.
    private func wait(for output: CompileConnection, of child: pid_t, until deadline: MonotonicTime) -> Bool {
        while true {
            var files = [
                pollfd(fd: output.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let left = deadline.nanoseconds - MonotonicTime.now().nanoseconds
            guard left > 0 else { return false }
            guard poll(&files, 2, Int32(clamping: left / .millisecond + 1)) > 0 else { continue }
            // It says nothing while it waits for an answer: this is its end.
            if files[1].revents != 0 {
                _ = tf_end_descendants(child)
                _exit(0)
            }
            if files[0].revents != 0 { return true }
        }
    }

    /// In a process of its own.
    private func compile(_ request: CompileRequest) -> CompileAnswer {
        let end = MonotonicTime.now().advanced(by: settings.time)
        tf_bound_work(UInt32(clamping: settings.time / .second + 10), settings.niceness)
        var options = CompileOptions(tier: .optimized, boundsChecks: request.boundsChecks)
        options.compiler = settings.compiler
        options.budget = OptimizedBuild.Budget(processes: settings.processes, time: .nanoseconds(settings.time))
        options.timeLimit = .nanoseconds(settings.time)
        do {
            let artifact = try ModuleCache(configuration: cache).artifact(
                contents: request.contents, name: request.name, options: options)
            guard artifact.isInCache else { return CompileAnswer(.failed, "the cache takes nothing") }
            return CompileAnswer(.done)
        } catch {
            let isLate = error.isTimeLimit || MonotonicTime.now() >= end
            return isLate ? CompileAnswer(.late, Self.late(settings)) : CompileAnswer(.failed, error.message)
        }
    }

    private static func late(_ settings: OptimizationSettings) -> String {
        "compiling it takes longer than \(settings.time / .millisecond) ms"
    }
}
