import Glibc

/// What the disk refused, as a line for the log.
struct StorageError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    /// Of the system call that just failed.
    init(path: String) { description = "\(path): \(String(cString: strerror(errno)))" }
}

/// An open file, closed when it goes.
struct OpenFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    /// Opens a file for reading; the last part of the path must not be a symbolic link unless links are followed.
    init(reading path: String, followingLinks: Bool = false) throws(StorageError) {
        // O_NONBLOCK: a named pipe must not keep us waiting for a writer.
        try self.init(path, O_RDONLY | O_NONBLOCK | (followingLinks ? 0 : O_NOFOLLOW))
    }

    /// Makes a file that was not there, for its owner only.
    init(creating path: String) throws(StorageError) {
        try self.init(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
    }

    /// Opens a file to be locked, which is made if it is not there.
    init(locking path: String) throws(StorageError) {
        try self.init(path, O_RDWR | O_CREAT | O_NOFOLLOW)
    }

    /// Opens a folder to be locked.
    init(directory path: String) throws(StorageError) {
        try self.init(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    }

    private init(_ path: String, _ flags: Int32) throws(StorageError) {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(path: path) }
    }

    deinit { close(descriptor) }

    func status() throws(StorageError) -> FileStatus {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StorageError(path: path) }
        return FileStatus(status)
    }

    /// The first `size` bytes, fewer if the file ends before.
    func read(size: Int) throws(StorageError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let count = Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, size - filled)
                if count < 0, errno == EINTR { continue }
                failed = count < 0
                guard count > 0 else { return }
                filled += count
            }
        }
        guard !failed else { throw StorageError(path: path) }
        return bytes
    }

    func write(_ bytes: ArraySlice<UInt8>, at offset: Int = 0) throws(StorageError) {
        let succeeded = bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = pwrite(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, offset + done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
        guard succeeded else { throw StorageError(path: path) }
    }

    func setSize(_ size: Int) throws(StorageError) {
        guard ftruncate(descriptor, size) == 0 else { throw StorageError(path: path) }
    }

    /// The file with its lock taken.
    consuming func locked() throws(StorageError) -> OpenFile {
        try lock()
        return self
    }

    /// Takes the file's lock, which goes with the file.
    ///
    /// Waits for it, or returns false if somebody has it.
    @discardableResult
    func lock(waiting: Bool = true) throws(StorageError) -> Bool {
        while flock(descriptor, LOCK_EX | (waiting ? 0 : LOCK_NB)) != 0 {
            if errno == EINTR { continue }
            guard !waiting, errno == EWOULDBLOCK else { throw StorageError(path: path) }
            return false
        }
        return true
    }
}

/// The whole of a file of the cache; not of one that is unreasonably large.
func readSmallFile(_ path: String) throws(StorageError) -> [UInt8] {
    let file = try OpenFile(reading: path)
    let status = try file.status()
    guard status.isRegular, status.identity.size <= 1 << 30 else { throw StorageError("\(path): not a file of ours") }
    return try file.read(size: Int(status.identity.size))
}
