import Glibc

/// Where lines go: the standard output stream, or the end of a file.
///
/// SAFETY: the descriptor is the log's thread's, once that is started.
final class LogDestination: @unchecked Sendable {
    private let path: String?
    private var descriptor: Int32

    /// The standard output stream, or the file, which is made if it is not there.
    init(path: String?) throws(ServerError) {
        self.path = path
        guard let path else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = Self.open(path)
        guard descriptor >= 0 else { throw ServerError("\(path): \(systemMessage(errno))") }
    }

    deinit {
        if path != nil { close(descriptor) }
    }

    /// Opens the file of that name again, which may be another one by now.
    ///
    /// Returns what the system said against it; the file that was open stays so.
    func reopen() -> String? {
        guard let path else { return nil }
        let other = Self.open(path)
        guard other >= 0 else { return "\(path): \(systemMessage(errno))" }
        close(descriptor)
        descriptor = other
        return nil
    }

    /// Writes all of it, and waits for a reader that is behind, unless nobody wants it any more.
    ///
    /// Returns how many bytes were written, and what the system said against the rest.
    func write(_ bytes: [UInt8], while isWanted: () -> Bool) -> (written: Int, failure: String?) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                written += count
                continue
            }
            let number = errno
            switch number {
            case EINTR: continue
            case EAGAIN:
                guard isWanted() else { return (written, systemMessage(number)) }
                var file = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&file, 1, 200)
            default: return (written, systemMessage(number))
            }
        }
        return (written, nil)
    }

    /// Never waits, as it would for the reader of a named pipe.
    private static func open(_ path: String) -> Int32 {
        Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0o640)
    }
}
