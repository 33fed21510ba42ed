import TestGuests
import Testing

/// A call that the documentation names a right for.
private struct GuardedCall: Sendable {
    let name: String
    let right: UInt64
    let perform: @Sendable (WASIGuest, UInt64) throws -> UInt64

    init(_ name: String, _ right: UInt64, _ perform: @escaping @Sendable (WASIGuest, UInt64) throws -> UInt64) {
        self.name = name
        self.right = right
        self.perform = perform
    }
}

/// Each right has the calls that the documentation says, and no other.
@Suite("WASI contract: rights")
struct WASIContractRightsTests {
    typealias Kind = WASIContractFolder.Kind

    private static let fileCalls: [GuardedCall] = [
        GuardedCall("fd_datasync", WASIRight.datasync) { try $0.call("fd_datasync", $1) },
        GuardedCall("fd_sync", WASIRight.sync) { try $0.call("fd_sync", $1) },
        GuardedCall("fd_seek", WASIRight.seek) { try $0.call("fd_seek", $1, 1, 0, 64) },
        GuardedCall("fd_fdstat_set_flags", WASIRight.setFlags) { try $0.call("fd_fdstat_set_flags", $1, 0) },
        GuardedCall("fd_advise", WASIRight.advise) { try $0.call("fd_advise", $1, 0, 0, 0) },
        GuardedCall("fd_allocate", WASIRight.allocate) { try $0.call("fd_allocate", $1, 0, 1) },
        GuardedCall("fd_filestat_get", WASIRight.status) { try $0.call("fd_filestat_get", $1, 64) },
        GuardedCall("fd_filestat_set_size", WASIRight.resize) { try $0.call("fd_filestat_set_size", $1, 5) },
        GuardedCall("fd_filestat_set_times", WASIRight.times) { try $0.call("fd_filestat_set_times", $1, 0, 0, 0) },
        GuardedCall("fd_pread", WASIRight.seek) { try $0.call("fd_pread", $1, 512, 0, 0, 64) },
        GuardedCall("fd_pwrite", WASIRight.seek) { try $0.call("fd_pwrite", $1, 512, 0, 0, 64) },
    ]

    private static let folderCalls: [GuardedCall] = [
        GuardedCall("create", WASIRight.createDirectory) { try $0.path("path_create_directory", "new", in: $1) },
        GuardedCall("status", WASIRight.pathStatus) { try $0.status("file", in: $1).0 },
        GuardedCall("times", WASIRight.pathTimes) { guest, folder in
            let (address, count) = guest.place("file")
            return try guest.call("path_filestat_set_times", folder, 0, address, count, 0, 0, 0)
        },
        GuardedCall("link from", WASIRight.linkSource) { try $0.pair("path_link", "file", "l1", in: $1, to: 3) },
        GuardedCall("link to", WASIRight.linkTarget) { try $0.pair("path_link", "a/file", "l2", in: 3, to: $1) },
        GuardedCall("open", WASIRight.pathOpen) { try $0.open("file", in: $1).errno },
        GuardedCall("list", WASIRight.readdir) { try $0.call("fd_readdir", $1, 4096, 100, 0, 64) },
        GuardedCall("readlink", WASIRight.readlink) { try $0.target("link", in: $1).errno },
        GuardedCall("rename from", WASIRight.renameSource) { try $0.pair("path_rename", "file", "file", in: $1) },
        GuardedCall("rename to", WASIRight.renameTarget) { try $0.pair("path_rename", "a/file", "n2", to: $1) },
        GuardedCall("own status", WASIRight.status) { try $0.call("fd_filestat_get", $1, 64) },
        GuardedCall("own times", WASIRight.times) { try $0.call("fd_filestat_set_times", $1, 0, 0, 0) },
        GuardedCall("symlink", WASIRight.symlink) { guest, folder in
            let (a, n) = guest.place("x"), (b, m) = guest.place("s", at: 8192)
            return try guest.call("path_symlink", a, n, folder, b, m)
        },
        GuardedCall("remove", WASIRight.removeDirectory) { try $0.path("path_remove_directory", "empty", in: $1) },
        GuardedCall("unlink", WASIRight.unlink) { try $0.path("path_unlink_file", "link", in: $1) },
    ]

