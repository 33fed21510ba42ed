import Testing
import WasmBinary
import WasmModule

@Suite("Value types in bytes")
struct ValueTypeTests {
    /// What the bytes are as the type of a global.
    private func type(_ bytes: [UInt8]) throws -> ValueType {
        let end: [UInt8] = [0, 0x0B]
        return try decode(module(section(.global, [1] + bytes + end))).globals[0].type.value
    }

    private func message(_ bytes: [UInt8]) -> String? {
        let end: [UInt8] = [0, 0x0B]
        return refusal(module(section(.global, [1] + bytes + end)))?.message
    }

    @Test("Numbers and vectors are one byte", arguments: [ValueType.i32, .i64, .f32, .f64, .v128])
    func numbers(expected: ValueType) throws {
        #expect(try type([expected.code]) == expected)
    }

    @Test("Each abstract heap type has a shorthand for the nullable reference", arguments: UInt8(0x69)...0x74)
    func abstract(code: UInt8) throws {
        let nullable = ValueType(rawValue: 0x100 | UInt32(code))
        #expect(try type([code]) == nullable)
        #expect(try type([0x63, code]) == nullable)
        #expect(try type([0x64, code]) == nullable.nonNull)
        #expect(try type([0x64, code]).isReference)
    }

    @Test("A reference to a module's type has its index, of up to 33 bits")
    func concrete() throws {
        #expect(try type([0x63, 5]) == ValueType(reference: TypeIndex(5), isNullable: true))
        #expect(try type([0x64, 0xC0, 0]) == ValueType(reference: TypeIndex(64), isNullable: false))
        let last = TypeIndex((1 << 23) - 2)
        #expect(try type([0x64] + signedLEB(Int64(last.rawValue))).typeIndex == last)
    }

    @Test("A type index beyond what a value type holds is refused")
    func hugeIndex() {
        #expect(message([0x63] + signedLEB((1 << 23) - 1)) == "unknown type 8388607")
        #expect(message([0x64] + signedLEB(0xFFFF_FFFF)) == "unknown type 4294967295")
    }

    @Test("Codes that mean nothing are refused")
    func malformed() {
        for code: UInt8 in [0x00, 0x40, 0x60, 0x65, 0x68, 0x75, 0x77, 0x78, 0x7A, 0x80, 0xFF] {
            #expect(message([code]) == "malformed value type 0x" + (code < 16 ? "0" : String(code, radix: 16)))
        }
        for code: UInt8 in [0x40, 0x63, 0x64, 0x75, 0x7B, 0x7F] {
            #expect(message([0x63, code]) == "malformed heap type 0x" + String(code, radix: 16))
        }
        // Abstract heap types are one byte, not any number of the same value.
        #expect(message([0x63, 0xF0, 0x7F]) == "malformed heap type")
    }
}
