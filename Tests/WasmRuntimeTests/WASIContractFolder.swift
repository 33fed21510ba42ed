import CRuntime
import TestGuests
import Testing

/// A guest with one granted folder, which is of the host or in memory.
struct WASIContractFolder {
    enum Kind: CaseIterable, Sendable { case host, memory }

    let guest: WASIGuest
    /// Where the folder is, if it is of the host.
    let sandbox: Sandbox?

    init(_ kind: Kind) throws {
        guest = try WASIGuest()
        sandbox = kind == .host ? try Sandbox() : nil
        if let sandbox {
            try #require(tf_wasi_preopen_path(guest.wasi, sandbox.grant, "/data", false) == 0)
        } else {
            try #require(tf_wasi_preopen_memory(guest.wasi, 16 << 20, "/data") == 0)
        }
    }

    /// Makes a file, or makes it anew.
    func file(_ path: String, _ text: String = "") throws {
        let (errno, descriptor) = try guest.open(path, flags: 9, rights: WASIRight.write)
        try #require(errno == WASIErrno.success)
        if !text.isEmpty { try #require(try guest.write(text, to: descriptor) == (0, UInt32(text.utf8.count))) }
        try #require(try guest.call("fd_close", descriptor) == WASIErrno.success)
    }

    func folder(_ path: String) throws {
        try #require(try guest.path("path_create_directory", path) == WASIErrno.success)
    }

    func link(_ path: String, to target: String) throws {
        try #require(try guest.symlink(target, at: path) == WASIErrno.success)
    }

    /// What is in a file, up to 4,000 bytes.
    func text(_ path: String) throws -> String {
        let (errno, descriptor) = try guest.open(path)
        try #require(errno == WASIErrno.success)
        let text = try guest.read(descriptor, count: 4000)
        try #require(try guest.call("fd_close", descriptor) == WASIErrno.success)
        return text
    }

    /// Opens a file with all rights that it can have.
    func open(_ path: String, flags: UInt64 = 0, status: UInt64 = 0) throws -> UInt64 {
        let (errno, descriptor) = try guest.open(path, flags: flags, rights: WASIRight.all, status: status)
        try #require(errno == WASIErrno.success)
        return descriptor
    }

    func openFolder(_ path: String) throws -> UInt64 {
        let (errno, descriptor) = try guest.open(path, flags: 2)
        try #require(errno == WASIErrno.success)
        return descriptor
    }

    /// What is at a path, which there has to be.
    func status(_ path: String, follow: Bool = false) throws -> WASIFileStatus {
        let (errno, status) = try guest.status(path, follow: follow)
        try #require(errno == WASIErrno.success)
        return status
    }
}
