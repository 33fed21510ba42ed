import CRuntime
import Glibc
import TestGuests
import Testing

@Suite("WASI contract: random bytes")
struct WASIContractRandomTests {
    let guest: WASIGuest

    init() throws { guest = try WASIGuest() }

    func useOnes() {
        tf_wasi_set_random(
            guest.wasi,
            { _, buffer, count in
                buffer?.initializeMemory(as: UInt8.self, repeating: 1, count: count)
                return 0
            }, nil)
    }

    @Test("The buffer is filled whole and nothing beside it", arguments: [1, 7, 255, 256, 257, 5000] as [UInt64])
    func filled(count: UInt64) throws {
        useOnes()
        let only = try guest.writesOnly(4097..<4097 + count) { try guest.call("random_get", 4097, count) }
        #expect(only)
        #expect(guest.bytes(at: 4097, count: count).allSatisfy { $0 == 1 })
    }

    @Test("All of memory may be filled, and not a byte more")
    func whole() throws {
        useOnes()
        let end = UInt64(WASIGuest.size)
        #expect(try guest.call("random_get", 0, end + 1) == WASIErrno.fault)
        #expect(try guest.call("random_get", 1, end) == WASIErrno.fault)
        #expect(guest.bytes(at: 0, count: 64).allSatisfy { $0 == 0 })
        #expect(try guest.call("random_get", 0, end) == 0)
        #expect(guest.load(0, as: UInt8.self) == 1 && guest.load(end - 1, as: UInt8.self) == 1)
    }

    @Test("No bytes are none")
    func nothing() throws {
        useOnes()
        guest.fill(256..<320)
        #expect(try guest.call("random_get", 288, 0) == 0)
        #expect(guest.isUntouched(256..<320))
    }

    @Test("Real random bytes are of many values")
    func values() throws {
        #expect(try guest.call("random_get", 4096, 65536) == 0)
        // That one of 256 values is missing among 65,536 has a probability of 10 to the -109.
        #expect(Set(guest.bytes(at: 4096, count: 65536)).count == 256)
    }

    @Test("That there are no random bytes is told")
    func failure() throws {
        tf_wasi_set_random(guest.wasi, { _, _, _ in -EIO }, nil)
        #expect(try guest.call("random_get", 4096, 16) == WASIErrno.io)
    }
}
