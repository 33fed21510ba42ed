import Testing
import WasmModule
import WasmValidation

@Suite("Shared memories and page sizes")
struct SharedMemoryTests {
    private func reason(memory: [UInt8]) -> String? { refusal(module((.memory, [1] + memory)))?.message }

    @Test("Shared memories have a maximum")
    func shared() {
        #expect(reason(memory: [3, 1, 2]) == nil)
        #expect(reason(memory: [2, 1]) == "shared memory must have maximum")
        #expect(refusal(module((.import, [1, 0, 0, 2, 2, 1])))?.message == "shared memory must have maximum")
    }

    @Test("Pages are of 64 KiB or of a byte")
    func pages() {
        for exponent in UInt8(0)...31 {
            let expected = exponent == 0 || exponent == 16 ? nil : "invalid custom page size: 2^\(exponent)"
            #expect(reason(memory: [8, 1, exponent]) == expected)
        }
        let last: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]
        #expect(reason(memory: [8] + last + [0]) == nil)
        #expect(reason(memory: [8] + leb(1 << 32) + [0]) == "memory size must be at most 2^32 - 1 bytes")
        #expect(reason(memory: [8] + leb(65_537) + [16]) == "memory size must be at most 65536 pages (4GiB)")
        #expect(reason(memory: [9, 0] + leb(1 << 32) + [0]) == "memory size must be at most 2^32 - 1 bytes")
    }

    @Test("Atomic accesses need a memory, but not a shared one, and a fence needs none")
    func atomics() {
        let load: [UInt8] = [0x41, 0, 0xFE, 0x10, 2, 0, 0x1A, 0x0B]
        #expect(message(load) == nil)
        #expect(message(load, memory: false) == "unknown memory 0")
        #expect(message([0xFE, 0x03, 0, 0x0B], memory: false) == nil)
        #expect(message([0x41, 0, 0xFE, 0x10, 3, 0, 0x1A, 0x0B]) == "atomic alignment must be natural")
    }
}
