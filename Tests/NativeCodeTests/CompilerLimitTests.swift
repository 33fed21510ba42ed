import Testing

@testable import NativeCode

@Suite("Limits of libtcc, and what of C it takes")
struct CompilerLimitTests {
    private func rightNested(_ depth: Int) -> String {
        let text = String(repeating: "(a + ", count: depth) + "b" + String(repeating: ")", count: depth)
        return "static uint64_t probe(uint64_t a, uint64_t b) { return \(text); }"
    }

    @Test("An expression may nest 200 deep to the right, but not 300")
    func nesting() throws {
        #expect(try run(rightNested(200), 2, 1) == 401)
        #expect(failure(rightNested(300))?.contains("memory full") == true)
    }

    @Test("A chain to the left may be long")
    func chain() throws {
        let text =
            "static uint64_t probe(uint64_t a, uint64_t b) { return b" + String(repeating: " + a", count: 50_000)
            + "; }"
        #expect(try run(text, 1, 5) == 50_005)
    }

    @Test("A call may have 100 arguments beside the instance, but not 300")
    func arguments() throws {
        func call(_ count: Int) -> String {
            let parameters = (0..<count).map { "uint64_t p\($0)" }.joined(separator: ", ")
            let values = (0..<count).map { "a + \($0)" }.joined(separator: ", ")
            return """
                static uint64_t g(\(parameters)) { return p0 + p\(count - 1); }
                static uint64_t probe(uint64_t a, uint64_t b) { return g(\(values)); }
                """
        }
        #expect(try run(call(101), 1) == 102)
        #expect(failure(call(300)) != nil)
    }

    @Test("A function may have many labels, variables and statements")
    func size() throws {
        let variables = (0..<20_000).map { "uint64_t v\($0) = a + \($0);" }.joined(separator: "\n")
        let labels = (0..<20_000).map { "if (v\($0) == b) goto l\($0); l\($0):;" }.joined(separator: "\n")
        let text = "static uint64_t probe(uint64_t a, uint64_t b) { \(variables)\n\(labels)\nreturn v19999; }"
        #expect(try run(text, 1) == 20_000)
    }

    @Test("Backward and forward gotos at one level make loops")
    func gotos() throws {
        let text = """
            static uint64_t probe(uint64_t a, uint64_t b) {
                uint64_t sum = 0;
                top:; if (!a) goto end; sum += a; a--; goto top;
                end:; do { sum += 100; b--; } while (b);
                return sum;
            }
            """
        #expect(try run(text, 10, 2) == 255)
    }

    @Test("Shifts, widening and comparisons of unsigned numbers are as C has them")
    func integers() throws {
        let text = """
            static uint64_t probe(uint64_t a, uint64_t b) {
                uint32_t x = (uint32_t)a, y = (uint32_t)b;
                return ((uint64_t)(x < y) << 40) | ((uint64_t)((int32_t)x < (int32_t)y) << 32)
                    | (uint32_t)((int32_t)x >> (y & 31));
            }
            """
        #expect(try run(text, 0xFFFF_FF00, 4) == 1 << 32 | 0xFFFF_FFF0)
        #expect(try run(text, 1, 4) == 1 << 40 | 1 << 32)
    }

    @Test("A signalling NaN is loaded and stored as it is")
    func signallingNaN() throws {
        let text = """
            static uint64_t probe(uint64_t a, uint64_t b) { double x = *(double *)&a; *(double *)&b = x; return b; }
            """
        #expect(try run(text, 0x7FF0_0000_0000_0001) == 0x7FF0_0000_0000_0001)
    }
}
