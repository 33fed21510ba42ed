import CTranslation
import Testing

// Types by their bytes in the binary format.
private let i32: [UInt8] = [0x7F]
private let i64: [UInt8] = [0x7E]
private let f64: [UInt8] = [0x7C]
private let v128: [UInt8] = [0x7B]
private let i8: [UInt8] = [0x78]
private let anyref: [UInt8] = [0x6E]
private func nullable(_ type: UInt8) -> [UInt8] { [0x63, type] }
private func local(_ index: UInt8) -> [UInt8] { [0x20, index] }
private func structGet(_ type: UInt8, _ field: UInt8) -> [UInt8] { [0xFB, 2, type, field] }

/// Type 0: `(struct (mut i32) i64 (mut i8) (mut (ref null 0)) (mut v128))`, at offsets 16, 24, 32, 40 and 48.
private let structure = ObjectModule.structure([
    (i32, true), (i64, false), (i8, true), (nullable(0), true), (v128, true),
])

@Suite("Structures")
struct StructureTests {
    private func text(
        _ parameters: [[UInt8]], _ results: [[UInt8]], _ body: [UInt8], limit: Int = 40
    ) throws -> String {
        let types = [structure, ObjectModule.function(parameters, results)]
        return try ObjectModule(types: types, body: body).function(limit: limit)
    }

    @Test("A field is a read at its offset, signed or not as it is asked for")
    func fields() throws {
        #expect(try text([nullable(0)], [i32], local(0) + structGet(0, 0)).contains("return O(mu,R.l0,16);"))
        #expect(try text([nullable(0)], [i64], local(0) + structGet(0, 1)).contains("return O(mU,R.l0,24);"))
        #expect(try text([nullable(0)], [i32], local(0) + [0xFB, 3, 0, 2]).contains("return O(mb,R.l0,32);"))
        #expect(try text([nullable(0)], [i32], local(0) + [0xFB, 4, 0, 2]).contains("return O(mB,R.l0,32);"))
        let chain = local(0) + structGet(0, 3) + structGet(0, 3) + structGet(0, 0)
        #expect(try text([nullable(0)], [i32], chain).contains("return O(mu,O(p,O(p,R.l0,40),40),16);"))
    }

    @Test("A field that nobody uses is read all the same: the reference may be null")
    func droppedField() throws {
        #expect(try text([nullable(0)], [], local(0) + structGet(0, 1) + [0x1A]).contains("y0=O(mU,R.l0,24);\n"))
        // and 0
        let absorbed = local(0) + structGet(0, 0) + [0x41, 0, 0x71]
        #expect(try text([nullable(0)], [i32], absorbed).contains("x0=O(mu,R.l0,16);\nreturn 0;"))
    }

    @Test("A read of a mutable field comes before a write, one of an immutable field may come after")
    func readsBeforeWrites() throws {
        // field; ref, 5, struct.set 0 0
        let set = local(1) + [0x41, 5, 0xFB, 5, 0, 0]
        let parameters = [nullable(0), nullable(0)]
        let mutable = try text(parameters, [i32], local(0) + structGet(0, 0) + set)
        #expect(mutable.contains("x0=O(mu,R.l0,16);\nO(mu,R.l1,16)=5;\nreturn x0;"))
        // It may trap: no store before that.
        let immutable = try text(parameters, [i64], local(0) + structGet(0, 1) + set)
        #expect(immutable.contains("y0=O(mU,R.l0,24);\nO(mu,R.l1,16)=5;\nreturn y0;"))
    }

    @Test("Two fields make one expression, since both can only trap alike; a field and a load don't")
    func trapsOfOneKind() throws {
        let parameters = [nullable(0), nullable(0), i32]
        let both = local(0) + structGet(0, 0) + local(1) + structGet(0, 0) + [0x6A]
        #expect(try text(parameters, [i32], both).contains("return O(mu,R.l0,16)+O(mu,R.l1,16);"))
        let mixed = local(0) + structGet(0, 0) + local(2) + [0x28, 0, 0, 0x6A]
        #expect(try text(parameters, [i32], mixed).contains("x0=O(mu,R.l0,16);\nreturn x0+*(pu)(m+l2);"))
    }

    @Test("A stored value is evaluated before the object, if that is more than a variable, is dereferenced")
    func setAfterValue() throws {
        // l0.3 is the object, a division the value
        let body = local(0) + structGet(0, 3) + local(1) + local(2) + [0x6D, 0xFB, 5, 0, 0]
        let text = try text([nullable(0), i32, i32], [], body)
        #expect(text.contains("R.o0=O(p,R.l0,40);\nO(mu,R.o0,16)=DS4(l1,l2);\n"))
    }

