import Testing
import WasmModule

@Suite("Names as keys")
struct ExactNameTests {
    @Test("Names that look the same but are encoded differently are different")
    func canonicalEquivalence() {
        let composed = ExactName("\u{C5}")
        let decomposed = ExactName("A\u{30A}")
        #expect(composed.text == decomposed.text)
        #expect(composed != decomposed)
        #expect([composed: 1, decomposed: 2].count == 2)
    }

    @Test("The same bytes are the same name")
    func equality() {
        #expect(ExactName("run") == ExactName("run"))
        #expect(ExactName("run").hashValue == ExactName("run").hashValue)
    }
}
