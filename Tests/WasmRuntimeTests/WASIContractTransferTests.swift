import TestGuests
import Testing

@Suite("WASI contract: reading and writing")
struct WASIContractTransferTests {
    typealias Kind = WASIContractFolder.Kind

    /// A guest with a file of ten digits, open for everything.
    private struct Digits {
        let folder: WASIContractFolder
        let file: UInt64
        var guest: WASIGuest { folder.guest }

        init(_ kind: Kind) throws {
            folder = try WASIContractFolder(kind)
            try folder.file("file", "0123456789")
            file = try folder.open("file")
        }

        func position() throws -> UInt64 {
            #expect(try guest.call("fd_tell", file, 64) == 0)
            return guest.load(64)
        }

        /// Calls one of the four functions with vectors; where it has an offset, with this one.
        func transfer(_ name: String, _ list: [(UInt64, UInt64)], offset: UInt64 = 0, result: UInt64 = 48) throws
            -> UInt64
        {
            let (address, count) = guest.vectors(list)
            return name.hasPrefix("fd_p")
                ? try guest.call(name, file, address, count, offset, result)
                : try guest.call(name, file, address, count, result)
        }
    }

    static let all = ["fd_read", "fd_write", "fd_pread", "fd_pwrite"]

    @Test("The count is one u32", arguments: Kind.allCases, all)
    func layout(kind: Kind, name: String) throws {
        let digits = try Digits(kind), guest = digits.guest
        let only = try guest.writesOnly(257..<261) {
            try digits.transfer(name, [(4096, 3), (5000, 4)], result: 257)
        }
        #expect(only && guest.load(257, as: UInt32.self) == 7)
    }

    @Test("Buffers are filled in order and exactly, empty ones are passed over", arguments: Kind.allCases)
    func scattering(kind: Kind) throws {
        for name in ["fd_read", "fd_pread"] {
            let digits = try Digits(kind), guest = digits.guest
            guest.fill(4096..<4160)
            let errno = try digits.transfer(name, [(4112, 3), (0, 0), (4104, 2), (4128, 1), (4150, 0), (4136, 2)])
            #expect(errno == 0 && guest.load(48, as: UInt32.self) == 8)
            #expect(guest.string(at: 4112, count: 3) == "012" && guest.string(at: 4104, count: 2) == "34")
            #expect(guest.string(at: 4128, count: 1) == "5" && guest.string(at: 4136, count: 2) == "67")
            for gap in [4096..<4104, 4106..<4112, 4115..<4128, 4129..<4136, 4138..<4160] as [Range<UInt64>] {
                #expect(guest.isUntouched(gap))
            }
            #expect(try digits.position() == (name == "fd_read" ? 8 : 0))
        }
    }

    @Test("Buffers are written in order, the same one twice if asked", arguments: Kind.allCases)
    func gathering(kind: Kind) throws {
        for name in ["fd_write", "fd_pwrite"] {
            let digits = try Digits(kind), guest = digits.guest
            _ = guest.place("abc", at: 4096)
            #expect(try digits.transfer(name, [(4097, 2), (9, 0), (4096, 1), (4096, 3)], offset: 0) == 0)
            #expect(guest.load(48, as: UInt32.self) == 6)
            #expect(try digits.folder.text("file") == "bcaabc6789")
            #expect(try digits.position() == (name == "fd_write" ? 6 : 0))
        }
    }

    @Test("Nothing to transfer is no error and moves nothing", arguments: Kind.allCases, all)
    func nothing(kind: Kind, name: String) throws {
        let digits = try Digits(kind), guest = digits.guest
        for list in [[], [(4096, 0)], [(4096, 0), (0, 0), (4100, 0)]] as [[(UInt64, UInt64)]] {
            guest.store(UInt32.max, at: 48)
            #expect(try digits.transfer(name, list, offset: 3) == 0)
            #expect(guest.load(48, as: UInt32.self) == 0)
        }
        #expect(try digits.position() == 0)
        #expect(try digits.folder.text("file") == "0123456789")
    }

