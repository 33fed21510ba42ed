import Testing

@Suite("References that the collector must find")
struct RootTests {
    private static let externref: UInt8 = 0x6F

    @Test("A frame that holds references while something may collect is linked")
    func linked() throws {
        // call 0; drop; local.get 0
        let module = TinyModule(
            parameters: [Self.externref], results: [Self.externref], body: [0x10, 0, 0x1A, 0x20, 0])
        let text = try module.function()
        #expect(text.contains("struct{p o;U n;p l0;}R;R.l0=l0;R.o=G.roots;R.n=1;G.roots=(p)&R;"))
        #expect(text.contains("G.roots=R.o;return R.l0;"))
    }

    @Test("A frame in which nothing collects is not linked, and functions are never kept")
    func notLinked() throws {
        let leaf = TinyModule(parameters: [Self.externref], results: [0x7F], body: [0x20, 0, 0xD1])
        let text = try leaf.function()
        #expect(text.contains("struct{p l0;}R;R.l0=l0;"))
        #expect(!text.contains("G.roots"))
        let functions = TinyModule(parameters: [0x70], results: [0x70], body: [0x10, 0, 0x1A, 0x20, 0])
        #expect(try !functions.function().contains("R"))
    }

    @Test("What is returned by a call is computed before the frame is unlinked")
    func returnedCall() throws {
        // local.get 0; local.set 0; call 0
        let module = TinyModule(
            parameters: [Self.externref], results: [0x7F], body: [0x20, 0, 0x21, 0, 0x10, 0])
        let text = try module.function()
        #expect(text.contains("{u r;"))
        #expect(text.contains("\nr=((Y0*)i->c0)(i->n0);G.roots=R.o;return r;\n"))
    }

    @Test("A function without references returns a call at once")
    func plainReturn() throws {
        let text = try TinyModule(results: [0x7F], body: [0x10, 0]).function()
        #expect(text.contains("\nreturn ((Y0*)i->c0)(i->n0);\n"))
    }

    @Test("An operand that waits over a call is kept, in a variable that starts with null")
    func temporaries() throws {
        // local.get 0; ref.null extern; local.set 0; call 0; drop
        let module = TinyModule(
            parameters: [Self.externref], results: [Self.externref],
            body: [0x20, 0, 0xD0, 0x6F, 0x21, 0, 0x10, 0, 0x1A])
        let text = try module.function()
        #expect(text.contains("p l0;p o0;}R;R.l0=l0;R.o0=0;R.o=G.roots;R.n=2;"))
        #expect(text.contains("R.o0=R.l0;\nR.l0=(p)0;\n"))
        #expect(text.contains("G.roots=R.o;return R.o0;"))
    }

    @Test("A return that is not always taken unlinks only if it is")
    func conditionalReturn() throws {
        // local.get 0; local.set 0; call 0; br_if 0
        let module = TinyModule(parameters: [Self.externref], body: [0x20, 0, 0x21, 0, 0x10, 0, 0x0D, 0])
        #expect(try module.function().contains("){G.roots=R.o;return;\n}\n"))
    }

    @Test("The first parameter that does not fit, and all behind it, are in the scratch area")
    func overflow() throws {
        let module = TinyModule(
            parameters: [UInt8](repeating: 0x7F, count: 6) + [0x7C, Self.externref], results: [Self.externref],
            body: [0x20, 5, 0x1A, 0x20, 6, 0x1A, 0x20, 7])
        let text = try module.function()
        #expect(text.contains(",u l4){"))
        #expect(text.contains("u l5=*(pu)(i->x+0);d l6=*(pd)(i->x+1);"))
        #expect(text.contains("R.l7=*(p*)(i->x+2);"))
        let source = try module.source()
        #expect(source.contains("((I*)n)->x[0]=a[5];((I*)n)->x[1]=a[6];((I*)n)->x[2]=a[7];"))
        let floats = TinyModule(
            parameters: [UInt8](repeating: 0x7D, count: 9) + [0x7F], results: [0x7F], body: [0x20, 9])
        let floatText = try floats.function()
        #expect(floatText.contains(",f l7){"))
        #expect(floatText.contains("u l9=*(pu)(i->x+1);"))
    }
}
