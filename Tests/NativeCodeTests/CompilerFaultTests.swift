import Testing

@testable import NativeCode

// What generated C must avoid, and why. Where libtcc is wrong, the test says how: a libtcc that is right fails it, and
// then the rule in the translator can go. Where what happens is left to chance only the safe form is tested.

@Suite("Faults of libtcc that generated C avoids")
struct CompilerFaultTests {
    @Test("A conditional with equal constant arms is safe as a condition once it is compared with zero")
    func equalArms() throws {
        // `(c ? 0u : 0u) ? 1 : 7` has its arms, and sometimes what follows, left out.
        let text = """
            static uint64_t probe(uint64_t c, uint64_t b) { uint32_t r = (((uint32_t)c ? 0u : 0u) != 0u) ? 1 : 7; return r; }
            """
        #expect(try run(text, 1) == 7)
        #expect(try run(text, 0) == 7)
    }

    @Test("A conditional with equal constant arms is safe as a condition once it is in a variable")
    func equalArmsInVariable() throws {
        let text = """
            static uint64_t probe(uint64_t c, uint64_t b) { uint32_t t = (uint32_t)c ? 0u : 0u; uint32_t r = t ? 1 : 7; return r; }
            """
        #expect(try run(text, 1) == 7)
    }

    @Test("A conditional with equal constant arms as a condition loses code")
    func equalArmsFault() throws {
        // The store to `r` is not emitted: it keeps what the first statement gave it.
        let text = """
            static uint64_t probe(uint64_t c, uint64_t b) { volatile uint32_t r = 99; r = ((uint32_t)c ? 0u : 0u) ? 1 : 7; return r; }
            """
        #expect(try run(text, 1) != 7)
    }

    @Test("A cast of a signed char to unsigned short keeps the sign, and a mask does not")
    func narrowCast() throws {
        let cast = """
            static uint64_t probe(uint64_t c, uint64_t b) { return (uint64_t)(unsigned short)*(signed char*)&c; }
            """
        #expect(try run(cast, 0x80) != 0xFF80)
        let mask = """
            static uint64_t probe(uint64_t c, uint64_t b) { return (uint64_t)(*(signed char*)&c&65535); }
            """
        #expect(try run(mask, 0x80) == 0xFF80)
    }

    @Test("Constant float operations are rounded twice")
    func doubleRounding() throws {
        // 1 + (2^-53 + 2^-78) is just above a tie and must round up; in extended precision it first rounds to the tie.
        let constants = """
            static uint64_t probe(uint64_t a, uint64_t b) { union { double d; uint64_t u; } r; r.d = 1.0 + 0x1.0000001p-53; return r.u; }
            """
        #expect(try run(constants) == 0x3FF0_0000_0000_0000)
        let variables = """
            static uint64_t probe(uint64_t a, uint64_t b) { union { double d; uint64_t u; } x, y; x.u = a; y.u = b; x.d = x.d + y.d; return x.u; }
            """
        #expect(try run(variables, 0x3FF0_0000_0000_0000, 0x3CA0_0000_0100_0000) == 0x3FF0_0000_0000_0001)
    }

    @Test("Negating a NaN leaves its sign as it was; flipping the bit does not")
    func negatedNaN() throws {
        let nan: UInt64 = 0x7FF8_0000_0000_0000
        let negation = """
            static uint64_t probe(uint64_t a, uint64_t b) { union { double d; uint64_t u; } x; x.u = a; x.d = -x.d; return x.u; }
            """
        #expect(try run(negation, nan) == nan)
        let bits = "static uint64_t probe(uint64_t a, uint64_t b) { return a ^ 0x8000000000000000ull; }"
        #expect(try run(bits, nan) == nan | 1 << 63)
    }

    @Test("Casting a constant from a narrow signed to a narrow unsigned type keeps the upper bits; masking is right")
    func narrowCasts() throws {
        let cast = """
            static uint64_t probe(uint64_t a, uint64_t b) { return (uint32_t)(unsigned short)(signed char)a; }
            """
        #expect(try run(cast, 0xFF) == 0xFFFF_FFFF)
        let masked = """
            static uint64_t probe(uint64_t a, uint64_t b) { return (uint32_t)(signed char)a & 0xFFFFu; }
            """
        #expect(try run(masked, 0xFF) == 0xFFFF)
    }

    @Test("Dense switches on unsigned numbers, without ranges, are right at both ends")
    func denseSwitch() throws {
        let text = """
            static uint64_t probe(uint64_t a, uint64_t b) {
                switch ((uint32_t)a) { case 0: goto l0; case 1: goto l1; case 2: goto l2; default: goto l3; }
                l0: return 10; l1: return 11; l2: return 12; l3: return 13;
            }
            """
        let numbers: [UInt64] = [0, 1, 2, 3, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]
        #expect(try numbers.map { try run(text, $0) } == [10, 11, 12, 13, 13, 13, 13])
    }

    @Test("A vector type is ignored without a word")
    func vectors() throws {
        let text = """
            typedef int v __attribute__((vector_size(16)));
            static uint64_t probe(uint64_t a, uint64_t b) { return sizeof(v); }
            """
        #expect(try run(text) == 4)
    }

    @Test("Division by a load needs a space: without it a comment opens")
    func divisionByLoad() throws {
        #expect(failure("static uint64_t probe(uint64_t a, uint64_t b) { uint64_t *p = &b; return a/*p; }") != nil)
        #expect(
            try run("static uint64_t probe(uint64_t a, uint64_t b) { uint64_t *p = &b; return a / *p; }", 6, 2) == 3)
    }

    @Test(
        "What libtcc would leave to its library is refused by name, not left for the loader",
        arguments: [
            (
                "static uint64_t probe(uint64_t a, uint64_t b) { double d = (double)a; return d > 1.0; }",
                "__floatundidf"
            ),
            ("static uint64_t probe(uint64_t a, uint64_t b) { float d = (float)a; return d > 1.0f; }", "__floatundisf"),
            ("static uint64_t probe(uint64_t a, uint64_t b) { double d = b * 0.5; return (uint64_t)d; }", "__float"),
            (
                "struct s { char c[100]; }; static struct s x, y; static uint64_t probe(uint64_t a, uint64_t b) { x = y; return 0; }",
                "memmove"
            ),
            (
                "static uint64_t probe(uint64_t a, uint64_t b) { return __builtin_popcountll(a); }",
                "__builtin_popcountll"
            ),
        ])
    func libraryCalls(text: String, name: String) throws {
        let message = try #require(failure(text))
        #expect(message.contains(name))
    }
}
