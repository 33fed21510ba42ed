import CRuntime
import TestGuests
import Testing

@testable import Hostcalls

@Suite("The host allocates in the guest")
struct AllocationTests {
    @Test("The allocator named by init_mm is used, without a look at the exports")
    func namedAllocator() {
        let guest = FakeGuest()
        guest.exportedNames = []
        guest.call("init_mm", 2, 0)
        #expect(guest.get("req_get_method") == "GET")
        #expect(guest.askedNames.isEmpty)
    }

    @Test(
        "An index of no allocator is passed over, and the export taken",
        arguments: [0, 1, 3, 0x8000_0000, .max] as [UInt32])
    func badIndex(index: UInt32) {
        let guest = FakeGuest()
        #expect(guest.call("init_mm", index, index).trap == TF_OK)
        #expect(guest.get("req_get_method") == "GET")
        #expect(guest.askedNames == ["default_malloc_impl"])
    }

    @Test("malloc is taken where default_malloc_impl is missing, and looked for once")
    func malloc() {
        let guest = FakeGuest()
        guest.exportedNames = ["malloc"]
        #expect(guest.get("req_get_method") == "GET")
        #expect(guest.get("req_get_path") == "/hello.wasm")
        #expect(guest.askedNames == ["default_malloc_impl", "malloc"])
    }

    @Test("A guest without an allocator gets NULL and 0", arguments: ["req_get_method", "req_get_headers"])
    func noAllocator(name: String) {
        let headers = [HeaderField(name: "a", value: "b")]
        let guest = FakeGuest(GuestRequest(method: "GET", target: "/", headers: headers))
        guest.exportedNames = []
        #expect(guest.call(name, FakeGuest.outPointer, FakeGuest.outLength, 0).trap == TF_OK)
        #expect(guest.out == (0, 0))
    }

    @Test("An allocator that has no room gives NULL and 0", arguments: ["req_get_method", "req_get_headers"])
    func noRoom(name: String) {
        let headers = [HeaderField(name: "a", value: "b")]
        let guest = FakeGuest(GuestRequest(method: "GET", target: "/", headers: headers))
        guest.allocation = .fixed(0)
        #expect(guest.call(name, FakeGuest.outPointer, FakeGuest.outLength, 0).trap == TF_OK)
        #expect(guest.out == (0, 0))
    }

    @Test(
        "An allocator that gives an address outside of the memory ends the guest",
        arguments: [65535, 65536, .max] as [UInt32])
    func blockOutside(address: UInt32) {
        let guest = FakeGuest()
        guest.allocation = .fixed(address)
        #expect(guest.call("req_get_method", FakeGuest.outPointer, FakeGuest.outLength, 0).trap == TF_TRAP_HOST)
        #expect(guest.message.hasPrefix("req_get_method: "))
    }

    @Test("Memory that grows while the host allocates is written where it is new")
    func growingMemory() {
        let guest = FakeGuest(
            GuestRequest(method: "GET", target: "/", headers: (0..<5).map { HeaderField(name: "h\($0)", value: "") }))
        guest.allocation = .growing
        #expect(guest.list("req_get_headers") == ["h0", "h1", "h2", "h3", "h4"])
        #expect(guest.pages == 7)
        #expect(guest.out.pointer == UInt32(6 * FakeGuest.pageSize))
    }

    @Test("Blocks that overlap the out-pointers, or each other, harm only the guest")
    func overlappingBlocks() {
        let guest = FakeGuest(GuestRequest(method: "GET", target: "/", headers: [HeaderField(name: "abc", value: "")]))
        guest.allocation = .fixed(FakeGuest.outPointer)
        #expect(guest.call("req_get_headers", FakeGuest.outPointer, FakeGuest.outLength, 0).trap == TF_OK)
        #expect(guest.call("req_get_headers", FakeGuest.outPointer, FakeGuest.outPointer + 1, 0).trap == TF_OK)
    }
}
