import CRuntime
import TestGuests
import Testing

/// One subscription; fields as in `typenames.witx`.
private enum Subscription {
    case clock(UInt32, timeout: UInt64, flags: UInt16 = 0, precision: UInt64 = 0)
    case read(UInt32)
    case write(UInt32)

    static let absolute: UInt16 = 1
}

/// The fields of an event.
private struct Event: Equatable {
    var userdata: UInt64
    var errno: UInt16 = 0
    var type: UInt8
    var bytes: UInt64 = 0
    var flags: UInt16 = 0
}

@Suite("WASI contract: poll_oneoff")
struct WASIContractPollTests {
    let guest: WASIGuest
    static let far: UInt64 = 3_600_000_000_000

    init() throws {
        guest = try WASIGuest()
        // Whoever waits for an hour by mistake ends.
        guest.setTimeout(20_000_000_000)
    }

    /// Puts subscriptions at an address, with userdata of 100 and their index, and bytes that mean nothing set.
    private func place(_ subscriptions: [Subscription], at address: UInt64 = 1024) {
        for (index, subscription) in subscriptions.enumerated() {
            let at = address + 48 * UInt64(index)
            guest.fill(at..<at + 48)
            guest.store(100 + UInt64(index), at: at)
            switch subscription {
            case .clock(let id, let timeout, let flags, let precision):
                guest.store(UInt8(0), at: at + 8)
                guest.store(id, at: at + 16)
                guest.store(timeout, at: at + 24)
                guest.store(precision, at: at + 32)
                guest.store(flags, at: at + 40)
            case .read(let descriptor):
                guest.store(UInt8(1), at: at + 8)
                guest.store(descriptor, at: at + 16)
            case .write(let descriptor):
                guest.store(UInt8(2), at: at + 8)
                guest.store(descriptor, at: at + 16)
            }
        }
    }

    private func events(at address: UInt64 = 4096) -> [Event] {
        (0..<UInt64(guest.load(48, as: UInt32.self))).map { index in
            let at = address + 32 * index
            return Event(
                userdata: guest.load(at), errno: guest.load(at + 8), type: guest.load(at + 10),
                bytes: guest.load(at + 16), flags: guest.load(at + 24))
        }.sorted { $0.userdata < $1.userdata }
    }

    private func poll(_ subscriptions: [Subscription]) throws -> [Event] {
        place(subscriptions)
        #expect(try guest.call("poll_oneoff", 1024, 4096, UInt64(subscriptions.count), 48) == 0)
        return events()
    }

    @Test("An event is 32 bytes, their number one u32, and nothing is written behind them")
    func layout() throws {
        place([.clock(1, timeout: 0), .clock(1, timeout: Self.far)])
        let eventsOnly = try guest.writesOnly(4096..<4128) {
            try guest.call("poll_oneoff", 1024, 4096, 2, 48)
        }
        #expect(eventsOnly && guest.load(48, as: UInt32.self) == 1)
        let countOnly = try guest.writesOnly(257..<261) {
            try guest.call("poll_oneoff", 1024, 4096, 2, 257)
        }
        #expect(countOnly)
        let event = try #require(events().first)
        #expect(event.userdata == 100 && event.errno == 0 && event.type == 0)
    }

    @Test("Times reached are told at once, on both clocks, relative and absolute", arguments: [0, 1] as [UInt32])
    func reached(clock: UInt32) throws {
        #expect(try guest.call("clock_time_get", UInt64(clock), 0, 64) == 0)
        let now: UInt64 = guest.load(64)
        for subscription: Subscription in [
            .clock(clock, timeout: 0), .clock(clock, timeout: 1), .clock(clock, timeout: 1, precision: .max),
            .clock(clock, timeout: now, flags: Subscription.absolute),
            .clock(clock, timeout: 0, flags: Subscription.absolute),
            .clock(clock, timeout: 1, flags: Subscription.absolute),
        ] {
            let found = try poll([subscription, .clock(clock, timeout: Self.far)])
            #expect(found.map(\.userdata) == [100] && found.map(\.errno) == [0])
        }
    }

    @Test("A clock is not told before its time", arguments: [0, 1] as [UInt32])
    func notBefore(clock: UInt32) throws {
        #expect(try guest.call("clock_time_get", 1, 0, 64) == 0)
        let before: UInt64 = guest.load(64)
        #expect(try poll([.clock(clock, timeout: 20_000_000)]).count == 1)
        #expect(try guest.call("clock_time_get", 1, 0, 64) == 0)
        #expect(try guest.call("clock_res_get", 1, 72) == 0)
        #expect(guest.load(64, as: UInt64.self) + guest.load(72, as: UInt64.self) >= before + 20_000_000)
    }