    @Test("A new structure's fields are stored in order, zeros not at all")
    func newStructure() throws {
        // 7, 0, l1, null, v128.const 0
        let body =
            [0x41, 7, 0x42, 0] + local(1) + [0xD0, 0, 0xFD, 12] + Array(repeating: 0, count: 16)
            + [0xFB, 0, 0, 0xFB, 2, 0, 0]
        let text = try text([nullable(0), i32], [i32], body)
        #expect(text.contains("\nR.o0=A.struct_new(i,J[0]);\nO(mu,R.o0,16)=7;\nO(mB,R.o0,32)=l1;\n"))
        #expect(!text.contains("O(mU"))
        #expect(!text.contains("O(p"))
    }

    @Test("What waits below a new structure and may trap comes first")
    func trapsBeforeAllocation() throws {
        let body = local(1) + [0x28, 0, 0, 0xFB, 1, 0, 0xFB, 2, 0, 0, 0x6A]
        let text = try text([nullable(0), i32], [i32], body)
        #expect(text.contains("x0=*(pu)(m+l1);\nR.o0=A.struct_new(i,J[0]);\nG.roots=R.o;return x0+O(mu,R.o0,16);"))
    }

    @Test("A vector field is two halves")
    func vectorField() throws {
        let body = local(0) + local(0) + structGet(0, 4) + [0xFB, 5, 0, 4]
        let text = try text([nullable(0)], [], body)
        #expect(text.contains("z0.a=O(mU,R.l0,48);z0.b=O(mU,R.l0,56);\nO(mU,R.l0,48)=z0.a;O(mU,R.l0,56)=z0.b;\n"))
    }

    @Test("A constant null is dereferenced through a variable")
    func constantNull() throws {
        #expect(try text([], [i32], [0xD0, 0] + structGet(0, 0)).contains("R.o0=(p)0;\nreturn O(mu,R.o0,16);"))
    }

    @Test("A field too far from null for its fault to be known has a check, after the value")
    func farField() throws {
        let fields = Array(repeating: (i64, true), count: 8190)
        let last = TinyModule.leb(8189)
        let types = [
            ObjectModule.structure(fields), ObjectModule.function([nullable(0), i64, i64], [i64]),
        ]
        let get = ObjectModule(types: types, body: local(0) + [0xFB, 2, 0] + last)
        #expect(try get.function().contains("if(!R.l0)A.trap(i,17);\nreturn O(mU,R.l0,65528);"))
        let set = ObjectModule(
            types: types, body: local(0) + local(1) + local(2) + [0x7F, 0xFB, 5, 0] + last + local(1))
        #expect(try set.function().contains("y0=DS8(l1,l2);\nif(!R.l0)A.trap(i,17);\nO(mU,R.l0,65528)=y0;\n"))
        let near = ObjectModule(types: types, body: local(0) + [0xFB, 2, 0] + TinyModule.leb(8187))
        #expect(try !near.function().contains("trap"))
    }
}

@Suite("Arrays")
struct ArrayTests {
    /// The array's type is 0.
    private func text(
        _ array: [UInt8], _ parameters: [[UInt8]], _ results: [[UInt8]], _ body: [UInt8]
    ) throws -> String {
        try ObjectModule(types: [array, ObjectModule.function(parameters, results)], body: body).function()
    }

