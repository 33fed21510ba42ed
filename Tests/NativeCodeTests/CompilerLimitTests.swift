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

    /// A function of one variable that makes libtcc put values aside, and each in a place of its own.
    private func spilling(_ statements: Int) -> String {
        let depth = 38
        let value = String(repeating: "(x*x-", count: depth) + "x" + String(repeating: ")", count: depth)
        return "static uint64_t probe(uint64_t x, uint64_t b) {" + String(repeating: "x=\(value);\n", count: statements)
            + "return x; }"
    }

    @Test("A function whose frame could step over the guard below a stack is refused (threat T1)")
    func frames() throws {
        #expect(try run(spilling(2000), 0) == 0)
        #expect(failure(spilling(40_000))?.contains("bytes of stack") == true)
    }

    @Test("The size of a frame is read from the code that makes it")
    func frameSize() throws {
        let folder = Folder()
        let path = folder.path + "/code.so"
        func largest(_ text: String) throws -> UInt32? {
            try QuickCompiler.compile(source(text), to: path)
            return try #require(readFile(path)).withUnsafeBytes { FrameSize.maximum(in: $0) }
        }
        let small = try #require(try largest("static uint64_t probe(uint64_t a, uint64_t b) { return a + b; }"))
        let array = "static uint64_t probe(uint64_t a, uint64_t b) { uint64_t v[10000]; v[a] = b; return v[b]; }"
        let large = try #require(try largest(array))
        #expect(small < 1000)
        #expect((80_000..<81_000).contains(large))
    }

    @Test("Code without a known beginning of a function is not taken for code without frames")
    func unknownPrologue() {
        #expect([UInt8](repeating: 0x90, count: 100).withUnsafeBytes { FrameSize.maximum(in: $0) } == nil)
        let cut: [UInt8] = [0x55, 0x48, 0x89, 0xE5, 0x48, 0x81, 0xEC, 0x10, 0]
        #expect(cut.withUnsafeBytes { FrameSize.maximum(in: $0) } == .max)
    }
}
