import Testing

@Suite("Memories in C")
struct MemoryTests {
    private static let i32: UInt8 = 0x7F
    private static let i64: UInt8 = 0x7E
    /// At least one page, 64-bit addresses.
    private static let wide: [UInt8] = [4, 1]

    /// A function of an i64, over a 64-bit memory.
    private func wideText(_ body: [UInt8], result: UInt8? = nil) throws -> String {
        try TinyModule(
            parameters: [Self.i64], results: result.map { [$0] } ?? [], body: body, tables: 1, memories: [Self.wide]
        ).function()
    }

    @Test("Memory 0 has its base in a variable, the others are reached through the instance")
    func several() throws {
        // local.get 0; i32.load 1 offset=8; local.get 0; i32.load 0; i32.add
        let module = TinyModule(
            parameters: [Self.i32], results: [Self.i32], body: [0x20, 0, 0x28, 0x42, 1, 8, 0x20, 0, 0x28, 2, 0, 0x6A],
            memories: [[0, 1], [0, 1]])
        #expect(try module.function().contains("return *(pu)(i->M1->base+l0+8)+*(pu)(m+l0);"))
    }

    @Test("The upper half of a 64-bit address must be 0, and is looked at once")
    func upperHalf() throws {
        // local.get 0; i32.load offset=8; local.get 0; i32.load; i32.add
        let text = try wideText([0x20, 0, 0x28, 2, 8, 0x20, 0, 0x28, 2, 0, 0x6A], result: Self.i32)
        #expect(text.contains("if(l0>>32)A.bounds(i);\nreturn *(pu)(m+l0+8)+*(pu)(m+l0);"))
    }

    @Test("A 64-bit address is a variable before it is looked at")
    func settledAddress() throws {
        // local.get 0; i64.const 5; i64.mul; local.get 0; i64.store offset=16
        let text = try wideText([0x20, 0, 0x42, 5, 0x7E, 0x20, 0, 0x37, 3, 16])
        #expect(text.contains("y0=l0*5;\nif(y0>>32)A.bounds(i);\n*(pU)(m+y0+16)=l0;\n"))
    }

    @Test("What no 64-bit memory can hold traps after its address is evaluated")
    func beyondAllMemories() throws {
        // call 0; i64.extend_i32_u; i32.load offset=2^32
        let offset: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x10]
        let text = try wideText([0x10, 0, 0xAD, 0x28, 2] + offset, result: Self.i32)
        #expect(text.contains("y0=(U)((Y0*)i->c0)(i->n0);\nA.bounds(i);\nreturn 0;"))
        // local.get 0; v128.load offset=2^32
        let vector = try wideText([0x20, 0, 0xFD, 0, 4] + offset, result: 0x7B)
        #expect(vector.contains("A.bounds(i);\n"))
        #expect(!vector.contains("(m+"))
    }

    @Test("Constant 64-bit addresses are decided here")
    func constantAddresses() throws {
        // i64.const 16; i32.load offset=4
        #expect(try wideText([0x42, 16, 0x28, 2, 4], result: Self.i32).contains("\nreturn *(pu)(m+20);"))
        // i64.const 0xFFFFFFFC; i32.load, and the same with an offset of 1
        let last: [UInt8] = [0x42, 0xFC, 0xFF, 0xFF, 0xFF, 0x0F, 0x28, 2]
        #expect(try wideText(last + [0], result: Self.i32).contains("\nreturn *(pu)(m+4294967292ll);"))
        #expect(try wideText(last + [1], result: Self.i32).contains("A.bounds(i);\nreturn 0;"))
        // i64.const -1; i32.load offset=8
        #expect(try wideText([0x42, 0x7F, 0x28, 2, 8], result: Self.i32).contains("A.bounds(i);\nreturn 0;"))
    }

    @Test("Sizes have the width of the addresses")
    func sizes() throws {
        #expect(try wideText([0x3F, 0], result: Self.i64).contains("return i->M0->pages;"))
        #expect(
            try wideText([0x20, 0, 0x40, 0], result: Self.i64).contains("y0=A.memory_grow(i,i->M0,l0);\nreturn y0;"))
        let narrow = TinyModule(parameters: [Self.i32], results: [Self.i32], body: [0x20, 0, 0x40, 0, 0x3F, 0, 0x6A])
        #expect(try narrow.function().contains("x0=(u)A.memory_grow(i,i->M0,l0);\nreturn x0+(u)i->M0->pages;"))
    }

    @Test("Tables of 64-bit indices: their sizes, and an index passed whole")
    func tables() throws {
        let size = TinyModule(results: [Self.i64], body: [0xFC, 16, 0], tableLimits: [4, 1])
        #expect(try size.function().contains("return i->T0->size;"))
        // ref.null func; local.get 0; table.grow
        let grow = TinyModule(
            parameters: [Self.i64], results: [Self.i64], body: [0xD0, 0x70, 0x20, 0, 0xFC, 15, 0], tableLimits: [4, 1])
        #expect(try grow.function().contains("y0=A.table_grow(i,i->T0,(p)0,l0);\nreturn y0;"))
    }

    @Test("A narrow address among wide ones is extended without a sign")
    func mixedCopy() throws {
        // i64.const 0; local.get 0; i32.load8_s; i32.const -1; memory.copy 1 0
        let module = TinyModule(
            parameters: [Self.i32], body: [0x42, 0, 0x20, 0, 0x2C, 0, 0, 0x41, 0x7F, 0xFC, 10, 1, 0],
            memories: [[0, 1], Self.wide])
        #expect(
            try module.function().contains("A.memory_copy(i,i->M1,i->M0,0,(u)*(pb)(m+l0),4294967295u);"))
    }
}
