import Testing

@Suite("Expressions")
struct ExpressionTests {
    @Test("Operands stay one expression until they are used")
    func trees() throws {
        // local.get 0; local.get 1; i32.const 3; i32.mul; i32.add
        let module = TinyModule(
            parameters: [0x7F, 0x7F], results: [0x7F], body: [0x20, 0, 0x20, 1, 0x41, 3, 0x6C, 0x6A])
        #expect(try module.function().contains("return l0+l1*3;"))
    }

    @Test("A local that changes is read before it changes")
    func localSetAfterGet() throws {
        // local.get 0; i32.const 5; local.set 0; local.get 0; i32.add
        let module = TinyModule(
            parameters: [0x7F], results: [0x7F], body: [0x20, 0, 0x41, 5, 0x21, 0, 0x20, 0, 0x6A])
        #expect(try module.function().contains("x0=l0;\nl0=5;\nreturn x0+l0;"))
    }

    @Test("A load that was pushed before a store is done before it")
    func loadBeforeStore() throws {
        // local.get 0; i32.load; local.get 0; i32.const 7; i32.store
        let module = TinyModule(
            parameters: [0x7F], results: [0x7F],
            body: [0x20, 0, 0x28, 2, 0, 0x20, 0, 0x41, 7, 0x36, 2, 0])
        #expect(try module.function().contains("x0=*(pu)((p0=m+l0));\n*(pu)p0=7;\nreturn x0;"))
    }

    @Test("A call's result waits, and another effect does not overtake it")
    func callBeforeLoad() throws {
        // call 0; i32.const 4; i32.load; i32.add
        let module = TinyModule(results: [0x7F], body: [0x10, 0, 0x41, 4, 0x28, 2, 0, 0x6A])
        #expect(try module.function().contains("x0=((Y0*)i->c0)(i->n0);\nreturn x0+*(pu)(m+4);"))
    }

    @Test("A division that may trap keeps its place before a load that may")
    func trapOrder() throws {
        // local.get 0; local.get 1; i32.div_u; local.get 0; i32.load; i32.add
        let module = TinyModule(
            parameters: [0x7F, 0x7F], results: [0x7F],
            body: [0x20, 0, 0x20, 1, 0x6E, 0x20, 0, 0x28, 2, 0, 0x6A])
        #expect(try module.function().contains("x0=DU4(l0,l1);\nreturn x0+*(pu)(m+l0);"))
    }

    @Test("A dropped load is still done")
    func droppedLoad() throws {
        let module = TinyModule(parameters: [0x7F], body: [0x20, 0, 0x28, 2, 0, 0x1A])
        #expect(try module.function().contains("x0=*(pu)(m+l0);"))
    }

    @Test("A division by a load does not open a comment")
    func noComment() throws {
        // f64.const; f64.load; f64.div
        let module = TinyModule(
            parameters: [0x7F], results: [0x7C],
            body: [0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0x2B, 3, 0, 0xA3])
        let text = try module.function()
        #expect(!text.contains("/*("))
        #expect(text.contains("/ *(pd)"))
        // Nor whatever else may follow: an imported global is read through a pointer too.
        let locals = TinyModule(
            parameters: [0x7C, 0x7C], results: [0x7C], body: [0x20, 0, 0x20, 1, 0xA3])
        #expect(try locals.function().contains("l0/ l1"))
    }

    @Test("Float constants are bit patterns in memory, never literals")
    func floatConstants() throws {
        // f64.const 1.0; f64.const 0.1; f64.add
        let module = TinyModule(
            results: [0x7C],
            body: [0x44, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x44, 0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F, 0xA0])
        let text = try module.function()
        #expect(text.contains("K[]={0x3ff0000000000000ull,0x3fb999999999999aull,}"))
        #expect(text.contains("return *(pd)(K+0)+*(pd)(K+1);"))
    }

    @Test("A choice between constants is a variable before it is a condition")
    func constantArms() throws {
        // i32.const 0; i32.const 0; local.get 0; select; if … end
        let module = TinyModule(
            parameters: [0x7F], body: [0x41, 0, 0x41, 0, 0x20, 0, 0x1B, 0x04, 0x40, 0x0B])
        let text = try module.function()
        #expect(text.contains("x0=l0?0:0u;\n"))
        #expect(text.contains("if(x0){"))
    }

    @Test("Negation works on the bits")
    func negation() throws {
        let module = TinyModule(parameters: [0x7C], results: [0x7C], body: [0x20, 0, 0x9A])
        #expect(try module.function().contains("w0=l0;\n*(mU*)&w0^=0x8000000000000000ull;\nreturn w0;"))
    }

    @Test(
        "Constants meet here, not in C",
        arguments: [
            ([0x41, 7, 0x41, 5, 0x6A] as [UInt8], "return 12;"),
            ([0x41, 0, 0x41, 1, 0x6B], "return -1;"),
            ([0x41, 0x7F, 0x41, 28, 0x76], "return 15;"),
            ([0x41, 0x7F, 0x41, 1, 0x48], "return 1;"),
            ([0x41, 0x7F, 0x41, 1, 0x49], "return 0;"),
            ([0x41, 0x7F, 0x41, 33, 0x74], "return -2;"),
        ])
    func folding(body: [UInt8], expected: String) throws {
        #expect(try TinyModule(results: [0x7F], body: body).function().contains(expected))
    }

    @Test("A division by a constant zero is left to the runtime, which traps")
    func divisionByZero() throws {
        let module = TinyModule(parameters: [0x7F], results: [0x7F], body: [0x20, 0, 0x41, 0, 0x6E])
        #expect(try module.function().contains("A.divu4(i,l0,0)"))
    }

