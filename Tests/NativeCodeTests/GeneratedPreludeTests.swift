import CRuntime
import Testing

@testable import NativeCode

@Suite("The prelude of generated C", .serialized)
struct GeneratedPreludeTests {
    private func condensed(_ text: String) -> String {
        var bytes: [UInt8] = []
        Array(text.utf8).withUnsafeBytes { bytes.appendCondensed($0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "is condensed without a change of meaning",
        arguments: [
            ("", ""), ("int  x;\t\n\n\n  int y;\n", "int x;\nint y;\n"), ("a/* b */c // d\ne", "a c\ne"),
            ("int x; /* one\n * two */\n/* three */ int y;", "int x;\nint y;"), ("a / b /* */ * c", "a / b * c"),
            ("x = \"a  /* b */ \\\" //\"; /**/ y", "x = \"a  /* b */ \\\" //\"; y"),
            ("'\"'  '\\''  '\\\\'  z", "'\"' '\\'' '\\\\' z"),
            ("#define X(a)  \\\n    a\\\n  b", "#define X(a) \\\n a\\\n b"),
            ("a /* open", "a"), ("\"open", "\"open"), ("/", "/"),
        ])
    func condensation(text: String, expected: String) {
        #expect(condensed(text) == expected)
    }

    @Test("becomes the same code as the texts it is made of")
    func sameCode() throws {
        let folder = Folder()
        let path = folder.path + "/code.so"
        var texts: [UInt8] = Array("#define TF_GENERATED\n".utf8)
        GeneratedPrelude.forEachText { texts += $0 }
        let prelude = GeneratedPrelude.bytes() + GeneratedPrelude.vectorBytes()
        #expect(prelude.count < texts.count * 2 / 3)
        let function = Array("\nuint64_t probe(tf_instance *i, u a) { return N(i) + a; }".utf8)
        #expect(
            try QuickCompiler.compile(prelude + function, to: path) == QuickCompiler.compile(texts + function, to: path)
        )
    }
}
