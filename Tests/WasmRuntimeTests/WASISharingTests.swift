import CRuntime
import TestGuests
import Testing

/// What guests of different tenants could learn from each other by WASI.
@Suite("WASI, one guest beside another")
struct WASISharingTests {
    @Test("T31: clocks tell multiples of what they were set to, and say so")
    func clockResolution() throws {
        let guest = try WASIGuest()
        tf_wasi_set_clock_resolution(guest.wasi, 100_000)
        for clock: UInt64 in 0...3 {
            #expect(try guest.call("clock_time_get", clock, 1, 64) == WASIErrno.success)
            #expect(guest.memory.load(fromByteOffset: 64, as: UInt64.self) % 100_000 == 0)
            #expect(try guest.call("clock_res_get", clock, 64) == WASIErrno.success)
            #expect(guest.memory.load(fromByteOffset: 64, as: UInt64.self) >= 100_000)
        }
    }

    @Test("T32: each guest gets random bytes of its own, and none twice")
    func randomBytes() throws {
        var seen: Set<[UInt8]> = []
        for _ in 0..<50 {
            let guest = try WASIGuest()
            for _ in 0..<20 {
                #expect(try guest.call("random_get", 0, 32) == WASIErrno.success)
                seen.insert([UInt8](UnsafeRawBufferPointer(start: guest.memory, count: 32)))
            }
        }
        #expect(seen.count == 1000)
    }

    @Test("T16: a guest that opens without end is told EMFILE, and the limit is named")
    func openFiles() throws {
        let guest = try WASIGuest()
        tf_wasi_set_descriptor_limit(guest.wasi, 3)
        #expect(!tf_wasi_descriptor_limit_reached(guest.wasi))
        #expect(tf_wasi_preopen_path(guest.wasi, "/", "/", true) != 0)
        #expect(tf_wasi_descriptor_limit_reached(guest.wasi))
    }
}