    @Test("Half of a sum of what was widened is the sum of what it was")
    func narrowed() throws {
        // local.get 0; i64.extend_i32_u; i64.const 8; i64.add; i32.wrap_i64
        let sum = TinyModule(
            parameters: [0x7F], results: [0x7F], body: [0x20, 0, 0xAD, 0x42, 8, 0x7C, 0xA7])
        #expect(try sum.function().contains("return l0+8;"))
        // … i64.const 1; i64.shr_u: bits of the upper half come into the lower one.
        let shift = TinyModule(
            parameters: [0x7F], results: [0x7F], body: [0x20, 0, 0xAC, 0x42, 1, 0x88, 0xA7])
        #expect(try shift.function().contains("return (u)((U)"))
    }

    @Test("What takes more registers comes first, so that nothing waits for it in one")
    func evaluationOrder() throws {
        let product: [UInt8] = [0x20, 0, 0x20, 1, 0x6C]
        // (l0*l1) + ((l0*l1) * (l0*l1)), and the same compared
        let deep = product + product + product + [0x6C]
        let sum = TinyModule(parameters: [0x7F, 0x7F], results: [0x7F], body: deep + [0x6A])
        #expect(try sum.function().contains("return l0*l1*(l0*l1)+l0*l1;"))
        let less = TinyModule(parameters: [0x7F, 0x7F], results: [0x7F], body: deep + [0x49])
        #expect(try less.function().contains("return l0*l1*(l0*l1)>l0*l1;"))
        let difference = TinyModule(parameters: [0x7F, 0x7F], results: [0x7F], body: deep + [0x6B])
        #expect(try difference.function().contains("return l0*l1-l0*l1*(l0*l1);"))
        // Floats stay: a sum of two NaNs is the left one's.
        let float: [UInt8] = [0x20, 0, 0x20, 0, 0xA2]
        let floats = TinyModule(
            parameters: [0x7C], results: [0x7C], body: float + float + float + [0xA2, 0xA0])
        #expect(try floats.function().contains("return l0*l0+l0*l0*(l0*l0);"))
    }

    @Test("Bits of what has a sign in C have one: an address of them is cast, or it would lie before the memory")
    func signsOfBits() throws {
        // local.get 0; i32.load8_u; i32.const -54; i32.or; i32.load offset=4
        let address = TinyModule(
            parameters: [0x7F], results: [0x7F], body: [0x20, 0, 0x2D, 0, 0, 0x41, 0x4A, 0x72, 0x28, 2, 4])
        #expect(try address.function().contains("*(pu)(m+(u)(*(pB)(m+l0)|-54)+4)"))
        // local.get 0; i64.extend_i32_s; local.get 0; i64.extend_i32_s; i64.xor; i64.const 1; i64.shr_u
        let shift = TinyModule(
            parameters: [0x7F], results: [0x7E], body: [0x20, 0, 0xAC, 0x20, 0, 0xAC, 0x85, 0x42, 1, 0x88])
        #expect(try shift.function().contains("(U)((S)(s)l0^(S)(s)l0)>>1"))
    }

    @Test("A signed reading of an unsigned operand is cast")
    func signs() throws {
        // (local 0 <s local 1) >>u 1 : a comparison is an int in C
        let module = TinyModule(
            parameters: [0x7F, 0x7F], results: [0x7F], body: [0x20, 0, 0x20, 1, 0x48, 0x41, 1, 0x76])
        #expect(try module.function().contains("return (u)((s)l0<(s)l1)>>1;"))
    }

    @Test("With a limit of one, every operation gets a variable")
    func tinyLimit() throws {
        let module = TinyModule(
            parameters: [0x7F, 0x7F], results: [0x7F], body: [0x20, 0, 0x20, 1, 0x41, 3, 0x6C, 0x6A])
        #expect(try module.function(limit: 1).contains("x0=l1*3;\nx1=l0+x0;\nreturn x1;"))
    }

    @Test("A table is named in a reading that gets a variable at once")
    func tableGetAtTheLimit() throws {
        // i32.const 0; table.get 0; ref.is_null
        let module = TinyModule(results: [0x7F], body: [0x41, 0, 0x25, 0, 0xD1])
        #expect(try module.function(limit: 1).contains("q0=A.table_get(i,i->T0,0u);"))
        let second = TinyModule(results: [0x7F], body: [0x41, 0, 0x25, 1, 0xD1], tables: 2)
        #expect(try second.function(limit: 1).contains("q0=A.table_get(i,i->T1,0u);"))
    }

    @Test("A local set inside an expression is not read before")
    func tee() throws {
        // local.get 0; local.get 0; i32.const 1; i32.add; local.tee 0; i32.mul
        let module = TinyModule(
            parameters: [0x7F], results: [0x7F],
            body: [0x20, 0, 0x20, 0, 0x41, 1, 0x6A, 0x22, 0, 0x6C])
        #expect(try module.function().contains("x0=l0;\nreturn x0*(l0=l0+1);"))
    }

    @Test("Reading a local that an operand sets comes after it is set")
    func getAfterTee() throws {
        // i32.const 1; local.tee 0; local.get 0; i32.add
        let module = TinyModule(parameters: [0x7F], results: [0x7F], body: [0x41, 1, 0x22, 0, 0x20, 0, 0x6A])
        #expect(try module.function().contains("l0=1;\nreturn l0+l0;"))
    }
}