    @Test("An absolute time ahead is waited for", arguments: [0, 1] as [UInt32])
    func absolute(clock: UInt32) throws {
        #expect(try guest.call("clock_time_get", UInt64(clock), 0, 64) == 0)
        let end = guest.load(64, as: UInt64.self) + 20_000_000
        #expect(try poll([.clock(clock, timeout: end, flags: Subscription.absolute)]).map(\.errno) == [0])
        #expect(try guest.call("clock_res_get", UInt64(clock), 72) == 0)
        #expect(try guest.call("clock_time_get", UInt64(clock), 0, 64) == 0)
        #expect(guest.load(64, as: UInt64.self) + guest.load(72, as: UInt64.self) >= end)
    }

    @Test("Times beyond all clocks are never reached", arguments: [0, 1] as [UInt32], [0, 1] as [UInt16])
    func overflow(clock: UInt32, flags: UInt16) throws {
        for timeout: UInt64 in [.max, .max - 1, 1 << 63] {
            guest.setTimeout(2_000_000)
            place([.clock(clock, timeout: timeout, flags: flags)])
            #expect(try guest.enter("poll_oneoff", [1024, 4096, 1, 48]).trap == TF_TRAP_DEADLINE)
        }
    }

    @Test("A clock that there is not is invalid, by the call or by its event", arguments: [4, 255, .max] as [UInt32])
    func unknownClock(clock: UInt32) throws {
        place([.clock(clock, timeout: 0)])
        let errno = try guest.call("poll_oneoff", 1024, 4096, 1, 48)
        #expect(errno == WASIErrno.inval || events().map { UInt64($0.errno) } == [WASIErrno.inval])
    }

    @Test("Clock flags that there are not are invalid, by the call or by the event")
    func unknownFlags() throws {
        place([.clock(1, timeout: 0, flags: 2)])
        let errno = try guest.call("poll_oneoff", 1024, 4096, 1, 48)
        #expect(errno == WASIErrno.inval || events().map { UInt64($0.errno) } == [WASIErrno.inval])
    }

    @Test("Kinds that there are not are invalid", arguments: [3, 4, 255] as [UInt8])
    func unknownKind(kind: UInt8) throws {
        place([.clock(1, timeout: 0)])
        guest.store(kind, at: 1032)
        guest.fill(4096..<4128)
        #expect(try guest.call("poll_oneoff", 1024, 4096, 1, 48) == WASIErrno.inval)
        #expect(guest.isUntouched(4096..<4128))
    }

    @Test("Nothing subscribed is invalid, whatever the addresses, and nothing is written")
    func none() throws {
        guest.fill(40..<64)
        #expect(try guest.call("poll_oneoff", 1024, 4096, 0, 48) == WASIErrno.inval)
        #expect(guest.isUntouched(40..<64))
    }

