import Testing

@Suite("Constants at the edges")
struct ConstantTests {
    /// `i64.const` of the least number.
    private let least: [UInt8] = [0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F]

    @Test("Division by and comparison with the least i64 stay signed")
    func leastWide() throws {
        for (opcode, text): (UInt8, String) in [(0x7F, "/ "), (0x81, "%"), (0x53, "<"), (0x59, ">=")] {
            let result: UInt8 = opcode == 0x53 || opcode == 0x59 ? 0x7F : 0x7E
            let module = TinyModule(parameters: [0x7E], results: [result], body: [0x20, 0] + least + [opcode])
            let function = try module.function()
            #expect(function.contains("(S)l0\(text)(S)9223372036854775808ull"), "\(function)")
        }
    }

    @Test("A converted constant is no constant for the C compiler, which would round twice")
    func converted() throws {
        // i64.const 3; f64.convert_i64_s; i32.const -1; f64.convert_i32_s; f64.mul
        let module = TinyModule(results: [0x7C], body: [0x42, 3, 0xB9, 0x41, 0x7F, 0xB7, 0xA2])
        let function = try module.function()
        #expect(function.contains("K[]={0x4008000000000000ull,0xbff0000000000000ull,}"))
        #expect(function.contains("return *(pd)(K+0)**(pd)(K+1);"))
        // i32.const -1; f32.convert_i32_u; i64.const 16777217; f32.convert_i64_s
        let single = TinyModule(results: [0x7D], body: [0x41, 0x7F, 0xB3])
        #expect(try single.function().contains("K[]={0x4f800000ull,}"))
    }
}
