import Glibc
import Synchronization

/// A shared object that the dynamic loader holds for us, until this object goes.
final class SharedObjectHandle: Sendable {
    private nonisolated(unsafe) let handle: UnsafeMutableRawPointer

    /// Loads the very file that was checked: it is opened once, and the loader gets the open file.
    init(path: String) throws(LoadError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw LoadError(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw LoadError(path: path, reason: "is not a regular file")
        }
        guard status.st_uid == geteuid(), status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw LoadError(path: path, reason: "belongs to somebody else, or others may write to it")
        }
        guard let handle = dlopen(Self.uniquePath(descriptor), RTLD_NOW | RTLD_LOCAL) else {
            throw LoadError(path: path, reason: dlerror().map { String(cString: $0) } ?? "cannot be loaded")
        }
        self.handle = handle
    }

    deinit {
        dlclose(handle)
    }

    func symbol(_ name: String) -> UnsafeMutableRawPointer? {
        dlsym(handle, name)
    }

    private static let count = Atomic<UInt32>(0)

    /// A path of the open file that was never used before.
    ///
    /// The loader takes a path it has seen for the object it loaded then, and descriptors are used again. So the
    /// path spells a number in its separators: `/./` for 1, `//` for 0.
    private static func uniquePath(_ descriptor: Int32) -> String {
        let number = count.add(1, ordering: .relaxed).newValue
        let digits = (0..<32).map { number >> $0 & 1 == 1 ? "/." : "/" }.joined()
        return "/proc/self\(digits)/fd/\(descriptor)"
    }
}
