import CRuntime
import Glibc

/// C text on its way from who writes it, on a thread of its own, to libtcc, which reads it as a file: none of the two
/// waits for the other to be done, and the whole is never in memory.
final class SourcePipe: @unchecked Sendable {
    /// Gives the text piece by piece; false if it was given up.
    typealias Writer = @Sendable (_ sink: (UnsafeBufferPointer<UInt8>) -> Void) -> Bool

    /// Linux's `F_SETPIPE_SZ`, which the C library declares to those who ask for GNU extensions only.
    private static let setSize: Int32 = 1031

    private let writer: Writer
    private let readEnd: Int32
    private let writeEnd: Int32
    private var thread = pthread_t()
    // Set by the thread, read after it was joined.
    private var wasWritten = false
    private var hasNUL = false
    private var isBroken = false

    /// Fails where there are no descriptors or threads left.
    init?(_ writer: @escaping Writer) {
        var ends: [Int32] = [-1, -1]
        guard tf_open_pipe(&ends) == 0 else { return nil }
        self.writer = writer
        (readEnd, writeEnd) = (ends[0], ends[1])
        // Fewer switches between the threads; what the system allows does as well.
        _ = fcntl(readEnd, Self.setSize, 1 << 20)
        let context = Unmanaged.passRetained(self)
        guard pthread_create(&thread, nil, { SourcePipe.run($0) }, context.toOpaque()) == 0 else {
            context.release()
            close(readEnd)
            close(writeEnd)
            return nil
        }
    }

    /// What a reader opens.
    var path: String { "/proc/self/fd/\(readEnd)" }

    /// After the reader is done: lets the writer end, and says how it went.
    ///
    /// A reader that was interrupted takes that for the end: then something is left.
    func finish() -> (isComplete: Bool, wasGivenUp: Bool, hasNUL: Bool) {
        let isEmpty = drain()
        close(readEnd)
        pthread_join(thread, nil)
        return (isEmpty && !isBroken, !wasWritten, hasNUL)
    }

    /// Reads what is left to its end; false if there was something, or if that can't be known.
    private func drain() -> Bool {
        var isEmpty = true
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
            while true {
                let count = read(readEnd, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count != 0 { isEmpty = false }
                guard count > 0 else { return }
            }
        }
        return isEmpty
    }

    private static func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        // Whatever the process is told by signals is not this thread's business.
        var signals = sigset_t()
        sigfillset(&signals)
        for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] { sigdelset(&signals, fault) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let pipe = Unmanaged<SourcePipe>.fromOpaque(context).takeRetainedValue()
        pipe.wasWritten = pipe.writer { pipe.write($0) }
        close(pipe.writeEnd)
        return nil
    }

    private func write(_ piece: UnsafeBufferPointer<UInt8>) {
        guard let start = piece.baseAddress else { return }
        if memchr(start, 0, piece.count) != nil { hasNUL = true }
        var written = 0
        while written < piece.count {
            let count = Glibc.write(writeEnd, start + written, piece.count - written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                isBroken = true
                return
            }
            written += count
        }
    }
}
