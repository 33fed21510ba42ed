import CRuntime
import Glibc
import TestGuests
import Testing

/// Sockets on a pair, of which the guest has one and the test the other.
@Suite("WASI contract: sockets")
struct WASIContractSocketTests {
    let guest: WASIGuest
    let pair: WASIHostPair

    init() throws {
        guest = try WASIGuest()
        pair = try WASIHostPair.sockets()
        try #require(tf_wasi_add_socket(guest.wasi, pair.ends[0], false) == 0)
        // Whoever waits for what does not come ends.
        guest.setTimeout(20_000_000_000)
    }

    private func receive(_ list: [(UInt64, UInt64)], flags: UInt64 = 0, counts: (UInt64, UInt64) = (48, 52)) throws
        -> UInt64
    {
        let (address, count) = guest.vectors(list)
        return try guest.call("sock_recv", 3, address, count, flags, counts.0, counts.1)
    }

    private func send(_ list: [(UInt64, UInt64)], flags: UInt64 = 0, count result: UInt64 = 48) throws -> UInt64 {
        let (address, count) = guest.vectors(list)
        return try guest.call("sock_send", 3, address, count, flags, result)
    }

    /// The bytes of the last call.
    private var count: UInt32 { guest.load(48) }

    @Test("Receiving writes one u32 and one u16")
    func layoutOfReceiving() throws {
        try pair.write("abcdef", to: 1)
        let countOnly = try guest.writesOnly(257..<261) { try receive([(4096, 3)], counts: (257, 1024)) }
        #expect(countOnly && guest.load(257, as: UInt32.self) == 3)
        let flagsOnly = try guest.writesOnly(257..<259) { try receive([(4096, 3)], counts: (48, 257)) }
        #expect(flagsOnly && guest.load(257, as: UInt16.self) == 0)
    }

    @Test("Sending writes one u32")
    func layoutOfSending() throws {
        _ = guest.place("abc", at: 4096)
        let only = try guest.writesOnly(257..<261) { try send([(4096, 3)], count: 257) }
        #expect(only && guest.load(257, as: UInt32.self) == 3)
        #expect(pair.read(from: 1) == "abc")
    }

    @Test("Buffers are filled in order and exactly")
    func scattering() throws {
        try pair.write("0123456", to: 1)
        guest.fill(4096..<4128)
        #expect(try receive([(4112, 3), (0, 0), (4104, 2), (4120, 5)]) == 0)
        #expect(count == 7)
        #expect(guest.string(at: 4112, count: 3) == "012" && guest.string(at: 4104, count: 2) == "34")
        #expect(guest.string(at: 4120, count: 2) == "56")
        for gap in [4096..<4104, 4106..<4112, 4115..<4120, 4125..<4128] as [Range<UInt64>] {
            #expect(guest.isUntouched(gap))
        }
    }

    @Test("Buffers are sent in order")
    func gathering() throws {
        _ = guest.place("abc", at: 4096)
        #expect(try send([(4097, 2), (9, 0), (4096, 1), (4096, 3)]) == 0)
        #expect(count == 6 && pair.read(from: 1) == "bcaabc")
    }

    @Test("What was peeked at is still there, as often as one looks")
    func peeking() throws {
        try pair.write("0123", to: 1)
        for _ in 0..<3 {
            #expect(try receive([(4096, 1), (5000, 9)], flags: 1) == 0)
            #expect(count == 4 && guest.string(at: 5000, count: 3) == "123")
        }
        #expect(try receive([(4096, 9)]) == 0)
        #expect(guest.string(at: 4096, count: 4) == "0123")
    }

    @Test("Who waits for all gets all, in however many pieces it comes")
    func waitingForAll() throws {
        try pair.write("01", to: 1)
        let end = pair.ends[1]
        let thread = GuestThread {
            for text in ["23", "4", "567"] {
                usleep(2000)
                _ = Glibc.write(end, text, text.utf8.count)
            }
        }
        #expect(try receive([(4096, 3), (5000, 4)], flags: 2) == 0)
        thread.join()
        #expect(count == 7 && guest.string(at: 4096, count: 3) == "012" && guest.string(at: 5000, count: 4) == "3456")
        #expect(try receive([(4096, 9)]) == 0)
        #expect(count == 1 && guest.string(at: 4096, count: 1) == "7")
    }

    @Test("Who waits for all gets what there is when the other has gone")
    func waitingForAllInVain() throws {
        try pair.write("01", to: 1)
        pair.close(1)
        #expect(try receive([(4096, 10)], flags: 2) == 0)
        #expect(count == 2)
        #expect(try receive([(4096, 10)], flags: 2) == 0)
        #expect(count == 0)
    }

    @Test("Nothing to transfer is no error")
    func nothing() throws {
        try pair.write("0", to: 1)
        for list in [[], [(4096, 0)]] as [[(UInt64, UInt64)]] {
            #expect(try receive(list) == 0)
            #expect(count == 0)
            #expect(try send(list) == 0)
            #expect(count == 0)
        }
        #expect(try receive([(4096, 5)]) == 0)
        #expect(count == 1)
    }

