import CTranslation
import Testing

@Suite("Vectors in C")
struct VectorTests {
    private static let v128: UInt8 = 0x7B

    @Test("An operation is a call with the variables' addresses")
    func operation() throws {
        // local.get 0; local.get 1; i8x16.add
        let module = TinyModule(
            parameters: [Self.v128, Self.v128], results: [Self.v128], body: [0x20, 0, 0x20, 1, 0xFD, 0x6E])
        let text = try module.function()
        #expect(text.contains("f1(I*i,U a0,U b0,U a1,U b1)"))
        #expect(text.contains("l0.a=a0;l0.b=b0;l1.a=a1;l1.b=b1;"))
        #expect(text.contains("Q(i8x16_add)(&z0,&l0,&l1);\n*(pU)(i->x+0)=z0.b;\nreturn z0.a;\n"))
    }

    @Test("A store writes its upper half first, which traps before anything is written")
    func store() throws {
        // local.get 0; local.get 1; v128.store offset=4
        let module = TinyModule(parameters: [0x7F, Self.v128], body: [0x20, 0, 0x20, 1, 0xFD, 0x0B, 4, 4])
        let text = try module.function()
        #expect(text.contains("*(pU)(m+l0+12)=l1.b;*(pU)(m+l0+4)=l1.a;\n"))
    }

    @Test("A vector that waits is copied before its local changes")
    func localChange() throws {
        // local.get 0; local.get 1; local.set 0; local.get 0; v128.xor
        let module = TinyModule(
            parameters: [Self.v128, Self.v128], results: [Self.v128],
            body: [0x20, 0, 0x20, 1, 0x21, 0, 0x20, 0, 0xFD, 0x51])
        let text = try module.function()
        #expect(text.contains("z0.a=l0.a;z0.b=l0.b;\nl0.a=l1.a;l0.b=l1.b;\nz1.a=z0.a^l0.a;z1.b=z0.b^l0.b;\n"))
    }

    @Test("A lane is replaced in place if only the operand stack has the vector")
    func replaceLane() throws {
        // local.get 0; i32.const 1; i32x4.replace_lane 1; i32.const 2; i32x4.replace_lane 2
        let module = TinyModule(
            parameters: [Self.v128], results: [Self.v128],
            body: [0x20, 0, 0x41, 1, 0xFD, 0x1C, 1, 0x41, 2, 0xFD, 0x1C, 2])
        let text = try module.function()
        #expect(text.contains("z0.a=l0.a;z0.b=l0.b;\n*(mu*)((B*)&z0+4)=1;\n*(mu*)((B*)&z0+8)=2;\n"))
    }

    @Test("A splat of a narrow lane keeps the load of its operand whole")
    func splatOfLoad() throws {
        // local.get 0; i32.load; i8x16.splat
        let module = TinyModule(
            parameters: [0x7F], results: [Self.v128], body: [0x20, 0, 0x28, 2, 0, 0xFD, 0x0F])
        #expect(try module.function().contains("x0=*(pu)(m+l0);\nz0.b=z0.a=(U)(x0&255)*0x101010101010101ull;\n"))
    }

    @Test("The result of an operation is made in the local it is assigned to")
    func freshResult() throws {
        // (local v128) local.get 0; v128.load; local.set 1; local.get 1; local.get 1; i32x4.mul; local.tee 1
        let module = TinyModule(
            parameters: [0x7F], results: [Self.v128], locals: [(1, Self.v128)],
            body: [0x20, 0, 0xFD, 0, 4, 0, 0x21, 1, 0x20, 1, 0x20, 1, 0xFD, 0xB5, 0x01, 0x22, 1])
        let text = try module.function()
        #expect(text.contains("l1.a=*(pU)(m+l0);l1.b=*(pU)(m+l0+8);\nQ(i32x4_mul)(&l1,&l1,&l1);\n"))
    }

