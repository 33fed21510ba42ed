import Glibc
import TestGuests
import Testing

@Suite("WASI contract: what a file is, its size and its times")
struct WASIContractFilestatTests {
    typealias Kind = WASIContractFolder.Kind

    @Test("A status is 64 bytes, by both functions that tell it", arguments: Kind.allCases)
    func layout(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "12345")
        let file = try folder.open("file")
        let (address, count) = guest.place("file")
        let byDescriptor = try guest.writesOnly(256..<320) {
            try guest.call("fd_filestat_get", file, 256)
        }
        let first = guest.bytes(at: 256, count: 64)
        let byPath = try guest.writesOnly(256..<320) {
            try guest.call("path_filestat_get", 3, 0, address, count, 256)
        }
        #expect(byDescriptor && byPath)
        let second = guest.bytes(at: 256, count: 64)
        #expect(first[..<17] == second[..<17] && first[24...] == second[24...])
        #expect(guest.load(272, as: UInt8.self) == WASIType.file)
        #expect(guest.load(280, as: UInt64.self) == 1 && guest.load(288, as: UInt64.self) == 5)
    }

    @Test("A file of the host is told as the host tells it")
    func sameAsTheHost() throws {
        let folder = try WASIContractFolder(.host), sandbox = try #require(folder.sandbox)
        try folder.file("file", "12345")
        try folder.folder("a")
        try folder.link("link", to: "file")
        for (path, type) in [("file", WASIType.file), ("a", WASIType.directory), ("link", WASIType.link)] {
            var expected = stat()
            try #require(lstat(sandbox.grant + "/" + path, &expected) == 0)
            func nanoseconds(_ time: timespec) -> UInt64 { UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec) }
            #expect(
                try folder.status(path)
                    == WASIFileStatus(
                        device: UInt64(expected.st_dev), number: UInt64(expected.st_ino), type: type,
                        links: UInt64(expected.st_nlink), size: UInt64(expected.st_size),
                        accessed: nanoseconds(expected.st_atim), modified: nanoseconds(expected.st_mtim),
                        changed: nanoseconds(expected.st_ctim)))
        }
    }

    @Test("Device and number together say which file it is", arguments: Kind.allCases)
    func identity(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        for path in ["a", "b"] { try folder.file(path) }
        #expect(try guest.pair("path_link", "a", "c") == 0)
        let (a, b, c) = (try folder.status("a"), try folder.status("b"), try folder.status("c"))
        #expect(a == c && a.links == 2 && b.links == 1)
        #expect(a.device == b.device && a.number != b.number)
        #expect(try folder.status(".").number != a.number)
    }

    @Test("A link's size is that of its text, and it is followed when that is asked for", arguments: Kind.allCases)
    func links(kind: Kind) throws {
        let folder = try WASIContractFolder(kind)
        try folder.file("file", "1234567890")
        try folder.link("link", to: "file")
        let link = try folder.status("link")
        #expect(link.type == WASIType.link && link.size == 4)
        #expect(try folder.status("link", follow: true) == (try folder.status("file")))
        #expect(try folder.status("file", follow: true) == (try folder.status("file", follow: false)))
    }

    @Test("A larger size adds zeros, a smaller one takes away, and the position stays", arguments: Kind.allCases)
    func sizes(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "12345")
        let file = try folder.open("file")
        #expect(try guest.read(file, count: 4) == "1234")
        let steps: [(UInt64, String)] = [(7, "12345\0\0"), (7, "12345\0\0"), (2, "12"), (3, "12\0"), (0, "")]
        for (size, text) in steps {
            #expect(try guest.call("fd_filestat_set_size", file, size) == 0)
            #expect(try folder.text("file") == text)
            #expect(try guest.status(of: file).1.size == size)
            #expect(try guest.call("fd_tell", file, 64) == 0)
            #expect(guest.load(64, as: UInt64.self) == 4)
        }
    }

    @Test("A size that no file can have is refused and changes nothing", arguments: Kind.allCases)
    func impossibleSizes(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "12345")
        let file = try folder.open("file"), reader = try guest.open("file").descriptor
        for size: UInt64 in [1 << 63, .max] {
            // POSIX: EINVAL or EFBIG for a length that is greater than the maximum file size.
            #expect([WASIErrno.inval, WASIErrno.fbig].contains(try guest.call("fd_filestat_set_size", file, size)))
        }
        // POSIX: EBADF or EINVAL for a file that is not open for writing; a missing right is ENOTCAPABLE.
        let refused = [WASIErrno.badf, WASIErrno.inval, WASIErrno.notcapable]
        #expect(refused.contains(try guest.call("fd_filestat_set_size", reader, 1)))
        #expect(try folder.text("file") == "12345")
    }

    @Test("Each time is set alone, both, or neither, to the nanosecond", arguments: Kind.allCases)
    func times(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "x")
        let file = try folder.open("file")
        let (early, late): (UInt64, UInt64) = (1_000_000_000_123_456_789, 4_294_967_296_987_654_321)
        #expect(try guest.call("fd_filestat_set_times", file, early, late, 5) == 0)
        var status = try folder.status("file")
        #expect(status.accessed == early && status.modified == late)
        #expect(try guest.call("fd_filestat_set_times", file, 1, 2, 1) == 0)
        status = try folder.status("file")
        #expect(status.accessed == 1 && status.modified == late)
        #expect(try guest.call("fd_filestat_set_times", file, 1, 2, 4) == 0)
        status = try folder.status("file")
        #expect(status.accessed == 1 && status.modified == 2)
        #expect(try guest.call("fd_filestat_set_times", file, 7, 8, 0) == 0)
        #expect(try folder.status("file").accessed == 1 && (try folder.status("file").modified) == 2)
        #expect(try guest.call("fd_filestat_set_times", file, 0, 0, 5) == 0)
        #expect(try folder.status("file").accessed == 0 && (try folder.status("file").modified) == 0)
    }

    @Test("Now is now, whatever value is given beside it", arguments: Kind.allCases)
    func now(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file")
        let file = try folder.open("file")
        let longAgo: UInt64 = 1_500_000_000_000_000_000
        #expect(try guest.call("fd_filestat_set_times", file, 1, 1, 5) == 0)
        #expect(try guest.call("fd_filestat_set_times", file, 2, 2, 2) == 0)
        var status = try folder.status("file")
        #expect(status.accessed > longAgo && status.modified == 1)
        #expect(try guest.call("fd_filestat_set_times", file, 3, 3, 8 | 1) == 0)
        status = try folder.status("file")
        #expect(status.accessed == 3 && status.modified > longAgo)
    }

    @Test("A time that is to be two things, and flags that there are not, are invalid", arguments: Kind.allCases)
    func impossibleTimes(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file")
        let file = try folder.open("file")
        #expect(try guest.call("fd_filestat_set_times", file, 1, 2, 5) == 0)
        for flags: UInt64 in [3, 7, 12, 13, 15, 16, 0x8000, 0xffff] {
            #expect(try guest.call("fd_filestat_set_times", file, 9, 9, flags) == WASIErrno.inval)
            let (address, count) = guest.place("file")
            #expect(try guest.call("path_filestat_set_times", 3, 0, address, count, 9, 9, flags) == WASIErrno.inval)
        }
        #expect(try folder.status("file").accessed == 1 && (try folder.status("file").modified) == 2)
    }

    @Test("By path, a link's times are the link's unless it is followed", arguments: Kind.allCases)
    func timesByPath(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file")
        try folder.link("link", to: "file")
        let (address, count) = guest.place("link")
        #expect(try guest.call("path_filestat_set_times", 3, 0, address, count, 1, 2, 5) == 0)
        #expect(try guest.call("path_filestat_set_times", 3, 1, address, count, 3, 4, 5) == 0)
        #expect(try folder.status("link").modified == 2)
        #expect(try folder.status("file").accessed == 3 && (try folder.status("file").modified) == 4)
        try folder.folder("a")
        #expect(try guest.call("fd_filestat_set_times", try folder.openFolder("a"), 5, 6, 5) == 0)
        #expect(try folder.status("a").modified == 6)
    }

    @Test("Writing changes the time of modification, and reading does not", arguments: Kind.allCases)
    func changes(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        let file = try folder.open("file")
        #expect(try guest.call("fd_filestat_set_times", file, 0, 7, 4) == 0)
        #expect(try guest.read(file) == "text")
        #expect(try folder.status("file").modified == 7)
        #expect(try guest.write("x", to: file).0 == 0)
        #expect(try folder.status("file").modified > 7)
    }

    @Test("A place for a status that is out of bounds is a fault", arguments: Kind.allCases)
    func faults(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file")
        let end = UInt64(WASIGuest.size), (address, count) = guest.place("file")
        guest.fill(end - 64..<end)
        for wild in [end - 63, end, 0xffff_ffff] {
            #expect(try guest.call("fd_filestat_get", 3, wild) == WASIErrno.fault)
            #expect(try guest.call("path_filestat_get", 3, 0, address, count, wild) == WASIErrno.fault)
        }
        for wild in [end - 23, end, 0xffff_ffff] {
            #expect(try guest.call("fd_fdstat_get", 3, wild) == WASIErrno.fault)
        }
        #expect(guest.isUntouched(end - 64..<end))
        #expect(try guest.call("fd_filestat_get", 3, end - 64) == 0)
        #expect(try guest.call("fd_fdstat_get", 3, end - 24) == 0)
    }
}
