import Glibc

/// What tells one state of a file from every other: any write changes `changed`, which no program can set.
struct FileIdentity: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
    var size: UInt64
    /// Times in nanoseconds since 1970.
    var modified: UInt64
    var changed: UInt64
}

/// What the file system says about a file.
struct FileStatus {
    var identity: FileIdentity
    var isRegular: Bool
    var isDirectory: Bool
    var owner: UInt32
    var permissions: UInt32

    init(_ status: stat) {
        identity = FileIdentity(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: UInt64(status.st_size),
            modified: nanoseconds(status.st_mtim), changed: nanoseconds(status.st_ctim))
        isRegular = status.st_mode & S_IFMT == S_IFREG
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        owner = status.st_uid
        permissions = status.st_mode & 0o7777
    }

    /// Nil if there is nothing at the path.
    ///
    /// A symbolic link is described itself unless links are followed.
    init?(path: String, followingLinks: Bool = false) {
        var status = stat()
        guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        self.init(status)
    }

    /// Nobody else can have written it, root aside.
    var isOurs: Bool { owner == geteuid() && permissions & 0o022 == 0 }
}

func nanoseconds(_ time: timespec) -> UInt64 {
    UInt64(bitPattern: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
}

/// The wall clock, as files' times are taken from it.
func wallClock() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return nanoseconds(time)
}

extension ByteEncoder {
    mutating func identity(_ identity: FileIdentity) {
        number(identity.device)
        number(identity.inode)
        number(identity.size)
        number(identity.modified)
        number(identity.changed)
    }
}

extension ByteDecoder {
    mutating func identity() throws(DamagedFile) -> FileIdentity {
        let (device, inode, size) = (try number(UInt64.self), try number(UInt64.self), try number(UInt64.self))
        return FileIdentity(
            device: device, inode: inode, size: size, modified: try number(), changed: try number())
    }
}
