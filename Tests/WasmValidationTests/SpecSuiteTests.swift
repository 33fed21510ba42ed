import Testing
import WasmValidation

@Suite(
    "Official test suites",
    .enabled(
        if: SpecSuite.isExpected,
        "the suites were not found: shared/spec/wasm-main.tar.gz has to lie beside the checkout's folder"))
struct SpecSuiteTests {
    @Test("Valid modules are accepted, and malformed and invalid ones are refused for the reason the suite gives")
    func main() throws {
        var counts: [String: Int] = [:]
        for item in try SpecSuite.main.cases() where !isOutdated(item) {
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
        #expect(counts["module", default: 0] > 2300)
        #expect(counts["assert_invalid", default: 0] > 2800)
        #expect(counts["assert_malformed", default: 0] > 800)
    }

    @Test("What was valid in WebAssembly 2.0 still is")
    func second() throws {
        let modules = try SpecSuite.second.cases().filter { !["assert_malformed", "assert_invalid"].contains($0.type) }
        for item in modules { #expect(refusal(item.module) == nil, "\(item.name)") }
        #expect(modules.count > 1500)
    }

    /// The files of the threads proposal are older than reference types and multiple memories.
    private func isOutdated(_ item: SpecSuite.Case) -> Bool {
        item.name.hasPrefix("proposals/threads/") && item.type == "assert_invalid"
            && ["multiple tables", "multiple memories"].contains(item.text)
    }

    /// Whether our message means what the suite's text does.
    private func isReason(_ message: String, for text: String) -> Bool {
        message.hasPrefix(text)
            || differences.contains { $0.suite == text && message.hasPrefix($0.ours) }
    }

    /// Where the reference implementation names the place it stumbled over, and we another.
    ///
    /// Its messages come from reading on behind a wrong length, from the end of bodies being unknown to its reader,
    /// and from section ids being numbers of few bits; the last ones are of an older version of it.
    private let differences: [(suite: String, ours: String)] = [
        ("integer representation too long", "malformed section id"),
        ("integer too large", "malformed section id"),
        ("integer representation too long", "unexpected end of section or function"),
        ("integer too large", "unexpected end of section or function"),
        ("END opcode expected", "unexpected end of section or function"),
        ("section size mismatch", "unexpected end of section or function"),
        ("length out of bounds", "unexpected end of section or function"),
        ("malformed limits flags", "unexpected end of section or function"),
        ("unexpected content after last section", "function and code section have inconsistent lengths"),
        (
            "type mismatch: instruction requires [i32] but stack has []",
            "type mismatch: expected i32, the stack is empty"
        ),
        ("type mismatch: instruction requires [i32] but stack has [i64]", "type mismatch: expected i32, found i64"),
        ("type mismatch: block requires [] but stack has [i32]", "type mismatch: values remaining on stack"),
    ]
}
