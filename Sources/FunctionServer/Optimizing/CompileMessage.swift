import Glibc
import ModuleCache

/// One end of the connection between the server and the process that has modules compiled: whole messages, whose sizes
/// are said and bounded before they are read.
///
/// Neither side believes the other: both have to do with what strangers wrote.
final class CompileConnection: Sendable {
    let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// False: the other side has gone.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Nil: the other side has gone, or is silent until the deadline.
    func read(count: Int, until deadline: MonotonicTime = .distantFuture) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let isWhole = bytes.withUnsafeMutableBytes { buffer in
            var filled = 0
            while filled < count {
                guard wait(until: deadline) else { return false }
                let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                let got = Glibc.read(descriptor, piece.baseAddress, piece.count)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return false }
                filled += got
            }
            return true
        }
        return isWhole ? bytes : nil
    }

    /// Whether the other side has gone.
    var hasEnded: Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) > 0 && Int32(state.revents) & (POLLHUP | POLLERR) != 0
    }

    /// Wakes whoever waits for the other side, which is told that this is the end.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Whether there is something to read.
    private func wait(until deadline: MonotonicTime) -> Bool {
        guard deadline != .distantFuture else { return true }
        while true {
            let left = deadline.nanoseconds - MonotonicTime.now().nanoseconds
            guard left > 0 else { return false }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let found = poll(&wanted, 1, Int32(clamping: left / .millisecond + 1))
            if found > 0 { return true }
            if found < 0, errno != EINTR { return false }
        }
    }
}

/// A module to be compiled.
struct CompileRequest {
    /// For messages.
    var name: String
    var boundsChecks: CompileOptions.BoundsChecks
    var contents: [UInt8]

    private static let headerSize = 16
    /// Bytes of a name.
    private static let longestName = 1024

    init(name: String, boundsChecks: CompileOptions.BoundsChecks, contents: [UInt8]) {
        self.name = name
        self.boundsChecks = boundsChecks
        self.contents = contents
    }

    /// Waits for the next one; nil: there will be none, or it is too large to be one.
    init?(from connection: CompileConnection, limit: Int) {
        guard let header = connection.read(count: Self.headerSize) else { return nil }
        let (size, nameSize, checks) = header.withUnsafeBytes { bytes in
            (
                bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self),
                bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
            )
        }
        guard size <= limit, nameSize <= Self.longestName, checks < CompileOptions.BoundsChecks.allCases.count,
            let name = connection.read(count: Int(nameSize)), let contents = connection.read(count: Int(size))
        else { return nil }
        self.name = String(decoding: name, as: UTF8.self)
        boundsChecks = CompileOptions.BoundsChecks.allCases[Int(checks)]
        self.contents = contents
    }

    /// False: nobody takes it.
    func send(to connection: CompileConnection) -> Bool {
        let name = Array(name.utf8.prefix(Self.longestName))
        let checks = CompileOptions.BoundsChecks.allCases.firstIndex(of: boundsChecks) ?? 0
        var head: [UInt8] = []
        withUnsafeBytes(of: UInt64(contents.count)) { head += $0 }
        withUnsafeBytes(of: UInt32(name.count)) { head += $0 }
        withUnsafeBytes(of: UInt32(checks)) { head += $0 }
        return (head + name).withUnsafeBytes { connection.write($0) }
            && contents.withUnsafeBytes { connection.write($0) }
    }
}

/// What came of it.
struct CompileAnswer: Equatable, Sendable {
    enum Result: UInt32 {
        /// The artifact is in the cache.
        case done
        case failed
        /// It took longer than it may.
        case late
    }

    var result: Result
    /// For people.
    var message: String

    private static let headerSize = 8
    /// Bytes of a message.
    private static let longestMessage = 2048

    init(_ result: Result, _ message: String = "") {
        self.result = result
        self.message = message
    }

    /// Nil: there is none.
    init?(from connection: CompileConnection, until deadline: MonotonicTime) {
        guard let header = connection.read(count: Self.headerSize, until: deadline) else { return nil }
        let (code, size) = header.withUnsafeBytes { bytes in
            (bytes.loadUnaligned(as: UInt32.self), bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        }
        guard let result = Result(rawValue: code), size <= Self.longestMessage,
            let message = connection.read(count: Int(size), until: deadline)
        else { return nil }
        self.init(result, String(decoding: message, as: UTF8.self))
    }

    func send(to connection: CompileConnection) -> Bool {
        let text = Array(message.utf8.prefix(Self.longestMessage))
        var bytes: [UInt8] = []
        withUnsafeBytes(of: result.rawValue) { bytes += $0 }
        withUnsafeBytes(of: UInt32(text.count)) { bytes += $0 }
        return (bytes + text).withUnsafeBytes { connection.write($0) }
    }
}
