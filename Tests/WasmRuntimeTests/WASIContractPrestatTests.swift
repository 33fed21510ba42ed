import CRuntime
import TestGuests
import Testing

@Suite("WASI contract: grants and numbers of descriptors")
struct WASIContractPrestatTests {
    typealias Kind = WASIContractFolder.Kind

    @Test("A description is 8 bytes, tag and length; a name is its bytes, without a NUL", arguments: Kind.allCases)
    func layout(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        let description = try guest.writesOnly(256..<264) { try guest.call("fd_prestat_get", 3, 256) }
        #expect(description && guest.load(256, as: UInt8.self) == 0 && guest.load(260, as: UInt32.self) == 5)
        let name = try guest.writesOnly(256..<261) {
            try guest.call("fd_prestat_dir_name", 3, 256, 5)
        }
        #expect(name && guest.string(at: 256, count: 5) == "/data")
        let withRoom = try guest.writesOnly(256..<261) {
            try guest.call("fd_prestat_dir_name", 3, 256, 60)
        }
        #expect(withRoom)
    }

    @Test("A name that is not told whole is not told at all", arguments: Kind.allCases)
    func tooShort(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        guest.fill(256..<320)
        for room: UInt64 in 0..<5 {
            #expect(try guest.call("fd_prestat_dir_name", 3, 256, room) == WASIErrno.nametoolong)
        }
        #expect(guest.isUntouched(256..<320))
    }

    @Test("Places out of bounds are faults", arguments: Kind.allCases)
    func faults(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest, end = UInt64(WASIGuest.size)
        guest.fill(end - 8..<end)
        for wild in [end - 7, end, 0xffff_ffff] {
            #expect(try guest.call("fd_prestat_get", 3, wild) == WASIErrno.fault)
        }
        for wild in [end - 4, end, 0xffff_ffff] {
            #expect(try guest.call("fd_prestat_dir_name", 3, wild, 5) == WASIErrno.fault)
        }
        #expect(guest.isUntouched(end - 8..<end))
        #expect(try guest.call("fd_prestat_dir_name", 3, end - 5, 5) == 0)
    }

    @Test("Only what was granted is a grant: no stream, no folder that was opened", arguments: Kind.allCases)
    func others(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.folder("a")
        for descriptor in [0, 1, 2, try folder.openFolder("a")] {
            // Programs ask until they are told EBADF.
            #expect(try guest.call("fd_prestat_get", descriptor, 256) == WASIErrno.badf)
            #expect(try guest.call("fd_prestat_dir_name", descriptor, 256, 100) == WASIErrno.badf)
        }
    }

    @Test("Grants are told in the order they were granted, and one may have an empty name")
    func several() throws {
        let guest = try WASIGuest()
        for name in ["/", "", "b"] { #expect(tf_wasi_preopen_memory(guest.wasi, 1 << 20, name) == 0) }
        for (index, length) in [1, 0, 1].enumerated() {
            #expect(try guest.call("fd_prestat_get", 3 + UInt64(index), 256) == 0)
            #expect(guest.load(260, as: UInt32.self) == UInt32(length))
        }
        #expect(try guest.call("fd_prestat_dir_name", 4, 256, 0) == 0)
        #expect(try guest.call("fd_prestat_get", 6, 256) == WASIErrno.badf)
    }

    @Test("The least free number is the next, and closing ends one descriptor only", arguments: Kind.allCases)
    func closing(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        let opened = try (0..<4).map { _ in try guest.open("file").descriptor }
        #expect(opened == [4, 5, 6, 7])
        for descriptor: UInt64 in [5, 4] { #expect(try guest.call("fd_close", descriptor) == 0) }
        #expect(try guest.call("fd_close", 5) == WASIErrno.badf)
        #expect(try guest.descriptorState(6).errno == 0)
        #expect(try guest.open("file").descriptor == 4)
        #expect(try guest.open("file").descriptor == 5)
        #expect(try guest.open("file").descriptor == 8)
    }

    @Test("A renumbered descriptor keeps its file, position, flags and rights", arguments: Kind.allCases)
    func renumbering(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "0123456789")
        try folder.file("other")
        let from = try folder.open("file", status: 1), to = try folder.open("other")
        #expect(try guest.read(from, count: 3) == "012")
        let state = try guest.descriptorState(from), status = try guest.status(of: from)
        #expect(try guest.call("fd_renumber", from, to) == 0)
        #expect(try guest.descriptorState(to) == state)
        #expect(try guest.status(of: to).1.number == status.1.number)
        #expect(try guest.read(to, count: 3) == "345")
        #expect(try guest.descriptorState(from).errno == WASIErrno.badf)
        #expect(try guest.open("file").descriptor == from)
    }

    @Test("A number may be given to a descriptor only in place of one that is open", arguments: Kind.allCases)
    func renumberingErrors(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        let file = try folder.open("file")
        for number: UInt64 in [5, 1000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
            #expect(try guest.call("fd_renumber", file, number) == WASIErrno.badf)
            #expect(try guest.call("fd_renumber", number, file) == WASIErrno.badf)
            #expect(try guest.call("fd_renumber", number, number) == WASIErrno.badf)
        }
        #expect(try guest.read(file) == "text")
    }

    @Test("A file takes the place of a standard stream", arguments: Kind.allCases)
    func standardStreams(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file")
        let file = try folder.open("file")
        #expect(try guest.call("fd_renumber", file, 1) == 0)
        #expect(try guest.write("printed", to: 1) == (0, 7))
        #expect(try folder.text("file") == "printed")
    }
}