    @Test("Flags that there are not are invalid, and no byte is lost")
    func unknownFlags() throws {
        try pair.write("0", to: 1)
        for flags: UInt64 in [4, 7, 0x8000, 0xffff] {
            #expect(try receive([(4096, 5)], flags: flags) == WASIErrno.inval)
        }
        for flags: UInt64 in [1, 2, 0x8000, 0xffff] { #expect(try send([(4096, 5)], flags: flags) == WASIErrno.inval) }
        for how: UInt64 in [5, 7, 0x80, 0xff] { #expect(try guest.call("sock_shutdown", 3, how) == WASIErrno.inval) }
        #expect(try receive([(4096, 5)]) == 0)
        #expect(count == 1)
    }

    @Test("Places out of bounds are faults, and no byte is lost or sent")
    func faults() throws {
        let end = UInt64(WASIGuest.size)
        try pair.write("0123", to: 1)
        let lists: [[(UInt64, UInt64)]] = [[(4096, 1), (end, 1)], [(end - 1, 2)], [(0xffff_ffff, 0xffff_ffff)]]
        for list in lists {
            #expect(try receive(list) == WASIErrno.fault)
            #expect(try send(list) == WASIErrno.fault)
        }
        for wild: UInt64 in [end - 3, 0xffff_fffe] {
            #expect(try receive([(4096, 4)], counts: (wild, 52)) == WASIErrno.fault)
            #expect(try send([(4096, 4)], count: wild) == WASIErrno.fault)
        }
        #expect(try receive([(4096, 4)], counts: (48, end - 1)) == WASIErrno.fault)
        #expect(try receive([(4096, 9)]) == 0)
        #expect(count == 4)
        #expect(try guest.call("sock_shutdown", 3, 2) == 0)
        #expect(pair.read(from: 1) == "")
    }

    @Test("Each direction is shut down alone")
    func shuttingDown() throws {
        #expect(try guest.call("sock_shutdown", 3, 2) == 0)
        #expect(pair.read(from: 1) == "")
        #expect(try send([(4096, 1)]) == WASIErrno.pipe)
        #expect(try guest.write("x", to: 3).0 == WASIErrno.pipe)
        try pair.write("in", to: 1)
        #expect(try receive([(4096, 9)]) == 0)
        #expect(count == 2)
        #expect(try guest.call("sock_shutdown", 3, 1) == 0)
        #expect(try receive([(4096, 9)]) == 0)
        #expect(count == 0)
    }

    @Test("Both directions are shut down by one call")
    func shuttingDownBoth() throws {
        #expect(try guest.call("sock_shutdown", 3, 3) == 0)
        #expect(try receive([(4096, 9)]) == 0)
        #expect(count == 0)
        #expect(try send([(4096, 1)]) == WASIErrno.pipe)
        #expect(pair.read(from: 1) == "")
    }

    @Test("A socket is a byte stream, with the rights for one")
    func state() throws {
        let state = try guest.descriptorState(3)
        #expect(state.errno == 0 && state.type == WASIType.stream && state.flags == 0)
        let rights = WASIRight.read | WASIRight.write | WASIRight.poll | WASIRight.shutdown | WASIRight.setFlags
        #expect(state.base & rights == rights)
        #expect(state.base & (WASIRight.seek | WASIRight.pathOpen | WASIRight.readdir) == 0)
        let (errno, status) = try guest.status(of: 3)
        #expect(errno == 0 && status.type == WASIType.stream)
    }

    @Test("A socket that is not to wait does not")
    func nonBlocking() throws {
        #expect(try guest.call("fd_fdstat_set_flags", 3, 4) == 0)
        #expect(try guest.descriptorState(3).flags == 4)
        #expect(try receive([(4096, 9)]) == WASIErrno.again)
        while try send([(8192, 65536)]) == 0 {}
        #expect(try send([(8192, 65536)]) == WASIErrno.again)
        #expect(try guest.write("x", to: 3).0 == WASIErrno.again)
    }

    @Test("A socket is no file and no folder")
    func noFile() throws {
        let (address, count) = guest.vectors([(4096, 1)])
        #expect(try guest.call("fd_tell", 3, 64) == WASIErrno.spipe)
        #expect(try guest.call("fd_pread", 3, address, count, 0, 48) == WASIErrno.spipe)
        #expect(try guest.call("fd_pwrite", 3, address, count, 0, 48) == WASIErrno.spipe)
        #expect(try guest.call("fd_readdir", 3, 8192, 100, 0, 16) == WASIErrno.notdir)
        #expect(try guest.open("x", in: 3).errno == WASIErrno.notdir)
        #expect(try guest.call("fd_prestat_get", 3, 64) == WASIErrno.badf)
        for name in ["fd_sync", "fd_datasync"] {
            // POSIX: EINVAL where this is not possible. A right that sockets cannot have is ENOTCAPABLE.
            #expect([WASIErrno.inval, WASIErrno.notcapable].contains(try guest.call(name, 3)))
        }
    }

    @Test("Files, folders and streams are no sockets", arguments: WASIContractFolder.Kind.allCases)
    func noSocket(kind: WASIContractFolder.Kind) throws {
        let folder = try WASIContractFolder(kind), guest = folder.guest
        try folder.file("file", "text")
        let (address, count) = guest.vectors([(4096, 1)])
        for descriptor in [0, 1, 3, try folder.open("file")] {
            #expect(try guest.call("sock_recv", descriptor, address, count, 0, 48, 52) == WASIErrno.notsock)
            #expect(try guest.call("sock_send", descriptor, address, count, 0, 48) == WASIErrno.notsock)
            #expect(try guest.call("sock_shutdown", descriptor, 3) == WASIErrno.notsock)
            #expect(try guest.call("sock_accept", descriptor, 0, 64) == WASIErrno.notsock)
        }
        #expect(try folder.text("file") == "text")
    }
}