    @Test("Reading gives what there is, and at the end nothing", arguments: Kind.allCases)
    func end(kind: Kind) throws {
        let digits = try Digits(kind), guest = digits.guest
        #expect(try digits.transfer("fd_pread", [(4096, 4), (5000, 100)], offset: 5) == 0)
        #expect(guest.load(48, as: UInt32.self) == 5)
        #expect(guest.string(at: 4096, count: 4) == "5678" && guest.string(at: 5000, count: 1) == "9")
        for offset: UInt64 in [10, 11, 1 << 40, UInt64(Int64.max) - 100] {
            #expect(try digits.transfer("fd_pread", [(4096, 4)], offset: offset) == 0)
            #expect(guest.load(48, as: UInt32.self) == 0)
        }
        #expect(try guest.read(digits.file, count: 200) == "0123456789")
        #expect(try guest.read(digits.file, count: 200) == "")
        #expect(try digits.position() == 10)
    }

    @Test("Writing behind the end leaves zeros between", arguments: Kind.allCases)
    func gaps(kind: Kind) throws {
        let digits = try Digits(kind), guest = digits.guest
        _ = guest.place("ab", at: 9000)
        #expect(try digits.transfer("fd_pwrite", [(9000, 1)], offset: 12) == 0)
        #expect(try digits.folder.text("file") == "0123456789\0\0a")
        #expect(try guest.call("fd_seek", digits.file, 2, 2, 64) == 0)
        #expect(try digits.transfer("fd_write", [(9001, 1)]) == 0)
        #expect(try digits.folder.text("file") == "0123456789\0\0a\0\0b")
        #expect(try digits.position() == 16)
    }

    @Test("What is appended goes to the end wherever the position was", arguments: Kind.allCases)
    func appending(kind: Kind) throws {
        let digits = try Digits(kind), guest = digits.guest
        let appender = try digits.folder.open("file", status: 1)
        #expect(try guest.write("ab", to: appender) == (0, 2))
        #expect(try guest.call("fd_seek", appender, 0, 0, 64) == 0)
        #expect(try guest.write("cd", to: appender) == (0, 2))
        #expect(try guest.call("fd_tell", appender, 64) == 0)
        #expect(guest.load(64, as: UInt64.self) == 14)
        #expect(try guest.call("fd_seek", appender, 1, 0, 64) == 0)
        #expect(try guest.read(appender, count: 2) == "12")
        #expect(try digits.folder.text("file") == "0123456789abcd")
    }

    @Test("Buffers out of bounds are a fault, and nothing moves or changes", arguments: Kind.allCases, all)
    func faults(kind: Kind, name: String) throws {
        let digits = try Digits(kind), guest = digits.guest, end = UInt64(WASIGuest.size)
        guest.fill(4096..<4100)
        for wild: (UInt64, UInt64) in [(end, 1), (end - 1, 2), (0xffff_ffff, 0xffff_ffff)] {
            #expect(try digits.transfer(name, [(4096, 4), wild]) == WASIErrno.fault)
        }
        for wild in [end - 3, end, 0xffff_fffe] {
            #expect(try digits.transfer(name, [(4096, 4)], result: wild) == WASIErrno.fault)
        }
        #expect(guest.isUntouched(4096..<4100))
        #expect(try digits.position() == 0)
        #expect(try digits.folder.text("file") == "0123456789")
    }

    @Test("Vectors that end where memory ends are read, and not beyond", arguments: Kind.allCases, all)
    func vectorsAtTheEnd(kind: Kind, name: String) throws {
        let digits = try Digits(kind), guest = digits.guest, end = UInt64(WASIGuest.size)
        let file = digits.file
        let offset: [UInt64] = name.hasPrefix("fd_p") ? [0] : []
        _ = guest.vectors([(4096, 1), (4097, 1)], at: end - 16)
        #expect(try guest.enter(name, [file, end - 16, 3] + offset + [48]).result == WASIErrno.fault)
        #expect(try guest.enter(name, [file, end - 15, 2] + offset + [48]).result == WASIErrno.fault)
        #expect(try guest.enter(name, [file, end - 8, 0x2000_0001] + offset + [48]).result == WASIErrno.fault)
        #expect(try digits.position() == 0)
        #expect(try guest.enter(name, [file, end - 16, 2] + offset + [48]).result == 0)
        #expect(guest.load(48, as: UInt32.self) == 2)
    }

