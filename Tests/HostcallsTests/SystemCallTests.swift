import CRuntime
import Glibc
import TestGuests
import Testing

@testable import Hostcalls

@Suite("Randomness, time and a word for the log")
struct SystemCallTests {
    private final class Notes {
        var all: [HostcallNote] = []
    }

    private func guest(limits: HostcallLimits = HostcallLimits()) -> (FakeGuest, Notes) {
        let (guest, notes) = (FakeGuest(limits: limits), Notes())
        guest.exchange.note = { notes.all.append($0) }
        return (guest, notes)
    }

    @Test("T32: Random numbers have 64 bits, and no two guests get the same ones")
    func random() {
        var seen: Set<UInt64> = []
        for _ in 0..<20 {
            let guest = FakeGuest()
            for _ in 0..<10 { seen.insert(guest.callWide("rng_next_u64", []).result) }
        }
        #expect(seen.count == 200)
        #expect(seen.reduce(0, |) == .max)
        #expect(seen.reduce(.max, &) == 0)
    }

    @Test("The time is that of the machine, in seconds and nanoseconds")
    func time() {
        let guest = FakeGuest()
        let before = UInt64(Glibc.time(nil))
        let (trap, seconds) = guest.callWide("time_now", [FakeGuest.outPointer])
        #expect(trap == TF_OK)
        #expect((before...UInt64(Glibc.time(nil))).contains(seconds))
        #expect(guest.word(FakeGuest.outPointer) < 1_000_000_000)
    }

    @Test("The pointer for the nanoseconds may be NULL, and nothing is written there then")
    func timeWithoutNanoseconds() {
        let guest = FakeGuest()
        let before = guest.word(0)
        #expect(guest.callWide("time_now", [0]).trap == TF_OK)
        #expect(guest.word(0) == before)
    }

    @Test("T32: The clock tells multiples of what it may tell", arguments: [1000, 1_000_000, 1_000_000_000, .max])
    func resolution(nanoseconds: UInt32) {
        let guest = FakeGuest()
        guest.exchange.clockResolution = nanoseconds
        for _ in 0..<50 {
            #expect(guest.callWide("time_now", [FakeGuest.outPointer]).trap == TF_OK)
            #expect(guest.word(FakeGuest.outPointer) % min(nanoseconds, 1_000_000_000) == 0)
        }
    }

    @Test("T15: A pointer outside of the memory ends the guest", arguments: [65533, 65536, .max] as [UInt32])
    func badPointer(address: UInt32) {
        #expect(FakeGuest().callWide("time_now", [address]).trap == TF_TRAP_HOST)
    }

    @Test("A word goes to the log, with its length or up to a NUL")
    func debug() {
        let (guest, notes) = guest()
        #expect(guest.call("debug", guest.put("one")).trap == TF_OK)
        #expect(guest.call("debug", guest.put("two\0three")[0], .max).trap == TF_OK)
        #expect(guest.call("debug", 1, 0).trap == TF_OK)
        #expect(notes.all == [.said("one"), .said("two"), .said("")])
    }

    @Test("A long word is cut, whether or not it says where it ends")
    func longDebug() {
        var limits = HostcallLimits()
        limits.debugMessageBytes = 4
        let (guest, notes) = guest(limits: limits)
        let text = guest.put("abcdef")
        #expect(guest.call("debug", text).trap == TF_OK)
        #expect(guest.call("debug", text[0], .max).trap == TF_OK)
        #expect(notes.all == [.said("abcd"), .said("abcd")])
    }

    @Test("T15: A word that has no end within the memory, or lies outside, ends the guest")
    func endlessDebug() {
        let (guest, notes) = guest()
        for (address, length) in [(65530, .max), (65536, .max), (.max, .max), (65530, 7), (1, 65536)]
            as [(UInt32, UInt32)]
        {
            #expect(guest.call("debug", address, length).trap == TF_TRAP_HOST, "\(address) \(length)")
        }
        guest.removeMemory()
        #expect(guest.call("debug", 0, .max).trap == TF_TRAP_HOST)
        #expect(notes.all.isEmpty)
    }

    @Test("A word up to the very end of the memory is one")
    func lastByte() {
        let (guest, notes) = guest()
        guest.write("abc\0", at: 65532)
        #expect(guest.call("debug", 65532, .max).trap == TF_OK)
        #expect(notes.all == [.said("abc")])
    }

    @Test("Where nothing may wait, a call that is felt outside ends the guest before anybody notices")
    func effects() {
        let (guest, notes) = guest()
        guest.exchange.mayWait = false
        #expect(guest.callWide("rng_next_u64", []).trap == TF_OK)
        #expect(guest.callWide("time_now", [0]).trap == TF_OK)
        #expect(guest.call("debug", guest.put("one")).trap == TF_TRAP_HOST)
        #expect(notes.all.isEmpty)
    }
}
