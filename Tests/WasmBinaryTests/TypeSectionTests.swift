import Testing
import WasmBinary
import WasmModule

@Suite("Type section")
struct TypeSectionTests {
    private let empty = FunctionType(parameters: [], results: [])

    private func types(_ content: [UInt8]) throws -> Module { try decode(module(section(.type, content))) }

    private func message(_ content: [UInt8]) -> String? { refusal(module(section(.type, content)))?.message }

    @Test("Types are functions, structures and arrays")
    func composites() throws {
        let found = try types([
            3, 0x60, 2, 0x7F, 0x70, 1, 0x7C, 0x5F, 3, 0x78, 1, 0x77, 0, 0x63, 0, 1, 0x5E, 0x7B, 1,
        ])
        let reference = ValueType(reference: TypeIndex(0), isNullable: true)
        #expect(
            found.types == [
                SubType(parameters: [.i32, .funcref], results: [.f64]),
                SubType(
                    .structure([
                        FieldType(.i8, isMutable: true), FieldType(.i16, isMutable: false),
                        FieldType(reference, isMutable: true),
                    ])),
                SubType(.array(FieldType(.v128, isMutable: true))),
            ])
    }

    @Test("A type alone is a recursion group of one, and an empty group is none")
    func groups() throws {
        let found = try types([4, 0x60, 0, 0, 0x4E, 2, 0x5F, 0, 0x60, 0, 0, 0x4E, 0, 0x5F, 0])
        #expect(found.recursionGroups == [0..<1, 1..<3, 3..<4])
        #expect(found.types.count == 4)
        #expect(message([1, 0x4E, 1, 0x4E, 1, 0x60, 0, 0]) == "malformed definition type 0x4e")
    }

    @Test("Types may be open, and name one supertype")
    func subtypes() throws {
        let found = try types([3, 0x50, 0, 0x60, 0, 0, 0x50, 1, 0x81, 0, 0x60, 0, 0, 0x4F, 1, 1, 0x5F, 0])
        #expect(
            found.types == [
                SubType(.function(empty), isFinal: false),
                SubType(.function(empty), supertype: TypeIndex(1), isFinal: false),
                SubType(.structure([]), supertype: TypeIndex(1)),
            ])
        #expect(message([1, 0x50, 2, 0, 0, 0x60, 0, 0])?.hasPrefix("malformed supertypes") == true)
        #expect(message([1, 0x50, 0, 0x50, 0, 0x60, 0, 0]) == "malformed definition type 0x50")
    }

    @Test("Forms and types that don't exist are refused")
    func malformed() {
        #expect(message([1, 0x5D, 0, 0]) == "malformed definition type 0x5d")
        #expect(message([1, 0xE0, 0x7F, 0, 0]) == "integer representation too long")
        #expect(message([1, 0x60, 1, 0x40, 0]) == "malformed value type 0x40")
        #expect(message([1, 0x60, 1, 0x78, 0]) == "malformed value type 0x78")
        #expect(message([1, 0x5E, 0x79, 0]) == "malformed storage type 0x79")
        #expect(message([1, 0x5E, 0x78, 2]) == "malformed mutability")
        #expect(message([2, 0x60, 0, 0]) == "unexpected end of section or function")
        #expect(message([1, 0x4E] + leb(0xFFFF_FFFF))?.hasPrefix("too many types") == true)
        #expect(message([1, 0x4E] + leb(1_000_000)) == "unexpected end of section or function")
    }
}