    /// Gives up one right, of both kinds or of one.
    private func giveUp(_ right: UInt64, of descriptor: UInt64, by guest: WASIGuest) throws {
        let state = try guest.descriptorState(descriptor)
        try #require(state.base & right == right)
        let errno = try guest.call("fd_fdstat_set_rights", descriptor, state.base & ~right, state.inheriting)
        try #require(errno == 0)
    }

    private func check(_ calls: [GuardedCall], without right: UInt64, on descriptor: UInt64, by guest: WASIGuest) throws
    {
        for call in calls {
            let errno = try call.perform(guest, descriptor)
            #expect(errno == (call.right == right ? WASIErrno.notcapable : 0), "\(call.name)")
        }
    }

    @Test(
        "On a file, a right given up ends the calls it stands for and no other",
        arguments: Kind.allCases, [0] + fileCalls.map(\.right))
    func files(kind: Kind, right: UInt64) throws {
        let folder = try WASIContractFolder(kind)
        try folder.file("file", "text")
        let file = try folder.open("file")
        if right != 0 { try giveUp(right, of: file, by: folder.guest) }
        try check(Self.fileCalls, without: right, on: file, by: folder.guest)
    }

    @Test(
        "On a folder, a right given up ends the calls it stands for and no other",
        arguments: Kind.allCases, [0] + folderCalls.map(\.right))
    func folders(kind: Kind, right: UInt64) throws {
        let folder = try WASIContractFolder(kind)
        for path in ["dir", "dir/empty", "a", "dir/a"] { try folder.folder(path) }
        for path in ["a/file", "dir/file"] { try folder.file(path) }
        try folder.link("dir/link", to: "x")
        let inner = try folder.openFolder("dir")
        if right != 0 { try giveUp(right, of: inner, by: folder.guest) }
        try check(Self.folderCalls, without: right, on: inner, by: folder.guest)
    }

    @Test("Making and truncating files are rights beside opening", arguments: Kind.allCases)
    func opening(kind: Kind) throws {
        for (right, flags) in [(WASIRight.createFile, 1), (WASIRight.setSize, 8)] as [(UInt64, UInt64)] {
            let folder = try WASIContractFolder(kind), guest = folder.guest
            try folder.file("file", "text")
            try giveUp(right, of: 3, by: guest)
            #expect(try guest.open("file", rights: WASIRight.write).errno == 0)
            #expect(try guest.open("file", flags: flags, rights: WASIRight.write).errno == WASIErrno.notcapable)
            #expect(try guest.open("file", flags: 9 - flags, rights: WASIRight.write).errno == 0)
            #expect(try guest.open("new", flags: flags, rights: WASIRight.write).errno == WASIErrno.notcapable)
            #expect(try guest.status("new").0 == WASIErrno.noent)
        }
    }

    @Test("The right to tell is enough to seek nowhere, that to seek is enough to tell", arguments: Kind.allCases)
    func telling(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        let teller = try folder.open("file"), seeker = try folder.open("file")
        try giveUp(WASIRight.seek, of: teller, by: guest)
        #expect(try guest.call("fd_tell", teller, 64) == 0)
        #expect(try guest.call("fd_seek", teller, 0, 1, 64) == 0)
        for (offset, whence) in [(0, 0), (0, 2), (1, 1)] as [(UInt64, UInt64)] {
            #expect(try guest.call("fd_seek", teller, offset, whence, 64) == WASIErrno.notcapable)
        }
        try giveUp(WASIRight.tell, of: seeker, by: guest)
        #expect(try guest.call("fd_tell", seeker, 64) == 0)
        try giveUp(WASIRight.seek, of: seeker, by: guest)
        #expect(try guest.call("fd_tell", seeker, 64) == WASIErrno.notcapable)
        #expect(try guest.call("fd_seek", seeker, 0, 1, 64) == WASIErrno.notcapable)
    }

    @Test("A name of another folder is no way around a right that was given up", arguments: Kind.allCases)
    func renumbered(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        let file = try folder.open("file"), other = try folder.open("file")
        try giveUp(WASIRight.resize, of: file, by: guest)
        let state = try guest.descriptorState(file)
        #expect(try guest.call("fd_renumber", file, other) == 0)
        #expect(try guest.descriptorState(other) == state)
        #expect(try guest.call("fd_filestat_set_size", other, 0) == WASIErrno.notcapable)
    }
}
