import Glibc

/// A module's file, read at once into memory: it may be overwritten at any time, and what is validated must be what
/// is translated, so it is never mapped.
struct SourceFile {
    /// As the JavaScript interface has it.
    static let sizeLimit = 1 << 30
    /// A file that changed less than this before it was read may change again within the same tick of its clock.
    private static let settlingTime: UInt64 = 100_000_000

    let contents: [UInt8]
    let identity: FileIdentity
    /// The identity will not fit other contents later.
    let isSettled: Bool

    init(path: String) throws(ModuleError) {
        do throws(StorageError) {
            let file = try OpenFile(reading: path, followingLinks: true)
            let now = wallClock()
            let status = try file.status()
            identity = status.identity
            guard status.isRegular else {
                throw StorageError(status.isDirectory ? "is a folder" : "is not a regular file")
            }
            guard identity.size <= Self.sizeLimit else { throw StorageError("is larger than 1 GiB") }
            contents = try file.read(size: Int(identity.size))
            guard try file.status().identity == identity, contents.count == identity.size else {
                throw StorageError("changed while it was read")
            }
            let isTrustworthy = status.owner == geteuid() || status.owner == 0
            // A file system that knows whole seconds only could not tell two writes within one.
            let hasFineTimes = identity.changed % 1_000_000_000 != 0
            isSettled = isTrustworthy && hasFineTimes && identity.changed &+ Self.settlingTime <= now
        } catch {
            let reason = error.description
            throw ModuleError(
                file: path, message: reason.hasPrefix(path + ": ") ? String(reason.dropFirst(path.count + 2)) : reason)
        }
    }
}
