import Testing

/// libtcc reads only what it needs of a value that is in memory; a load beyond the memory's end has to trap though.
@Suite("Loads stay whole")
struct WholeLoadTests {
    @Test("A load of four bytes is no load of eight, whatever its bits are taken for")
    func reinterpretedPart() throws {
        // local.get 0; i64.load32_u; f64.reinterpret_i64
        let part = TinyModule(parameters: [0x7F], results: [0x7C], body: [0x20, 0, 0x35, 2, 0, 0xBF])
        #expect(try part.function().contains("y0=(U)*(pu)(m+l0);\nreturn *(pd)&y0;"))
        let whole = TinyModule(parameters: [0x7F], results: [0x7C], body: [0x20, 0, 0x29, 3, 0, 0xBF])
        #expect(try whole.function().contains("return *(pd)(m+l0);"))
    }

    /// The body of a function of an i32: operands, then an operation, its result dropped into a local.
    private func text(_ body: [UInt8], result: UInt8) throws -> String {
        try TinyModule(parameters: [0x7F], results: [result], body: body).function()
    }

    private let load4: [UInt8] = [0x20, 0, 0x28, 0, 0]
    private let load8: [UInt8] = [0x20, 0, 0x29, 0, 0]

    @Test("A load of which a part is used has a variable: i32.wrap_i64, sign extensions, a shift's count")
    func narrowed() throws {
        #expect(try text(load8 + [0xA7], result: 0x7F).contains("y0=*(pU)(m+l0);\nreturn (u)y0;"))
        #expect(try text(load4 + [0xC0], result: 0x7F).contains("x0=*(pu)(m+l0);\nreturn (b)x0;"))
        #expect(try text(load8 + [0xC4], result: 0x7E).contains("y0=*(pU)(m+l0);\nreturn (S)(s)y0;"))
        #expect(try text([0x42, 5] + load8 + [0x86], result: 0x7E).contains("y0=*(pU)(m+l0);\n"))
    }

    @Test("A store of a part of a load has a variable, and one of the whole has not")
    func stored() throws {
        // i32.const 0; i64.load; i64.store32
        let part = TinyModule(parameters: [0x7F], body: [0x41, 0] + load8 + [0x3E, 0, 0])
        #expect(try part.function().contains("y0=*(pU)(m+l0);\n*(pu)(m+0)=y0;"))
        let whole = TinyModule(parameters: [0x7F], body: [0x41, 0] + load8 + [0x37, 0, 0])
        #expect(try whole.function().contains("*(pU)(m+0)=*(pU)(m+l0);"))
    }

    @Test("A load that a constant makes irrelevant is still done")
    func absorbed() throws {
        // and 0, mul 0, or -1, rem_s 1, rem_u 1; 0 shl, -1 shr_s
        for operation: [UInt8] in [
            [0x41, 0, 0x71], [0x41, 0, 0x6C], [0x41, 0x7F, 0x72], [0x41, 1, 0x6F], [0x41, 1, 0x70],
        ] {
            let result = operation[1] == 0x7F ? "-1" : "0"
            #expect(try text(load4 + operation, result: 0x7F).contains("x0=*(pu)(m+l0);\nreturn \(result);"))
        }
        #expect(try text([0x41, 0] + load4 + [0x74], result: 0x7F).contains("x0=*(pu)(m+l0);\nreturn 0;"))
        #expect(try text([0x41, 0x7F] + load4 + [0x75], result: 0x7F).contains("x0=*(pu)(m+l0);\nreturn -1;"))
        #expect(try text([0x42, 0x7F] + load8 + [0x84], result: 0x7E).contains("y0=*(pU)(m+l0);\nreturn -1;"))
    }

    @Test("A constant decides nothing where only half of its bits are set")
    func halfOnes() throws {
        // i64.load; i64.const 0xFFFFFFFF; i64.or
        let half: [UInt8] = [0x42, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x84]
        #expect(try text(load8 + half, result: 0x7E).contains("return *(pU)(m+l0)|4294967295"))
        // -1 shifted right without sign is no constant.
        #expect(try text([0x41, 0x7F, 0x20, 0, 0x76], result: 0x7F).contains("return 4294967295u>>K4(l0)"))
    }
}
