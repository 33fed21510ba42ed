import Testing
import WasmBinary
import WasmModule

@Suite("Limits of memories and tables")
struct LimitsTests {
    private func memory(_ bytes: [UInt8]) throws -> MemoryType {
        try decode(module(section(.memory, [1] + bytes))).memories[0]
    }

    private func memoryMessage(_ bytes: [UInt8]) -> String? {
        refusal(module(section(.memory, [1] + bytes)))?.message
    }

    private func tableMessage(_ bytes: [UInt8]) -> String? {
        refusal(module(section(.table, [1] + bytes)))?.message
    }

    @Test("Every combination of a memory's flags is read", arguments: UInt8(0)...15)
    func memoryFlags(flags: UInt8) throws {
        let maximum: [UInt8] = flags & 1 != 0 ? [7] : []
        let pageSize: [UInt8] = flags & 8 != 0 ? [0] : []
        let expected = MemoryType(
            limits: Limits(minimum: 3, maximum: flags & 1 != 0 ? 7 : nil), is64: flags & 4 != 0,
            isShared: flags & 2 != 0, pageSizeExponent: flags & 8 != 0 ? 0 : 16)
        #expect(try memory([flags, 3] + maximum + pageSize) == expected)
    }

    @Test("Limits have 64 bits")
    func wide() throws {
        #expect(try memory([5] + leb(1 << 48) + leb(.max)).limits == Limits(minimum: 1 << 48, maximum: .max))
        #expect(try memory([0] + leb(1 << 32)).limits == Limits(minimum: 1 << 32))
        #expect(memoryMessage([0] + [UInt8](repeating: 0x80, count: 9) + [2]) == "integer too large")
        #expect(memoryMessage([0] + [UInt8](repeating: 0x80, count: 10)) == "integer representation too long")
    }

    @Test("A page is at most two to the 64 bytes")
    func pageSizes() throws {
        #expect(try memory([8, 0, 64]).pageSizeExponent == 64)
        #expect(memoryMessage([8, 0, 65]) == "invalid custom page size")
        #expect(memoryMessage([8, 0] + leb(0xFFFF_FFFF)) == "invalid custom page size")
    }

    @Test("Flags that don't exist are refused, for a table also those of memories alone")
    func malformedFlags() {
        #expect(memoryMessage([0x10, 0]) == "malformed limits flags")
        #expect(memoryMessage([0x81, 0, 0]) == "malformed limits flags")
        for flags: UInt8 in [2, 3, 6, 8, 9, 12] {
            #expect(tableMessage([0x70, flags, 0, 0]) == "malformed limits flags")
        }
    }

    @Test("Tables may have 64-bit indices")
    func tables64() throws {
        let found = try decode(module(section(.table, [1, 0x70, 5, 1, 2]))).tables[0].type
        #expect(found == TableType(element: .funcref, limits: Limits(minimum: 1, maximum: 2), is64: true))
    }

    @Test("A table may say what it is filled with")
    func initializers() throws {
        let found = try decode(module(section(.table, [2, 0x40, 0, 0x64, 0x70, 0, 1, 0xD2, 3, 0x0B, 0x70, 0, 0])))
        #expect(found.tables[0].type == TableType(element: .funcref.nonNull, limits: Limits(minimum: 1)))
        #expect(found.tables[0].initializer?.instructions == [Instruction(.refFunc, a: 3)])
        #expect(found.tables[1].initializer == nil)
        #expect(tableMessage([0x40, 1, 0x70, 0, 0, 0xD0, 0x70, 0x0B]) == "zero byte expected")
        #expect(tableMessage([0x40, 0, 0x70, 0, 0]) == "unexpected end of section or function")
    }
}
