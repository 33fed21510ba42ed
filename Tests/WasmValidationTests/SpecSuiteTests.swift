import Testing
import WasmValidation

@Suite(
    "Official test suite",
    .enabled(
        if: SpecSuite.isExpected,
        "the suite was not found: shared/spec/wasm-2.0.tar.gz has to lie beside the checkout's folder"))
struct SpecSuiteTests {
    @Test("Valid modules are accepted, and malformed and invalid ones are refused for the reason the suite gives")
    func suite() throws {
        var counts: [String: Int] = [:]
        for item in try SpecSuite.cases() {
            let error = refusal(item.module)
            counts[item.type, default: 0] += 1
            switch item.type {
            case "assert_malformed", "assert_invalid":
                guard let error else {
                    Issue.record("\(item.name): accepted, expected \"\(item.text)\"")
                    continue
                }
                #expect(isReason(error.message, for: item.text), "\(item.name): \(error)")
                #expect(error.offset <= item.module.count, "\(item.name)")
            default:
                #expect(error == nil, "\(item.name)")
            }
        }
        #expect(counts["module", default: 0] > 1000)
        #expect(counts["assert_invalid", default: 0] > 1400)
        #expect(counts["assert_malformed", default: 0] > 700)
    }

    /// Whether our message means what the suite's text does.
    private func isReason(_ message: String, for text: String) -> Bool {
        message.hasPrefix(text)
            || differences.contains { $0.suite == text && message.hasPrefix($0.ours) }
    }

    /// Where the reference implementation names the place it stumbled over, and we another.
    ///
    /// Its messages come from reading on behind a wrong length, from the end of bodies being unknown to its reader,
    /// and from flags being numbers of few bits.
    private let differences: [(suite: String, ours: String)] = [
        ("integer too large", "malformed limits flags"),
        ("integer representation too long", "malformed limits flags"),
        ("integer representation too long", "malformed section id"),
        ("integer representation too long", "malformed type form"),
        ("integer representation too long", "unexpected end of section or function"),
        ("END opcode expected", "unexpected end of section or function"),
        ("section size mismatch", "unexpected end of section or function"),
        ("illegal opcode", "unexpected end of section or function"),
        ("length out of bounds", "unexpected end of section or function"),
        ("unexpected content after last section", "function and code section have inconsistent lengths"),
    ]
}