    @Test("Vectors may be read over: where to read was decided before", arguments: Kind.allCases)
    func overlappingVectors(kind: Kind) throws {
        let digits = try Digits(kind), guest = digits.guest
        #expect(try digits.transfer("fd_read", [(508, 8), (4096, 2)]) == 0)
        #expect(guest.string(at: 508, count: 8) == "01234567")
        #expect(guest.string(at: 4096, count: 2) == "89")
    }

    @Test("The count may lie in what was transferred: it is written last", arguments: Kind.allCases)
    func overlappingCount(kind: Kind) throws {
        let digits = try Digits(kind), guest = digits.guest
        #expect(try digits.transfer("fd_read", [(4096, 8)], result: 4098) == 0)
        #expect(guest.string(at: 4096, count: 2) == "01" && guest.load(4098, as: UInt32.self) == 8)
        #expect(guest.string(at: 4102, count: 2) == "67")
        _ = guest.place("abcdefgh", at: 4096)
        #expect(try digits.transfer("fd_pwrite", [(4096, 8)], offset: 0, result: 4098) == 0)
        #expect(try digits.folder.text("file") == "abcdefgh89")
    }

    @Test("Offsets that no file has are invalid, and sums that no file has too large", arguments: Kind.allCases)
    func impossibleOffsets(kind: Kind) throws {
        let digits = try Digits(kind)
        for offset: UInt64 in [1 << 63, .max] {
            for name in ["fd_pread", "fd_pwrite"] {
                #expect(try digits.transfer(name, [(4096, 4)], offset: offset) == WASIErrno.inval)
            }
        }
        let errno = try digits.transfer("fd_pwrite", [(4096, 4)], offset: UInt64(Int64.max))
        #expect([WASIErrno.fbig, WASIErrno.inval].contains(errno))
        #expect(try digits.folder.text("file") == "0123456789")
    }

    @Test("Who opened to read cannot write, and the other way round", arguments: Kind.allCases)
    func directions(kind: Kind) throws {
        let digits = try Digits(kind), guest = digits.guest
        let reader = try guest.open("file", rights: WASIRight.read | WASIRight.seek).descriptor
        let writer = try guest.open("file", rights: WASIRight.write | WASIRight.seek).descriptor
        let refused = [WASIErrno.badf, WASIErrno.notcapable]
        let (address, count) = guest.vectors([(4096, 1)])
        #expect(refused.contains(try guest.call("fd_write", reader, address, count, 48)))
        #expect(refused.contains(try guest.call("fd_pwrite", reader, address, count, 0, 48)))
        #expect(refused.contains(try guest.call("fd_read", writer, address, count, 48)))
        #expect(refused.contains(try guest.call("fd_pread", writer, address, count, 0, 48)))
        #expect(try digits.folder.text("file") == "0123456789")
    }

    @Test("A folder has no bytes at an offset either", arguments: Kind.allCases)
    func folders(kind: Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        let (address, count) = guest.vectors([(4096, 1)])
        // POSIX: EISDIR from pread. A right that folders cannot have is ENOTCAPABLE.
        let refused = [WASIErrno.isdir, WASIErrno.badf, WASIErrno.notcapable]
        #expect(refused.contains(try guest.call("fd_pread", 3, address, count, 0, 48)))
        #expect(refused.contains(try guest.call("fd_pwrite", 3, address, count, 0, 48)))
    }

    @Test("Large pieces cross the pages of a file unharmed", arguments: Kind.allCases)
    func large(kind: Kind) throws {
        let digits = try Digits(kind), guest = digits.guest
        let count: UInt64 = 40_000
        for index in 0..<count / 4 { guest.store(UInt32(index), at: 65536 + 4 * index) }
        #expect(try digits.transfer("fd_pwrite", [(65536, 10_001), (75_537, 29_999)], offset: 4093) == 0)
        #expect(guest.load(48, as: UInt32.self) == UInt32(count))
        #expect(try digits.transfer("fd_pread", [(131_072, count)], offset: 4093) == 0)
        #expect(guest.bytes(at: 131_072, count: count) == guest.bytes(at: 65536, count: count))
    }
}
