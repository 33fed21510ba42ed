import Glibc
import TestGuests
import Testing

@Suite("WASI contract: clocks")
struct WASIContractClockTests {
    let guest: WASIGuest

    init() throws { guest = try WASIGuest() }

    @Test("A time and a resolution are one u64, and a resolution is never zero", arguments: 0..<4 as Range<UInt64>)
    func layout(clock: UInt64) throws {
        let timeOnly = try guest.writesOnly(256..<264) {
            try guest.call("clock_time_get", clock, 0, 256)
        }
        let resolutionOnly = try guest.writesOnly(256..<264) {
            try guest.call("clock_res_get", clock, 256)
        }
        #expect(timeOnly && resolutionOnly)
        let resolution: UInt64 = guest.load(256)
        #expect(resolution > 0 && resolution <= 1_000_000_000)
    }

    @Test(
        "A clock that there is not is invalid, and nothing is written",
        arguments: [4, 5, 255, 256, 0x100_0000, 0x8000_0000, 0xffff_ffff] as [UInt64])
    func unknown(clock: UInt64) throws {
        guest.fill(256..<320)
        #expect(try guest.call("clock_time_get", clock, 0, 264) == WASIErrno.inval)
        #expect(try guest.call("clock_res_get", clock, 264) == WASIErrno.inval)
        #expect(guest.isUntouched(256..<320))
    }

    @Test("The real time counts nanoseconds since 1970")
    func realTime() throws {
        var before = timespec()
        clock_gettime(CLOCK_REALTIME, &before)
        #expect(try guest.call("clock_time_get", 0, 1, 256) == 0)
        let seconds = Int(guest.load(256, as: UInt64.self) / 1_000_000_000)
        // A machine may sleep between the two; it does not go back.
        #expect(seconds >= before.tv_sec - 1 && seconds < before.tv_sec + 3600)
    }

    @Test("Clocks that measure progress never go back", arguments: [1, 2, 3] as [UInt64])
    func neverBack(clock: UInt64) throws {
        var last: UInt64 = 0
        for _ in 0..<1000 {
            #expect(try guest.call("clock_time_get", clock, 1, 256) == 0)
            let now: UInt64 = guest.load(256)
            #expect(now >= last)
            last = now
        }
    }

    @Test("Any precision may be asked for", arguments: [0, 1, 1 << 40, 1 << 63, .max] as [UInt64])
    func precision(precision: UInt64) throws {
        for clock: UInt64 in 0..<4 { #expect(try guest.call("clock_time_get", clock, precision, 256) == 0) }
    }

    @Test("A result may lie at an odd address or at the end of memory, not beyond")
    func addresses() throws {
        let end = UInt64(WASIGuest.size)
        for address in [257, end - 8] {
            #expect(try guest.call("clock_time_get", 0, 1, address) == 0)
            #expect(guest.load(address, as: UInt64.self) > 1_500_000_000_000_000_000)
        }
        guest.fill(end - 8..<end)
        for address in [end - 7, end, 0xffff_fff8] {
            #expect(try guest.call("clock_time_get", 0, 1, address) == WASIErrno.fault)
            #expect(try guest.call("clock_res_get", 0, address) == WASIErrno.fault)
        }
        #expect(guest.isUntouched(end - 8..<end))
    }
}
