import CRuntime
import TestGuests
import Testing

@Suite("WASI contract: the process")
struct WASIContractProcessTests {
    let guest: WASIGuest

    init() throws { guest = try WASIGuest() }

    @Test("A code of 32 bits arrives whole", arguments: [0, 1, 126, 255, 256, 0x8000_0000, 0xffff_ffff] as [UInt32])
    func exitCodes(code: UInt32) throws {
        #expect(try guest.enter("proc_exit", [UInt64(code)]).trap == TF_EXIT)
        #expect(guest.exitCode() == code)
    }

    @Test(
        "Signals whose documented action ends the process end the guest",
        arguments: [2, 3, 4, 5, 7, 8, 10, 12, 14, 24, 25, 26, 28, 29] as [UInt64])
    func ending(signal: UInt64) throws {
        #expect(try guest.enter("proc_raise", [signal]).trap == TF_EXIT)
        // Up to SIGTERM the numbers are those of Linux; after it WASI lacks one, SIGSTKFLT.
        #expect(guest.exitCode() == 128 + UInt32(signal <= 15 ? signal : signal + 1))
    }

    @Test("A signal whose documented action is to be ignored is: pipe")
    func ignored() throws {
        #expect(try guest.enter("proc_raise", [13]).trap == TF_OK)
    }

    @Test(
        "Signals that there are not are invalid",
        arguments: [31, 32, 64, 255, 256, 257, 0x8000_0000, 0xffff_ffff] as [UInt64])
    func unknown(signal: UInt64) throws { #expect(try guest.call("proc_raise", signal) == WASIErrno.inval) }

    @Test("Yielding succeeds, however often")
    func yielding() throws { for _ in 0..<100 { #expect(try guest.call("sched_yield") == 0) } }
}