    @Test("A result is not made in a local that an operand still waits for")
    func waitingOperand() throws {
        // local.get 0 (waits); local.get 0; i8x16.neg; local.set 0; local.get 0; i8x16.add
        let module = TinyModule(
            parameters: [Self.v128], results: [Self.v128],
            body: [0x20, 0, 0x20, 0, 0xFD, 0x61, 0x21, 0, 0x20, 0, 0xFD, 0x6E])
        let text = try module.function()
        #expect(text.contains("Q(i8x16_neg)(&z0,&l0);\nz1.a=l0.a;z1.b=l0.b;\nl0.a=z0.a;l0.b=z0.b;\n"))
    }

    @Test("Structures are never assigned whole: libtcc would call memmove")
    func structures() throws {
        // (local v128) block (result v128); local.get 2; local.get 0; br_if 0; drop; local.get 1; end; local.tee 2;
        // local.get 1; local.get 0; select (result v128)
        let module = TinyModule(
            parameters: [0x7F, Self.v128], results: [Self.v128], locals: [(1, Self.v128)],
            body: [
                0x02, Self.v128, 0x20, 2, 0x20, 0, 0x0D, 0, 0x1A, 0x20, 1, 0x0B, 0x22, 2, 0x20, 1, 0x20, 0, 0x1C, 1,
                Self.v128,
            ])
        let text = try module.function()
        #expect(text.contains("V l1,l2;"))
        #expect(text.contains("l2.a=0;l2.b=0;"))
        #expect(text.contains("if(l0){z0.a=l2.a;z0.b=l2.b;}else{z0.a=l1.a;z0.b=l1.b;}\n"))
        #expect(text.firstMatch(of: /[lz][0-9]+=/) == nil)
    }

    @Test("An access in a statement whose vector is renamed moves, and makes no base")
    func renamedStatement() throws {
        // local.get 0; i32.load; local.get 1; i32.load; local.tee 1; i32.add; i32x4.splat; local.set 11;
        // local.get 11; i32x4.extract_lane 0; local.get 0; i32.load offset=4; i32.add
        let load: [UInt8] = [0x28, 2, 0]
        let sum = [0x20, 0] + load + [0x20, 1] + load + [0x22, 1, 0x6A]
        let body = sum + [0xFD, 17, 0x21, 11, 0x20, 11, 0xFD, 27, 0, 0x20, 0, 0x28, 2, 4, 0x6A]
        let module = TinyModule(
            parameters: [0x7F, 0x7F], results: [0x7F], locals: [(9, 0x7F), (1, Self.v128)], body: body)
        let text = try module.function()
        // The splat has another name than when it was written; what is noted of its text holds no more.
        #expect(!text.contains("p0"))
        #expect(text.contains("*(pu)(m+l0)+(l1=*(pu)(m+l1))") && text.contains("*(pu)(m+l0+4)"))
    }

    @Test("Only modules that use vector operations carry their declarations")
    func declarations() throws {
        let vector = TinyModule(parameters: [Self.v128], results: [0x7F], body: [0x20, 0, 0xFD, 0x64])
        let scalar = TinyModule(parameters: [0x7F], results: [0x7F], body: [0x20, 0])
        #expect(try vector.source(prelude: "P;", vectorPrelude: "VP;").contains("VP;/* function 1 */"))
        #expect(try !scalar.source(prelude: "P;", vectorPrelude: "VP;").contains("VP;"))
    }

    @Test("Parameters beyond the native ones: a vector is passed in one piece")
    func manyParameters() throws {
        let parameters = [UInt8](repeating: 0x7F, count: 99) + [Self.v128, 0x7F]
        let module = TinyModule(parameters: parameters, results: [0x7F], body: [0x20, 99, 0xFD, 0x64, 0x20, 100, 0x6A])
        let text = try module.function()
        #expect(text.contains(",u l4){"))
        #expect(text.contains("l100=*(pu)(i->x+96);"))
        #expect(text.contains("l99.a=*(pU)(i->x+94);l99.b=*(pU)(i->x+95);"))
    }
}
