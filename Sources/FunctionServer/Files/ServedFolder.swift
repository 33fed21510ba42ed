import CRuntime
import Glibc
package import Logging

/// The folder whose files are served, or those of all sites.
///
/// Nothing outside of them can be opened through it.
package final class ServedFolder: Sendable {
    private enum Place {
        case one(OpenFolder)
        case sites(SiteRoots)
    }

    /// What to watch for changes.
    let watched: [FolderWatcher.Root]
    private let place: Place

    /// Opens one folder, which answers every host.
    package init(path: String) throws(ServerError) {
        place = .one(try OpenFolder(path: path))
        watched = [FolderWatcher.Root(path: path)]
    }

    /// Opens the folders of sites: names begin with the site's, and nothing that lies in its folder leads out of it.
    package init(sites: SiteSources, logger: Logger) throws(ServerError) {
        place = .sites(try SiteRoots(sites, logger: logger))
        watched = sites.watched
    }

    /// Where sites are found; nil: one folder answers every host.
    var roots: SiteRoots? {
        if case .sites(let roots) = place { roots } else { nil }
    }

    /// Why something is not opened.
    package enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        /// There is no such file, or none that may be served: outside, a pipe, a device.
        case missing
        /// It is there, and we may not read it.
        case denied
        /// Access rules above the site's folder keep it from being served.
        case refused
        /// The site's folder is another one now than the one that was asked for.
        case moved
        /// The system said no, for the time being.
        case failing(String)

        /// What an error number of opening something means.
        init(errno number: Int32) {
            switch number {
            case EMFILE, ENFILE, ENOMEM, EIO, EAGAIN, ESTALE, ETIMEDOUT: self = .failing(systemMessage(number))
            case EACCES, EPERM: self = .denied
            default: self = .missing
            }
        }

        /// Whether it may be over in a moment.
        var isPassing: Bool {
            switch self {
            case .failing, .moved: true
            case .missing, .denied, .refused: false
            }
        }

        package var description: String {
            switch self {
            case .missing: "there is no such file"
            case .denied: "it may not be read"
            case .refused: "a folder above the site's has a \(AccessRules.fileName) of its own"
            case .moved: "the site's record names another folder now"
            case .failing(let message): message
            }
        }
    }

    /// Opens a file or folder beneath this one; with `root`, only if that is the root that the site has.
    package func open(_ name: String, root: UInt64? = nil) throws(Failure) -> OpenFile {
        switch place {
        case .one(let folder): return try folder.open(name)
        case .sites(let roots):
            guard let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")) else { throw .missing }
            // Two steps: a link in one tenant's folder must not lead into another's.
            let found = try roots.open(String(name[..<slash]))
            guard root == nil || root == found.id else { throw .moved }
            return try found.folder.open(String(name[name.utf8.index(after: slash)...]), root: found.id)
        }
    }

    /// Whether something is there by that name, whatever it is: a link that leads nowhere, or out.
    func hasEntry(_ name: String) -> Bool {
        let slash = name.utf8.lastIndex(of: UInt8(ascii: "/"))
        let last = slash.map { name[name.utf8.index(after: $0)...] } ?? name[...]
        guard let parent = try? open(slash.map { String(name[...$0]) } ?? "") else { return false }
        var status = stat()
        return fstatat(parent.descriptor, String(last), &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// What decides about access to a site, as far as the file system says.
    enum AccessFile {
        /// Everybody may read.
        case absent(root: UInt64)
        case file(OpenFile)
    }

    /// Looks for the access rules of a site; the empty name is the one folder.
    ///
    /// Only if nothing is there by that name there are none: not if it is a link that leads nowhere or out, or a folder.
    func accessFile(of site: String) throws(Failure) -> AccessFile {
        let root: SiteRoots.Root
        switch place {
        case .one(let folder): root = SiteRoots.Root(folder: folder, id: 0)
        case .sites(let roots): root = try roots.open(site, checksParents: true)
        }
        guard try root.folder.hasAccessRules() else { return .absent(root: root.id) }
        do throws(Failure) {
            let file = try root.folder.open(AccessRules.fileName, root: root.id)
            guard !file.isFolder else { throw .denied }
            return .file(file)
        } catch {
            throw error == .missing ? .denied : error
        }
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
    /// Which root of its site it lies beneath; 0 where a site has only one.
    let root: UInt64
    /// Whether it is a file with bytes of its own: no pipe, no device.
    let isRegular: Bool

    init(descriptor: Int32, identity: tf_file_identity, root: UInt64 = 0) {
        self.descriptor = descriptor
        self.root = root
        self.identity = FileIdentity(identity)
        isFolder = identity.mode & S_IFMT == S_IFDIR
        isRegular = identity.mode & S_IFMT == S_IFREG
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

        let (bytes, failure) = readBytes(descriptor, count: Int(before.size))
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
