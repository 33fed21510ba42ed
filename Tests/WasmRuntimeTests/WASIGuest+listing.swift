import TestGuests
import Testing

/// What `path_filestat_get` and `fd_filestat_get` tell.
struct WASIFileStatus: Equatable {
    var device: UInt64
    var number: UInt64
    var type: UInt8
    var links: UInt64
    var size: UInt64
    var accessed: UInt64
    var modified: UInt64
    var changed: UInt64
}

extension WASIGuest {
    /// Entries that one call gives whole, with the cookie behind each, and how many bytes it used.
    func entries(
        _ descriptor: UInt64, cookie: UInt64, room: UInt64
    ) throws -> (found: [(name: String, cookie: UInt64, type: UInt8)], used: UInt64) {
        #expect(try call("fd_readdir", descriptor, 8192, room, cookie, 16) == WASIErrno.success)
        let used = UInt64(load(16, as: UInt32.self))
        #expect(used <= room)
        var found: [(String, UInt64, UInt8)] = []
        var at: UInt64 = 0
        while at + 24 <= used {
            let length = UInt64(load(8192 + at + 16, as: UInt32.self))
            guard at + 24 + length <= used else { break }
            found.append(
                (string(at: 8192 + at + 24, count: length), load(8192 + at), load(8192 + at + 20, as: UInt8.self)))
            at += 24 + length
        }
        return (found, used)
    }

    /// All names of a folder, sorted.
    func names(_ descriptor: UInt64, room: UInt64 = 65536) throws -> [String] {
        var names: [String] = []
        var cookie: UInt64 = 0
        while true {
            let (found, used) = try entries(descriptor, cookie: cookie, room: room)
            names += found.map(\.name)
            if used < room { return names.sorted() }
            cookie = try #require(found.last).cookie
        }
    }

    /// What is at a path, or why that can't be told.
    func status(_ path: String, in folder: UInt64 = 3, follow: Bool = true) throws -> (UInt64, WASIFileStatus) {
        let (address, count) = place(path)
        return (try call("path_filestat_get", folder, follow ? 1 : 0, address, count, 64), statusInMemory())
    }

    /// What an open descriptor is.
    func status(of descriptor: UInt64) throws -> (UInt64, WASIFileStatus) {
        (try call("fd_filestat_get", descriptor, 64), statusInMemory())
    }

    private func statusInMemory() -> WASIFileStatus {
        WASIFileStatus(
            device: load(64), number: load(72), type: load(80), links: load(88), size: load(96), accessed: load(104),
            modified: load(112), changed: load(120))
    }

    /// Where a link points, or why that can't be told.
    func target(_ path: String, in folder: UInt64 = 3) throws -> (errno: UInt64, target: String) {
        let (address, count) = place(path)
        let errno = try call("path_readlink", folder, address, count, 4096, 4000, 16)
        return (errno, errno == WASIErrno.success ? string(at: 4096, count: UInt64(load(16, as: UInt32.self))) : "")
    }
}
