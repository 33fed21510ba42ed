import TestGuests
import Testing

@Suite("WASI contract: what a descriptor is")
struct WASIContractStateTests {
    typealias Kind = WASIContractFolder.Kind

    @Test("A state is 24 bytes: type, flags, rights, rights to inherit", arguments: Kind.allCases)
    func layout(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file")
        let file = try folder.open("file", status: 1)
        let only = try guest.writesOnly(256..<280) { try guest.call("fd_fdstat_get", file, 256) }
        #expect(only)
        #expect(guest.load(256, as: UInt8.self) == WASIType.file && guest.load(258, as: UInt16.self) == 1)
        let state = try guest.descriptorState(file)
        #expect(guest.load(264, as: UInt64.self) == state.base)
        #expect(guest.load(272, as: UInt64.self) == state.inheriting)
    }

    @Test("A file has the rights that were asked for and that files can have", arguments: Kind.allCases)
    func rightsOfFiles(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file")
        let common =
            WASIRight.seek | WASIRight.tell | WASIRight.status | WASIRight.setFlags | WASIRight.advise
            | WASIRight.sync | WASIRight.datasync | WASIRight.times | WASIRight.poll
        let reader = try guest.open("file", rights: common | WASIRight.read).descriptor
        let readerRights = try guest.descriptorState(reader).base
        #expect(readerRights & (common | WASIRight.read) == common | WASIRight.read)
        #expect(readerRights & WASIRight.write == 0)
        let writing = WASIRight.write | WASIRight.resize | WASIRight.allocate
        let writer = try guest.open("file", rights: common | writing).descriptor
        let writerRights = try guest.descriptorState(writer).base
        #expect(writerRights & (common | writing) == common | writing)
        #expect(writerRights & WASIRight.read == 0)
        #expect((readerRights | writerRights) & ~WASIRight.all == 0)
    }

    @Test("A folder has rights for paths and none for bytes", arguments: Kind.allCases)
    func rightsOfFolders(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        let state = try guest.descriptorState(3)
        #expect(state.errno == 0 && state.type == WASIType.directory && state.flags == 0)
        let paths: UInt64 =
            WASIRight.pathOpen | WASIRight.createDirectory | WASIRight.createFile | WASIRight.linkSource
            | WASIRight.linkTarget | WASIRight.readdir | WASIRight.readlink | WASIRight.renameSource
            | WASIRight.renameTarget | WASIRight.pathStatus | WASIRight.setSize | WASIRight.pathTimes
            | WASIRight.status | WASIRight.symlink | WASIRight.removeDirectory | WASIRight.unlink
        #expect(state.base & paths == paths)
        #expect(state.base & (WASIRight.read | WASIRight.write) == 0)
        #expect(state.inheriting & (WASIRight.read | WASIRight.write) == WASIRight.read | WASIRight.write)
    }

    @Test("Flags asked for when opening are told, and changed for this descriptor alone", arguments: Kind.allCases)
    func flags(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file")
        let first = try folder.open("file", status: 5), second = try folder.open("file")
        #expect(try guest.descriptorState(first).flags == 5)
        #expect(try guest.descriptorState(second).flags == 0)
        for flags: UInt64 in [0, 4, 1, 5, 0] {
            #expect(try guest.call("fd_fdstat_set_flags", second, flags) == 0)
            #expect(try guest.descriptorState(second).flags == UInt16(flags))
            #expect(try guest.descriptorState(first).flags == 5)
        }
    }

    @Test("Flags that there are not are invalid and change nothing", arguments: Kind.allCases)
    func unknownFlags(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file")
        let file = try folder.open("file", status: 1)
        for flags: UInt64 in [32, 33, 0x8000, 0xffff] {
            #expect(try guest.call("fd_fdstat_set_flags", file, flags) == WASIErrno.inval)
        }
        #expect(try guest.descriptorState(file).flags == 1)
    }

    @Test("Rights given up are gone, of both kinds, and come back by no call", arguments: Kind.allCases)
    func givingUp(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        let before = try guest.descriptorState(3)
        #expect(try guest.call("fd_fdstat_set_rights", 3, before.base, before.inheriting) == 0)
        #expect(try guest.descriptorState(3) == before)
        let base = before.base & ~WASIRight.symlink, inheriting = before.inheriting & ~WASIRight.write
        #expect(try guest.call("fd_fdstat_set_rights", 3, base, inheriting) == 0)
        for (a, b) in [(before.base, inheriting), (base, before.inheriting), (.max, inheriting), (base, .max)] {
            #expect(try guest.call("fd_fdstat_set_rights", 3, a, b) == WASIErrno.notcapable)
        }
        let after = try guest.descriptorState(3)
        #expect(after.base == base && after.inheriting == inheriting)
    }

    @Test("What is opened through a folder inherits no more than the folder has to give", arguments: Kind.allCases)
    func inheriting(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.folder("a")
        try folder.file("a/file", "text")
        let state = try guest.descriptorState(3)
        let left = state.inheriting & ~(WASIRight.write | WASIRight.unlink)
        #expect(try guest.call("fd_fdstat_set_rights", 3, state.base, left) == 0)
        let inner = try folder.openFolder("a")
        let innerState = try guest.descriptorState(inner)
        #expect(innerState.base & ~left == 0 && innerState.inheriting & ~left == 0)
        #expect(try guest.path("path_unlink_file", "file", in: inner) == WASIErrno.notcapable)
        #expect(try guest.open("file", in: inner, rights: WASIRight.write).errno == WASIErrno.notcapable)
        #expect(try guest.read(try guest.open("file", in: inner).descriptor) == "text")
    }

    @Test(
        "Descriptors that are not open are bad, for each function that takes one",
        arguments: [
            ("fd_advise", 3), ("fd_allocate", 2), ("fd_close", 0), ("fd_datasync", 0), ("fd_fdstat_get", 1),
            ("fd_fdstat_set_flags", 1), ("fd_fdstat_set_rights", 2), ("fd_filestat_get", 1),
            ("fd_filestat_set_size", 1), ("fd_filestat_set_times", 3), ("fd_pread", 4), ("fd_prestat_get", 1),
            ("fd_prestat_dir_name", 2), ("fd_pwrite", 4), ("fd_read", 3), ("fd_readdir", 4), ("fd_renumber", 1),
            ("fd_seek", 3), ("fd_sync", 0), ("fd_tell", 1), ("fd_write", 3), ("sock_accept", 2), ("sock_recv", 5),
            ("sock_send", 4), ("sock_shutdown", 1),
        ])
    func bad(name: String, more: Int) throws {
        let folder = try WASIContractFolder(.memory), guest = folder.guest
        guest.fill(0..<64)
        for descriptor: UInt64 in [4, 1024, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
            let arguments = [descriptor] + [UInt64](repeating: 0, count: more)
            #expect(try guest.enter(name, arguments).result == WASIErrno.badf)
        }
        #expect(guest.isUntouched(0..<64))
    }
}
