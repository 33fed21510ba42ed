import CRuntime
import TestGuests
import Testing

@Suite("WASI contract: positions")
struct WASIContractPositionTests {
    typealias Kind = WASIContractFolder.Kind

    private func position(_ descriptor: UInt64, by guest: WASIGuest) throws -> UInt64 {
        #expect(try guest.call("fd_tell", descriptor, 64) == 0)
        return guest.load(64)
    }

    @Test("A position is one u64, in both functions", arguments: Kind.allCases)
    func layout(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "0123456789")
        let file = try folder.open("file")
        let sought = try guest.writesOnly(257..<265) { try guest.call("fd_seek", file, 5, 0, 257) }
        #expect(sought && guest.load(257, as: UInt64.self) == 5)
        let told = try guest.writesOnly(257..<265) { try guest.call("fd_tell", file, 257) }
        #expect(told && guest.load(257, as: UInt64.self) == 5)
    }

    @Test("From the start, from here, from the end, beyond the end", arguments: Kind.allCases)
    func seeking(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "0123456789")
        let file = try folder.open("file")
        #expect(try position(file, by: guest) == 0)
        let steps: [(Int64, UInt64, UInt64)] = [
            (3, 0, 3), (2, 1, 5), (-5, 1, 0), (0, 2, 10), (-10, 2, 0), (5, 2, 15), (0, 1, 15), (1 << 40, 0, 1 << 40),
            (-1, 1, 1 << 40 - 1), (0, 0, 0),
        ]
        for (offset, whence, expected) in steps {
            #expect(try guest.call("fd_seek", file, UInt64(bitPattern: offset), whence, 64) == 0)
            #expect(guest.load(64, as: UInt64.self) == expected)
            #expect(try position(file, by: guest) == expected)
        }
        #expect(try folder.status("file").size == 10)
    }

    @Test("Seeking to before the start or beyond all numbers fails and moves nothing", arguments: Kind.allCases)
    func impossible(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "0123456789")
        let file = try folder.open("file")
        #expect(try guest.call("fd_seek", file, 4, 0, 64) == 0)
        guest.fill(64..<80)
        for (offset, whence) in [(-1, 0), (-5, 1), (-11, 2), (.min, 0), (.min, 1), (.min, 2)] as [(Int64, UInt64)] {
            #expect(try guest.call("fd_seek", file, UInt64(bitPattern: offset), whence, 64) == WASIErrno.inval)
        }
        for whence: UInt64 in [1, 2] {
            let errno = try guest.call("fd_seek", file, UInt64(Int64.max), whence, 64)
            // POSIX: EOVERFLOW; Linux answers EINVAL where the file system knows a maximum.
            #expect([WASIErrno.overflow, WASIErrno.inval].contains(errno))
        }
        for whence: UInt64 in [3, 255, 256, 0xffff_ffff] {
            #expect(try guest.call("fd_seek", file, 0, whence, 64) == WASIErrno.inval)
        }
        #expect(guest.isUntouched(64..<80))
        #expect(try position(file, by: guest) == 4)
    }

    @Test("When the result has no place, nothing moves", arguments: Kind.allCases)
    func faults(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "0123456789")
        let file = try folder.open("file"), end = UInt64(WASIGuest.size)
        for wild in [end - 7, end, 0xffff_ffff] {
            #expect(try guest.call("fd_seek", file, 4, 0, wild) == WASIErrno.fault)
            #expect(try guest.call("fd_tell", file, wild) == WASIErrno.fault)
        }
        #expect(try position(file, by: guest) == 0)
        #expect(try guest.call("fd_seek", file, 4, 0, end - 8) == 0)
        #expect(guest.load(end - 8, as: UInt64.self) == 4)
    }

    @Test("Each descriptor has a position of its own", arguments: Kind.allCases)
    func apart(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "0123456789")
        let first = try folder.open("file"), second = try folder.open("file")
        #expect(try guest.read(first, count: 3) == "012")
        #expect(try position(second, by: guest) == 0)
        #expect(try guest.read(second, count: 1) == "0")
        #expect(try position(first, by: guest) == 3)
    }

    @Test("A pipe has no position")
    func pipes() throws {
        let guest = try WASIGuest(), pair = try WASIHostPair.pipe()
        #expect(tf_wasi_set_stdio(guest.wasi, 0, pair.ends[0]) == 0)
        for whence: UInt64 in 0..<3 { #expect(try guest.call("fd_seek", 0, 0, whence, 64) == WASIErrno.spipe) }
        #expect(try guest.call("fd_tell", 0, 64) == WASIErrno.spipe)
        let (address, count) = guest.vectors([(4096, 1)])
        #expect(try guest.call("fd_pread", 0, address, count, 0, 64) == WASIErrno.spipe)
    }
}