    @Test("Places out of bounds are faults")
    func faults() throws {
        let end = UInt64(WASIGuest.size)
        place([.clock(1, timeout: 0)])
        place([.clock(1, timeout: 0)], at: end - 48)
        for (input, output, count) in [
            (end - 47, 4096, 48), (0xffff_ffff, 4096, 48), (1024, end - 31, 48), (1024, 0xffff_ffff, 48),
            (1024, 4096, end - 3), (1024, 4096, 0xffff_fffd),
        ] { #expect(try guest.call("poll_oneoff", input, output, 1, count) == WASIErrno.fault) }
        #expect(try guest.call("poll_oneoff", end - 48, end - 32, 1, 48) == 0)
        #expect(events(at: end - 32).map(\.type) == [0])
    }

    @Test("A pipe with bytes tells how many; an empty one says nothing")
    func pipes() throws {
        let pair = try WASIHostPair.pipe()
        #expect(tf_wasi_set_stdio(guest.wasi, 0, pair.ends[0]) == 0)
        #expect(try poll([.read(0), .clock(1, timeout: 1000)]).map(\.type) == [0])
        try pair.write("12345", to: 1)
        let found = try poll([.clock(1, timeout: Self.far), .read(0)])
        #expect(found == [Event(userdata: 101, type: 1, bytes: 5)])
    }

    @Test("A pipe whose other end has gone is ready and says so")
    func hangup() throws {
        let pair = try WASIHostPair.pipe()
        #expect(tf_wasi_set_stdio(guest.wasi, 0, pair.ends[0]) == 0)
        pair.close(1)
        #expect(try poll([.read(0)]) == [Event(userdata: 100, type: 1, bytes: 0, flags: 1)])
        #expect(try guest.read(0) == "")
    }

    @Test("A pipe with room can be written to, a full one not yet")
    func writing() throws {
        let pair = try WASIHostPair.pipe()
        #expect(tf_wasi_set_stdio(guest.wasi, 1, pair.ends[1]) == 0)
        let found = try poll([.write(1), .clock(1, timeout: Self.far)])
        #expect(found.map(\.userdata) == [100] && found.map(\.type) == [2] && found.map(\.errno) == [0])
        #expect(try guest.call("fd_fdstat_set_flags", 1, 4) == 0)
        while try guest.transfer("fd_write", 1, at: 8192, count: 65536).0 == 0 {}
        #expect(try poll([.write(1), .clock(1, timeout: 1000)]).map(\.type) == [0])
    }

    @Test("Files are always ready, and tell how much there is to read", arguments: WASIContractFolder.Kind.allCases)
    func files(kind: WASIContractFolder.Kind) throws {
        let folder = try WASIContractFolder(kind)
        try folder.file("file", "0123456789")
        let file = UInt32(try folder.open("file"))
        let test = try WASIContractPollTests(folder.guest)
        #expect(try folder.guest.read(UInt64(file), count: 4) == "0123")
        let found = try test.poll([.read(file), .write(file), .clock(1, timeout: Self.far)])
        #expect(found.map(\.userdata) == [100, 101] && found.map(\.type) == [1, 2] && found.map(\.errno) == [0, 0])
        #expect(found.first?.bytes == 6 && found.allSatisfy { $0.flags == 0 })
    }

    private init(_ guest: WASIGuest) throws {
        self.guest = guest
        guest.setTimeout(20_000_000_000)
    }

    @Test("A bad descriptor is an event with an error beside the others")
    func badDescriptors() throws {
        let found = try poll([.read(99), .write(.max), .clock(1, timeout: Self.far)])
        #expect(found.map(\.userdata) == [100, 101] && found.map(\.type) == [1, 2])
        #expect(found.map(\.errno) == [UInt16(WASIErrno.badf), UInt16(WASIErrno.badf)])
    }

    /// What polling for reading and for writing tells of a file without a right.
    private func poll(without right: UInt64) throws -> [UInt16] {
        let folder = try WASIContractFolder(.memory), test = try WASIContractPollTests(folder.guest)
        try folder.file("file", "text")
        let file = try folder.open("file"), state = try folder.guest.descriptorState(file)
        try #require(state.base & right == right)
        try #require(try folder.guest.call("fd_fdstat_set_rights", file, state.base & ~right, 0) == 0)
        // A ready event hides none that is wrong, and an error is told at once.
        let found = try test.poll([.read(UInt32(file)), .write(UInt32(file))])
        #expect(found.map(\.userdata) == [100, 101])
        return found.map(\.errno)
    }

    @Test("Who waits to read needs the right to read, and to write that to write")
    func rightsToTransfer() throws {
        // EBADF is what reading and writing without the right are told.
        let refused: [UInt16] = [8, 76]
        let withoutRead = try poll(without: WASIRight.read), withoutWrite = try poll(without: WASIRight.write)
        #expect(withoutRead.count == 2 && refused.contains(withoutRead[0]) && withoutRead[1] == 0)
        #expect(withoutWrite.count == 2 && withoutWrite[0] == 0 && refused.contains(withoutWrite[1]))
        #expect(try poll(without: 0) == [0, 0])
    }

    @Test("Who waits for descriptors needs the right to")
    func rightToPoll() throws {
        #expect(try poll(without: WASIRight.poll) == [76, 76])
    }

    @Test("Streams that nobody serves are ready: one is at its end, the others swallow")
    func defaults() throws {
        let found = try poll([.read(0), .write(1), .write(2), .clock(1, timeout: Self.far)])
        #expect(found.map(\.userdata) == [100, 101, 102] && found.map(\.errno) == [0, 0, 0])
    }

    @Test("The same subscription twice is two events, with their own userdata")
    func twice() throws {
        let found = try poll([.write(1), .write(1), .clock(1, timeout: 0), .clock(0, timeout: 0)])
        #expect(found.map(\.userdata).prefix(2) == [100, 101])
    }

    @Test("Events may be written over the subscriptions")
    func overlapping() throws {
        place([.write(1), .read(99), .write(2)])
        #expect(try guest.call("poll_oneoff", 1024, 1024, 3, 48) == 0)
        let found = events(at: 1024)
        #expect(found.map(\.userdata) == [100, 101, 102] && found.map(\.type) == [2, 1, 2])
        #expect(found.map(\.errno) == [0, 8, 0])
    }

    @Test("A socket tells its bytes, and that the other has gone")
    func sockets() throws {
        let pair = try WASIHostPair.sockets()
        #expect(tf_wasi_add_socket(guest.wasi, pair.ends[0], false) == 0)
        #expect(try poll([.read(3), .clock(1, timeout: 1000)]).map(\.type) == [0])
        try pair.write("abc", to: 1)
        let found = try poll([.read(3), .write(3)])
        #expect(found.map(\.type) == [1, 2] && found.first?.bytes == 3 && found.map(\.flags) == [0, 0])
        #expect(try guest.read(3) == "abc")
        pair.close(1)
        #expect(try poll([.read(3)]) == [Event(userdata: 100, type: 1, bytes: 0, flags: 1)])
    }
}
