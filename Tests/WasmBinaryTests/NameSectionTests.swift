import Testing
import WasmBinary
import WasmModule

@Suite("Custom sections")
struct NameSectionTests {
    private func names(_ content: [UInt8]) throws -> NameSection {
        try decode(module(custom("name", content))).names
    }

    private func subsection(_ id: UInt8, _ content: [UInt8]) -> [UInt8] {
        [id] + leb(UInt64(content.count)) + content
    }

    @Test("The name section names the module and its functions")
    func found() throws {
        let locals = subsection(2, [1, 0, 0])
        let found = try names(
            subsection(0, text("module")) + subsection(1, [2, 0] + text("zero") + [9] + text("nine")) + locals)
        #expect(found.module == "module")
        #expect(found.functions == [FunctionIndex(0): "zero", FunctionIndex(9): "nine"])
    }

    @Test("A malformed name section is ignored")
    func ignored() throws {
        let good = subsection(0, text("module"))
        #expect(try names(good).module == "module")
        for bad: [UInt8] in [
            [1], [0, 1], subsection(0, [1, 0xFF]), subsection(0, text("a") + [0]), subsection(1, [1, 0, 1, 0xC0]),
            subsection(1, [2, 0, 0, 0, 0]), subsection(1, leb(0xFFFF_FFFF)), [1, 0x80, 0x80, 0x80, 0x80, 0x80],
        ] {
            #expect(try names(good + bad) == NameSection())
        }
    }

    @Test("Custom sections may stand anywhere and are listed with the place of their contents")
    func places() throws {
        let found = try decode(
            module(
                custom("a", [1, 2]), section(.type, [0]), custom("a", []),
                custom("", [])))
        #expect(found.customSections.map(\.name) == ["a", "a", ""])
        #expect(found.customSections[0].bytes == 12..<14)
    }

    @Test("A custom section without a name is refused")
    func nameless() {
        #expect(refusal(module([0, 0]))?.message == "unexpected end of section or function")
        #expect(refusal(module([0, 2, 5, 0x61]))?.message == "length out of bounds")
    }
}
