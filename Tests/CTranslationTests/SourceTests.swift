import CTranslation
import Testing

@Suite("Sources")
struct SourceTests {
    @Test("The same module gives the same C")
    func deterministic() throws {
        let module = TinyModule(
            parameters: [0x7F], results: [0x7F], body: [0x20, 0, 0x28, 2, 0, 0x10, 0, 0x6A])
        #expect(try module.source() == module.source())
    }

    @Test(
        "No name of the module appears in C",
        arguments: ["*/ int evil; /*", "\"; system(\"x", "a\nb", "??/", "\\", String(repeating: "n", count: 100_000)])
    func namesStayOut(name: String) throws {
        let plain = try TinyModule().source()
        let named = try TinyModule(exportName: name).source()
        #expect(plain == named)
    }

    @Test("The prelude comes first, as it is")
    func prelude() throws {
        #expect(try TinyModule().source(prelude: "#define X 1\n").hasPrefix("#define X 1\ntypedef "))
    }

    @Test("Every byte of C is printable")
    func printable() throws {
        let source = try TinyModule(exportName: "名前").source()
        #expect(source.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) })
    }
}
