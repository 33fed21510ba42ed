import CRuntime
import Glibc

/// The folder whose files are served.
///
/// Nothing outside of it can be opened through it.
package final class ServedFolder: Sendable {
    /// Where it is.
    package let path: String
    /// Whether each folder in it is a site's, out of which nothing that lies in it leads.
    package let holdsSites: Bool
    private let descriptor: Int32

    /// Opens the folder.
    package init(path: String, holdsSites: Bool = false) throws(ServerError) {
        let descriptor = tf_open_folder(path)
        guard descriptor >= 0 else { throw ServerError("\(path): \(systemMessage(-descriptor))") }
        self.descriptor = descriptor
        self.path = path
        self.holdsSites = holdsSites
    }

    deinit {
        close(descriptor)
    }

    /// Why something is not opened.
    package enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// There is no such file, or none that may be served: outside, a pipe, a device.
        case missing
        /// It is there, and we may not read it.
        case denied
        /// The system said no, for the time being.
        case failing(String)

        package var description: String {
            switch self {
            case .missing: "there is no such file"
            case .denied: "it may not be read"
            case .failing(let message): message
            }
        }
    }

    /// Opens a file or folder beneath this one.
    package func open(_ name: String) throws(Failure) -> OpenFile {
        var identity = tf_file_identity()
        let file = open(name, &identity)
        guard file < 0 else { return OpenFile(descriptor: file, identity: identity) }
        switch -file {
        case EMFILE, ENFILE, ENOMEM, EIO, EAGAIN, ESTALE, ETIMEDOUT: throw .failing(systemMessage(-file))
        case EACCES, EPERM: throw .denied
        default: throw .missing
        }
    }

    private func open(_ name: String, _ identity: inout tf_file_identity) -> Int32 {
        guard holdsSites else { return tf_open_beneath(descriptor, name.isEmpty ? "." : name, &identity) }
        guard let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")) else { return -ENOENT }
        // Two steps: a link in one tenant's folder must not lead into another's.
        let site = tf_open_folder_beneath(descriptor, String(name[..<slash]))
        guard site >= 0 else { return site }
        defer { close(site) }
        let rest = name[name.utf8.index(after: slash)...]
        return tf_open_beneath(site, rest.isEmpty ? "." : String(rest), &identity)
    }
}

/// An open file beneath the served folder.
///
/// Closed with its last reference.
package final class OpenFile: Sendable {
    /// For reading.
    package let descriptor: Int32
    /// As it was when it was opened.
    package let identity: FileIdentity
    /// Whether it is a folder.
    package let isFolder: Bool

    fileprivate init(descriptor: Int32, identity: tf_file_identity) {
        self.descriptor = descriptor
        self.identity = FileIdentity(identity)
        isFolder = identity.mode & S_IFMT == S_IFDIR
    }

    deinit {
        close(descriptor)
    }

    /// Whether it has become shorter since it was opened.
    var isCut: Bool { identify().map { $0.size < identity.size } ?? true }

    /// A descriptor for the same open file, which the caller closes.
    func duplicate() -> Int32? {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return copy >= 0 ? copy : nil
    }

    /// What came of reading it whole.
    package enum Contents: Sendable {
        /// All bytes, of one moment.
        case whole([UInt8], FileIdentity)
        /// Somebody is writing.
        case unstable
        /// It is larger than the limit.
        case tooLarge(UInt64)
        /// It cannot be read.
        case unreadable(String)
    }

    /// Reads all of it, of one moment: nobody writes while it is read, where the file system lets us know, and it is
    /// the same before and after.
    package func contents(limit: Int) -> Contents {
        let hold = tf_hold_writers(descriptor)
        defer { if hold == 1 { tf_allow_writers(descriptor) } }
        guard hold != 0 else { return .unstable }
        guard let before = identify() else { return .unreadable(systemMessage(errno)) }
        guard before.size <= UInt64(limit) else { return .tooLarge(before.size) }
        // Without a lease a write may be under way whose last bytes are still to come.
        guard hold == 1 || nanosecondsSinceEpoch() - before.modified > Self.pause else { return .unstable }

        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(before.size)) { buffer, count in
            while count < buffer.count {
                let got = pread(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count, count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard failure == 0 else { return .unreadable(systemMessage(failure)) }
        guard let after = identify(), after == before, bytes.count == Int(before.size) else { return .unstable }
        return .whole(bytes, after)
    }

    /// How long a file without lease must have been left alone.
    private static let pause: Int64 = 50_000_000

    private func identify() -> FileIdentity? {
        var identity = tf_file_identity()
        return tf_identify(descriptor, &identity) == 0 ? FileIdentity(identity) : nil
    }
}

/// Nanoseconds since 1970, by the system's clock: what file stamps are compared with.
package func nanosecondsSinceEpoch() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String {
    String(cString: strerror(number))
}

/// Something that keeps the server from starting.
package struct ServerError: Error, CustomStringConvertible, Sendable {
    /// What it is.
    package let description: String

    /// Says what it is.
    package init(_ description: String) {
        self.description = description
    }
}
