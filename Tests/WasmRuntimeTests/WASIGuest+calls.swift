import CRuntime
import TestGuests
import Testing

/// Error numbers of preview 1 that tests expect.
enum WASIErrno {
    static let success: UInt64 = 0, badf: UInt64 = 8, exist: UInt64 = 20, fault: UInt64 = 21, inval: UInt64 = 28
    static let isdir: UInt64 = 31, loop: UInt64 = 32, mfile: UInt64 = 33, nametoolong: UInt64 = 37, noent: UInt64 = 44
    static let notdir: UInt64 = 54, notempty: UInt64 = 55, notsock: UInt64 = 57, notsup: UInt64 = 58
    static let perm: UInt64 = 63, spipe: UInt64 = 70, notcapable: UInt64 = 76
}

/// Rights of preview 1 that tests ask for.
enum WASIRight {
    static let read: UInt64 = 1 << 1, write: UInt64 = 1 << 6, pathOpen: UInt64 = 1 << 13, setSize: UInt64 = 1 << 19
}

extension WASIGuest {
    /// Calls a function that is expected to return an error number.
    func call(_ name: String, _ arguments: UInt64...) throws -> UInt64 {
        let (trap, result) = try enter(name, arguments)
        #expect(trap == TF_OK)
        return result
    }

    /// Opens a path; descriptor or error number.
    func open(
        _ path: String, in folder: UInt64 = 3, follow: Bool = true, flags: UInt64 = 0, rights: UInt64 = WASIRight.read,
        status: UInt64 = 0
    ) throws -> (errno: UInt64, descriptor: UInt64) {
        let (address, count) = place(path)
        let all = UInt64(0x3fff_ffff)
        let errno = try call("path_open", folder, follow ? 1 : 0, address, count, flags, rights, all, status, 16)
        return (errno, UInt64(load(16, as: UInt32.self)))
    }

    /// Calls one of the functions that take a descriptor and a path.
    func path(_ name: String, _ path: String, in folder: UInt64 = 3) throws -> UInt64 {
        let (address, count) = place(path)
        return try call(name, folder, address, count)
    }

    /// Calls `path_rename` or `path_link`.
    func pair(_ name: String, _ old: String, _ new: String, in folder: UInt64 = 3, to target: UInt64 = 3) throws
        -> UInt64
    {
        let (a, n) = place(old), (b, m) = place(new, at: 8192)
        return try name == "path_link"
            ? call(name, folder, 0, a, n, target, b, m) : call(name, folder, a, n, target, b, m)
    }

    func symlink(_ target: String, at path: String) throws -> UInt64 {
        let (a, n) = place(target), (b, m) = place(path, at: 8192)
        return try call("path_symlink", a, n, 3, b, m)
    }

    /// Writes or reads with one buffer; error number and byte count.
    func transfer(_ name: String, _ descriptor: UInt64, at address: UInt64, count: UInt64) throws -> (UInt64, UInt32) {
        store(UInt32(truncatingIfNeeded: address), at: 32)
        store(UInt32(truncatingIfNeeded: count), at: 36)
        return (try call(name, descriptor, 32, 1, 48), load(48))
    }

    func write(_ text: String, to descriptor: UInt64) throws -> (UInt64, UInt32) {
        let (address, count) = place(text, at: 4096)
        return try transfer("fd_write", descriptor, at: address, count: count)
    }

    func read(_ descriptor: UInt64, count: UInt64 = 256) throws -> String {
        let (errno, got) = try transfer("fd_read", descriptor, at: 4096, count: count)
        #expect(errno == WASIErrno.success)
        return string(at: 4096, count: UInt64(got))
    }
}
