import CRuntime
import Glibc

/// A compiler at work: a process with bounds, and what it says.
final class CompilerProcess {
    /// What a compiler may use, each of its processes.
    struct Bounds {
        /// Bytes of address space.
        var memory: UInt64 = 4 << 30
        /// Bytes of the largest file.
        var fileSize: UInt64 = 1 << 30
        /// Of processor time.
        var seconds: UInt32 = 600
        /// Added to this process's niceness.
        var niceness: Int32 = 0
    }

    private let number: pid_t
    /// The end of a pipe from which its messages are read; its end is the program's end.
    let output: Int32
    private(set) var messages = ""
    private var isOver = false

    /// Starts a program in a folder, which it may use for its temporary files, with nothing of our environment.
    init(_ path: String, _ arguments: [String], folder: String, bounds: Bounds) throws(CompileError) {
        var ends: [Int32] = [-1, -1]
        let error = tf_open_pipe(&ends)
        guard error == 0 else { throw CompileError("no pipe for the compiler: \(String(cString: strerror(-error)))") }
        defer { close(ends[1]) }
        let environment = ["PATH=/usr/bin:/bin", "LC_ALL=C", "TMPDIR=" + folder, "HOME=" + folder]
        let started = withCStrings([path] + arguments) { arguments in
            withCStrings(environment) { environment in
                var program = tf_program(
                    path: arguments[0], arguments: arguments, environment: environment, folder: nil, output: ends[1],
                    memory: bounds.memory, file_size: bounds.fileSize, seconds: bounds.seconds, nice: bounds.niceness)
                return folder.withCString { folder in
                    program.folder = folder
                    return tf_start_program(&program)
                }
            }
        }
        guard started > 0 else {
            close(ends[0])
            throw CompileError("\(path) cannot be started: \(String(cString: strerror(-started)))")
        }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        (number, output) = (started, ends[0])
    }

    deinit {
        if !isOver { end() }
        close(output)
    }

    /// Ends it, and whatever it started.
    func end() {
        guard !isOver else { return }
        kill(-number, SIGKILL)
        kill(number, SIGKILL)
        var status: Int32 = 0
        while waitpid(number, &status, 0) < 0, errno == EINTR {}
        isOver = true
    }

    /// Reads what it says; nil as long as it runs, else whether all went well.
    func progress() -> Bool? {
        guard !isOver else { return false }
        // Something that it started may keep the pipe when it ends itself.
        let isSilent = readMessages()
        var status: Int32 = 0
        var ended = waitpid(number, &status, isSilent ? 0 : WNOHANG)
        while ended < 0, errno == EINTR { ended = waitpid(number, &status, isSilent ? 0 : WNOHANG) }
        guard ended != 0 else { return nil }
        isOver = true
        kill(-number, SIGKILL)
        if status & 0x7F != 0 { messages += "it was ended by signal \(status & 0x7F)" }
        return status == 0
    }

    /// Returns whether that was all.
    private func readMessages() -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 12) { buffer in
            while true {
                let count = read(output, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return count == 0 || errno != EAGAIN }
                guard messages.utf8.count < CompileError.messageLimit else { continue }
                messages += String(decoding: buffer[..<count], as: UTF8.self)
            }
        }
    }
}

/// Strings as an array of C's, with a null at its end.
private func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    let pointers = copies.map { UnsafePointer($0) } + [nil]
    return pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("there is the null") }
        return body(base)
    }
}
