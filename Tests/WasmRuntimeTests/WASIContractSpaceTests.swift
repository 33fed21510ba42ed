import CRuntime
import TestGuests
import Testing

@Suite("WASI contract: advice, room and synchronization")
struct WASIContractSpaceTests {
    typealias Kind = WASIContractFolder.Kind

    /// A guest whose descriptor 0 is a pipe.
    private func guestWithPipe() throws -> (WASIGuest, WASIHostPair) {
        let guest = try WASIGuest(), pair = try WASIHostPair.pipe()
        #expect(tf_wasi_set_stdio(guest.wasi, 0, pair.ends[0]) == 0)
        return (guest, pair)
    }

    @Test("Every advice there is may be given, on a part, on all, beyond the end; no other", arguments: Kind.allCases)
    func advice(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        let file = try folder.open("file")
        for advice: UInt64 in 0..<6 {
            for (offset, length) in [(0, 0), (0, 4), (2, 1), (1 << 40, 1 << 40)] as [(UInt64, UInt64)] {
                #expect(try guest.call("fd_advise", file, offset, length, advice) == 0)
            }
        }
        for advice: UInt64 in [6, 255, 256, 0xffff_ffff] {
            #expect(try guest.call("fd_advise", file, 0, 0, advice) == WASIErrno.inval)
        }
        #expect(try folder.text("file") == "text")
    }

    @Test("Nobody advises on a pipe, nor makes room in it")
    func pipes() throws {
        let (guest, pair) = try guestWithPipe()
        // POSIX: ESPIPE for a pipe, in both functions. A right that pipes cannot have is ENOTCAPABLE.
        let refused = [WASIErrno.spipe, WASIErrno.notcapable]
        #expect(refused.contains(try guest.call("fd_advise", 0, 0, 0, 0)))
        #expect((refused + [WASIErrno.badf]).contains(try guest.call("fd_allocate", 0, 0, 1)))
        withExtendedLifetime(pair) {}
    }

    @Test("Room is made up to an end, of zeros, and nothing is lost", arguments: Kind.allCases)
    func room(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "12345")
        let file = try folder.open("file")
        #expect(try guest.read(file, count: 2) == "12")
        let steps: [(UInt64, UInt64, String)] = [
            (0, 3, "12345"), (4, 1, "12345"), (0, 6, "12345\0"), (6, 2, "12345\0\0\0"), (9, 1, "12345\0\0\0\0\0"),
        ]
        for (offset, length, text) in steps {
            #expect(try guest.call("fd_allocate", file, offset, length) == 0)
            #expect(try folder.text("file") == text)
        }
        #expect(try guest.call("fd_tell", file, 64) == 0)
        #expect(guest.load(64, as: UInt64.self) == 2)
    }

    @Test("Room of no bytes is invalid, too much is too large, and nothing changes", arguments: Kind.allCases)
    func impossibleRoom(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "12345")
        let file = try folder.open("file"), reader = try guest.open("file").descriptor
        let refused = [WASIErrno.inval, WASIErrno.fbig]
        #expect(try guest.call("fd_allocate", file, 0, 0) == WASIErrno.inval)
        // POSIX: EFBIG when the sum exceeds the maximum file size; EINVAL for negative numbers.
        #expect(try guest.call("fd_allocate", file, UInt64(Int64.max), 1) == WASIErrno.fbig)
        let impossible: [(UInt64, UInt64)] = [(.max, 1), (0, .max), (.max, .max), (1 << 63, 1), (1, 1 << 63)]
        for (offset, length) in impossible {
            #expect(refused.contains(try guest.call("fd_allocate", file, offset, length)))
        }
        #expect([WASIErrno.badf, WASIErrno.notcapable].contains(try guest.call("fd_allocate", reader, 0, 100)))
        #expect(try folder.text("file") == "12345")
    }

    @Test("Files and folders are synchronized", arguments: Kind.allCases)
    func synchronizing(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        for descriptor in [try folder.open("file"), try guest.open("file").descriptor, 3] {
            #expect(try guest.call("fd_sync", descriptor) == 0)
            #expect(try guest.call("fd_datasync", descriptor) == 0)
        }
    }

    @Test("A pipe cannot be synchronized")
    func synchronizingPipes() throws {
        let (guest, pair) = try guestWithPipe()
        // POSIX: EINVAL for a file on which this is not possible. A right that pipes cannot have is ENOTCAPABLE.
        for name in ["fd_sync", "fd_datasync"] {
            #expect([WASIErrno.inval, WASIErrno.notcapable].contains(try guest.call(name, 0)))
        }
        withExtendedLifetime(pair) {}
    }
}