    @Test("An element is read behind a comparison with the length; array and index are variables")
    func elements() throws {
        let get: [UInt8] = [0xFB, 11, 0]
        let ints = ObjectModule.array(i32)
        #expect(try text(ints, [nullable(0), i32], [i32], local(0) + local(1) + get).contains("return T(mu,R.l0,l1);"))
        let sum = local(0) + local(1) + [0x41, 1, 0x6A] + get
        #expect(try text(ints, [nullable(0), i32], [i32], sum).contains("x0=l1+1;\nreturn T(mu,R.l0,x0);"))
        #expect(try text(ints, [nullable(0)], [i32], local(0) + [0x41, 3] + get).contains("return T(mu,R.l0,3u);"))
        let bytes = ObjectModule.array(i8)
        let signed = local(0) + local(1) + [0xFB, 12, 0]
        #expect(try text(bytes, [nullable(0), i32], [i32], signed).contains("return T(mb,R.l0,l1);"))
        let references = ObjectModule.array(nullable(0))
        #expect(
            try text(references, [nullable(0), i32], [nullable(0)], local(0) + local(1) + get)
                .contains("return T(p,R.l0,l1);"))
    }

    @Test("A stored element is evaluated before the bounds are looked at")
    func storedElement() throws {
        let body = local(0) + local(1) + local(1) + local(1) + [0x6D, 0xFB, 14, 0]
        let text = try text(ObjectModule.array(i32), [nullable(0), i32], [], body)
        #expect(text.contains("x0=DS4(l1,l1);\nT(mu,R.l0,l1)=x0;\n"))
    }

    @Test("A read of elements comes before a write, one of immutable elements trapping or not")
    func readsBeforeWrites() throws {
        let body = local(0) + local(1) + [0xFB, 11, 0] + local(0) + local(1) + [0x41, 9, 0xFB, 14, 0]
        let text = try text(ObjectModule.array(i32), [nullable(0), i32], [i32], body)
        #expect(text.contains("x0=T(mu,R.l0,l1);\nT(mu,R.l0,l1)=9;\nreturn x0;"))
    }

    @Test("A length that nobody uses is read all the same")
    func droppedLength() throws {
        let body = local(0) + [0xFB, 15, 0x1A]
        #expect(try text(ObjectModule.array(i32), [nullable(0)], [], body).contains("x0=N(R.l0);\n"))
    }

    @Test("A new array is filled by the runtime with the value's bits, and not at all with zeros")
    func newArray() throws {
        let make: [UInt8] = [0xFB, 6, 0]
        let doubles = ObjectModule.array(f64)
        let filled = try text(doubles, [f64, i32], [nullable(0)], local(0) + local(1) + make)
        #expect(filled.contains("R.o0=A.array_new(i,J[0],l1);\nA.array_fill(i,R.o0,0,y0,0,N(R.o0));\n"))
        #expect(filled.contains("y0=*(pU)&l0;\n"))
        let zero = try text(doubles, [i32], [nullable(0)], [0x44, 0, 0, 0, 0, 0, 0, 0, 0] + local(0) + make)
        #expect(!zero.contains("array_fill"))
        let minusZero = try text(doubles, [i32], [nullable(0)], [0x44, 0, 0, 0, 0, 0, 0, 0, 0x80] + local(0) + make)
        #expect(minusZero.contains("array_fill"))
    }

    @Test("A new array of given elements stores each, evaluated where it is stored")
    func fixedArray() throws {
        let body = local(0) + [0x41, 0] + local(0) + local(0) + [0x6A, 0xFB, 8, 0, 3]
        let text = try text(ObjectModule.array([0x77]), [i32], [nullable(0)], body)
        #expect(text.contains("R.o0=A.array_new(i,J[0],3);\nO(mH,R.o0,16)=l0;\nO(mH,R.o0,20)=l0+l0;\n"))
    }

    @Test("Ten thousand given elements make a text of their number, and no deeper expression")
    func manyElements() throws {
        let count = 10_000
        let body = Array((0..<count).map { _ in local(0) }.joined()) + [0xFB, 8, 0] + TinyModule.leb(count)
        let text = try text(ObjectModule.array(i32), [i32], [nullable(0)], body)
        #expect(text.contains("O(mu,R.o0,40012)="))
        #expect(text.utf8.count < count * 45)
    }

    @Test("The runtime gets segments and operands in its own order")
    func runtimeCalls() throws {
        let bytes = ObjectModule.array(i8)
        let parameters = [nullable(0), i32]
        let new = try text(bytes, parameters, [nullable(0)], local(1) + [0x41, 2, 0xFB, 9, 0, 0])
        #expect(new.contains("R.o0=A.array_new_data(i,J[0],0,l1,2u);\n"))
        let initial = try text(bytes, parameters, [], local(0) + [0x41, 1, 0x41, 2, 0x41, 3, 0xFB, 18, 0, 0])
        #expect(initial.contains("A.array_init_data(i,R.l0,0,1u,2u,3u);\n"))
        let copy = try text(bytes, parameters, [], local(0) + local(1) + local(0) + [0x41, 2, 0x41, 3, 0xFB, 17, 0, 0])
        #expect(copy.contains("A.array_copy(i,R.l0,l1,R.l0,2u,3u);\n"))
        let fill = try text(bytes, parameters, [], local(0) + local(1) + [0x41, 7, 0x41, 3, 0xFB, 16, 0])
        #expect(fill.contains("A.array_fill(i,R.l0,l1,7u,0,3u);\n"))
        let references = try text(
            ObjectModule.array(nullable(0)), parameters, [], local(0) + local(1) + local(0) + [0x41, 3, 0xFB, 16, 0])
        #expect(references.contains("A.array_fill(i,R.l0,l1,(U)R.l0,0,3u);\n"))
    }
}
