import Testing
import WasmBinary
import WasmModule

@Suite("Module decoder")
struct ModuleDecoderTests {
    /// One function type, one function, its body.
    static let oneFunction: [[UInt8]] = [
        section(.type, [1, 0x60, 0, 0]), section(.function, [1, 0]), section(.code, [1, 2, 0, 0x0B]),
    ]

    @Test("An empty module has nothing in it")
    func empty() throws {
        let module = try decode(module())
        #expect(module.types.isEmpty && module.functions.isEmpty && module.bodies.isEmpty)
    }

    @Test("A wrong header is refused")
    func header() {
        #expect(refusal([]) == DecodeError(offset: 0, message: "unexpected end"))
        #expect(refusal([0, 0x61, 0x73])?.message == "unexpected end")
        #expect(refusal([0, 0x61, 0x73, 0x6E, 1, 0, 0, 0])?.message.hasPrefix("magic header not detected") == true)
        #expect(
            refusal([0, 0x61, 0x73, 0x6D, 2, 0, 0, 0]) == DecodeError(offset: 4, message: "unknown binary version"))
        #expect(refusal([0, 0x61, 0x73, 0x6D, 1, 0, 0])?.message == "unexpected end")
    }

    @Test("Sections come in order and once; their sizes are exact")
    func sections() {
        let type = section(.type, [0])
        #expect(
            refusal(module(type, type)) == DecodeError(offset: 11, message: "unexpected content after last section"))
        #expect(
            refusal(module(section(.memory, [0]), section(.table, [0])))?.message
                == "unexpected content after last section")
        #expect(
            refusal(module(section(.code, [0]), section(.dataCount, [0])))?.message
                == "unexpected content after last section")
        #expect(refusal(module(section(.memory, [0]), section(.tag, [0]), section(.global, [0]))) == nil)
        #expect(
            refusal(module(section(.global, [0]), section(.tag, [0])))?.message
                == "unexpected content after last section")
        #expect(refusal(module(section(.dataCount, [0]), section(.code, [0]), section(.data, [0]))) == nil)
        #expect(refusal(module([14, 0])) == DecodeError(offset: 8, message: "malformed section id 14"))
        #expect(refusal(module(section(.type, [0, 0]))) == DecodeError(offset: 11, message: "section size mismatch"))
        #expect(refusal(module([1, 2, 0]))?.message == "length out of bounds")
        #expect(refusal(module([1]))?.message == "unexpected end")
    }

    @Test("Imports come first in their index spaces")
    func imports() throws {
        let entry = text("m") + text("n")
        let found = try decode(
            module(
                section(
                    .import,
                    [5] + entry + [0, 7] + entry + [1, 0x70, 1, 1, 2] + entry + [2, 0, 3] + entry + [3, 0x7E, 1] + entry
                        + [4, 0, 8])))
        #expect(found.functions == [TypeIndex(7)])
        #expect(found.tables.map(\.type) == [TableType(element: .funcref, limits: Limits(minimum: 1, maximum: 2))])
        #expect(found.memories == [MemoryType(limits: Limits(minimum: 3))])
        #expect(found.globals == [Global(type: GlobalType(value: .i64, isMutable: true))])
        #expect(found.tags == [TypeIndex(8)])
        #expect(found.imports.map(\.module) == ["m", "m", "m", "m", "m"])
        #expect(found.importedFunctionCount == 1 && found.importedTableCount == 1)
        #expect(found.importedMemoryCount == 1 && found.importedGlobalCount == 1 && found.importedTagCount == 1)
    }

    @Test("Import kinds, tag attributes, mutability and reference types that don't exist are refused")
    func malformedImports() {
        let entry = [1] + text("") + text("")
        func message(_ kind: [UInt8]) -> String? { refusal(module(section(.import, entry + kind)))?.message }
        #expect(message([5, 0]) == "malformed import kind 0x5")
        #expect(message([4, 1, 0]) == "zero byte expected")
        #expect(message([1, 0x7F, 0, 0]) == "malformed reference type 0x7f")
        #expect(message([3, 0x7F, 2]) == "malformed mutability")
    }

    @Test(
        "Names are UTF-8", arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3]])
    func malformedNames(name: [UInt8]) {
        let bytes = leb(UInt64(name.count)) + name
        let expected = "malformed UTF-8 encoding"
        #expect(refusal(module(section(.import, [1] + bytes + [0] + [0, 0])))?.message == expected)
        #expect(refusal(module(section(.import, [1] + [0] + bytes + [0, 0])))?.message == expected)
        #expect(refusal(module(section(.export, [1] + bytes + [0, 0])))?.message == expected)
        #expect(refusal(module(section(.custom, bytes)))?.message == expected)
    }

    @Test("Exports name something of one of five kinds")
    func exports() throws {
        let found = try decode(module(section(.export, [5, 0, 0, 1, 0, 1, 2, 0, 2, 3, 1, 0x61, 3, 4, 0, 4, 5])))
        #expect(
            found.exports.map(\.kind) == [
                .function(FunctionIndex(1)), .table(TableIndex(2)), .memory(MemoryIndex(3)), .global(GlobalIndex(4)),
                .tag(TagIndex(5)),
            ])
        #expect(found.exports[3].name == "a")
        #expect(refusal(module(section(.export, [1, 0, 5, 0])))?.message == "malformed export kind 0x5")
    }

    @Test("Globals have constant expressions, of constants and arithmetic")
    func globals() throws {
        let found = try decode(module(section(.global, [1, 0x7F, 0, 0x41, 1, 0x23, 2, 0x6A, 0x0B])))
        #expect(
            found.globals[0].initializer
                == ConstantExpression(
                    [Instruction(.i32Const, bits: 1), Instruction(.globalGet, a: 2), Instruction(.i32Add)], offset: 13))
        let nop = refusal(module(section(.global, [1, 0x7F, 0, 0x01, 0x0B])))
        #expect(nop == DecodeError(offset: 13, message: "constant expression required"))
        #expect(
            refusal(module(section(.global, [1, 0x7F, 0, 0x41, 1])))?.message
                == "unexpected end of section or function")
    }

    @Test("Constant expressions make structures and arrays")
    func aggregates() throws {
        let made: [UInt8] = [
            0xFB, 0x00, 1, 0xFB, 0x01, 2, 0xFB, 0x06, 3, 0xFB, 0x07, 4, 0xFB, 0x08, 5, 9, 0xFB, 0x1A, 0xFB, 0x1B,
            0xFB, 0x1C, 0x0B,
        ]
        let found = try decode(module(section(.global, [1, 0x6E, 0] + made)))
        #expect(
            found.globals[0].initializer?.instructions == [
                Instruction(.structNew, a: 1), Instruction(.structNewDefault, a: 2), Instruction(.arrayNew, a: 3),
                Instruction(.arrayNewDefault, a: 4), Instruction(.arrayNewFixed, a: 5, b: 9),
                Instruction(.anyConvertExtern), Instruction(.externConvertAny), Instruction(.refI31),
            ])
        let get = refusal(module(section(.global, [1, 0x6E, 0, 0xFB, 0x02, 0, 0, 0x0B])))
        #expect(get?.message == "constant expression required")
    }

    @Test("The code section has a body for each function")
    func code() throws {
        let found = try decode(module(Self.oneFunction[0], Self.oneFunction[1], Self.oneFunction[2]))
        #expect(found.bodies == [FunctionBody(bytes: 22..<24)])
        let message = "function and code section have inconsistent lengths"
        #expect(refusal(module(Self.oneFunction[0], Self.oneFunction[1]))?.message == message)
        #expect(refusal(module(Self.oneFunction[0], Self.oneFunction[2]))?.message == message)
        let short = refusal(module(Self.oneFunction[0], Self.oneFunction[1], section(.code, [1, 3, 0, 0x0B])))
        #expect(short?.function == FunctionIndex(0))
        #expect(short?.message == "unexpected end of section or function")
    }

    @Test("Data segments are active, passive or active in a memory they name")
    func data() throws {
        let found = try decode(
            module(section(.data, [3, 0, 0x41, 0, 0x0B, 1, 0xAA, 1, 2, 0xBB, 0xCC, 2, 0, 0x41, 1, 0x0B, 0])))
        #expect(found.dataSegments.map(\.bytes) == [16..<17, 19..<21, 27..<27])
        #expect(found.dataSegments[1].mode == .passive)
        #expect(refusal(module(section(.data, [1, 3, 0])))?.message == "malformed data segment kind")
        #expect(refusal(module(section(.data, [1, 1, 2, 0])))?.message == "unexpected end of section or function")
        #expect(
            refusal(module(section(.dataCount, [1])))?.message
                == "data count and data section have inconsistent lengths")
    }

    @Test("Sizes and counts of the file are not believed")
    func hugeCounts() {
        let huge = leb(0xFFFF_FFFF)
        for id in Section.allCases where ![.start, .dataCount].contains(id) {
            #expect(refusal(module(section(id, huge))) != nil, "\(id)")
        }
        #expect(refusal(module(section(.type, leb(1_000_000))))?.message == "unexpected end of section or function")
        #expect(refusal(module(section(.type, leb(1_000_001))))?.message == "too many types: 1000001, limit 1000000")
    }
}
