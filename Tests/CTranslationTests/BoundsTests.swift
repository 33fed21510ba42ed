import CTranslation
import Testing

/// Memories whose accesses are compared with their size, so that a trap needs no guard page.
@Suite("Explicit bounds checks")
struct BoundsTests {
    private static let i32: UInt8 = 0x7F
    private static let i64: UInt8 = 0x7E

    private func text(
        _ body: [UInt8], parameters: [UInt8] = [i32], results: [UInt8] = [], memory: [UInt8] = [0, 1]
    ) throws -> String {
        try TinyModule(
            parameters: parameters, results: results, body: body, memories: [memory], boundsChecks: .explicit
        ).function()
    }

    @Test("Loads and stores are compared, all bytes of them")
    func loadAndStore() throws {
        // local.get 0; i64.load16_u offset=8
        let load = try text([0x20, 0, 0x33, 1, 8], results: [Self.i64])
        #expect(load.contains("U*const n=&i->M0->bytes;"))
        #expect(load.contains("if((U)l0+10>*n)A.bounds(i);\nreturn (U)*(pH)(m+l0+8);"))
        // local.get 0; local.get 1; f64.store
        let store = try text([0x20, 0, 0x20, 1, 0x39, 3, 0], parameters: [Self.i32, 0x7C])
        #expect(store.contains("if((U)l0+8>*n)A.bounds(i);\n*(pd)(m+l0)=l1;\n"))
    }

    @Test("Without them nothing is compared")
    func guardPages() throws {
        let module = TinyModule(parameters: [Self.i32], results: [Self.i32], body: [0x20, 0, 0x28, 2, 8])
        #expect(try !module.function().contains("bounds"))
    }

    @Test("An address is a variable before it is compared")
    func settledAddress() throws {
        // local.get 0; i32.const 4; i32.mul; i32.load
        let sum = try text([0x20, 0, 0x41, 4, 0x6C, 0x28, 2, 0], results: [Self.i32])
        #expect(sum.contains("x0=l0*4;\nif((U)x0+4>*n)A.bounds(i);\nreturn *(pu)(m+x0);"))
        // local.get 0; i32.const 4; i32.add; local.tee 0; i32.load
        let tee = try text([0x20, 0, 0x41, 4, 0x6A, 0x22, 0, 0x28, 2, 0], results: [Self.i32])
        #expect(tee.contains("l0+=4;\nif((U)l0+4>*n)A.bounds(i);\nreturn *(pu)(m+l0);"))
    }

    @Test("What was within the memory is not compared again")
    func once() throws {
        // local.get 0; i32.load offset=8; local.get 0; i32.load; i32.add; local.get 0; i32.load offset=9; i32.add
        let body: [UInt8] = [0x20, 0, 0x28, 2, 8, 0x20, 0, 0x28, 2, 0, 0x6A, 0x20, 0, 0x28, 2, 9, 0x6A]
        let text = try text(body, results: [Self.i32])
        #expect(text.contains("if((U)l0+12>*n)A.bounds(i);\nif((U)l0+13>*n)A.bounds(i);\nreturn "))
    }

    @Test("Another value of the local is compared anew, whichever way it is set")
    func changedLocal() throws {
        let load: [UInt8] = [0x20, 0, 0x28, 2, 0, 0x1A]
        // load; drop; call 0; local.set 0; load; drop
        let set = try text(load + [0x10, 0, 0x21, 0] + load)
        #expect(set.ranges(of: "if((U)l0+4>*n)").count == 2)
        // load; drop; call 0; local.tee 0; if; end; load; drop
        let tee = try text(load + [0x10, 0, 0x22, 0, 0x41, 3, 0x6A, 0x0D, 0] + load)
        #expect(tee.ranges(of: "if((U)l0+4>*n)").count == 2)
    }

    @Test("Where paths meet, nothing is known of an address")
    func joins() throws {
        let load: [UInt8] = [0x20, 0, 0x28, 2, 0, 0x1A]
        for open: [UInt8] in [[0x20, 0, 0x04, 0x40], [0x02, 0x40, 0x20, 0, 0x0D, 0]] {
            let text = try text(open + load + [0x0B] + load)
            #expect(text.ranges(of: "if((U)l0+4>*n)").count == 2)
        }
        // if; load; else; load; end
        #expect(
            try text([0x20, 0, 0x04, 0x40] + load + [0x05] + load + [0x0B]).ranges(of: "if((U)l0+4>*n)").count == 2)
        // load; loop; load; call 0; local.set 0; call 0; br_if 0; end
        let loop = try text(load + [0x03, 0x40] + load + [0x10, 0, 0x21, 0, 0x10, 0, 0x0D, 0, 0x0B])
        #expect(loop.ranges(of: "if((U)l0+4>*n)").count == 2)
        // load; if; load; end: the second is behind the first whenever it is reached
        #expect(
            try text(load + [0x20, 0, 0x04, 0x40] + load + [0x0B]).ranges(of: "if((U)l0+4>*n)").count == 1)
    }

    @Test("Other traps and calls keep their place before a comparison")
    func order() throws {
        // local.get 0; local.get 1; i32.div_u; local.get 0; i32.load; i32.add
        let load = try text(
            [0x20, 0, 0x20, 1, 0x6E, 0x20, 0, 0x28, 2, 0, 0x6A], parameters: [Self.i32, Self.i32], results: [Self.i32])
        #expect(load.contains("x0=DU4(l0,l1);\nif((U)l0+4>*n)A.bounds(i);\nreturn x0+*(pu)(m+l0);"))
        // local.get 0; local.get 0; local.get 1; i32.div_u; i32.store
        let store = try text([0x20, 0, 0x20, 0, 0x20, 1, 0x6E, 0x36, 2, 0], parameters: [Self.i32, Self.i32])
        #expect(store.contains("x0=DU4(l0,l1);\nif((U)l0+4>*n)A.bounds(i);\n*(pu)(m+l0)=x0;\n"))
        // local.get 0; call 0; i32.store
        let call = try text([0x20, 0, 0x10, 0, 0x36, 2, 0])
        #expect(call.contains("x0=((Y0*)i->c0)(i->n0);\nif((U)l0+4>*n)A.bounds(i);\n*(pu)(m+l0)=x0;\n"))
    }

    @Test("A memory that cannot grow is compared with a number")
    func fixedSize() throws {
        let fixed: [UInt8] = [1, 1, 1]
        let text = try text([0x20, 0, 0x28, 2, 8], results: [Self.i32], memory: fixed)
        #expect(text.contains("if(l0>65524)A.bounds(i);\nreturn "))
        #expect(!text.contains("*const n"))
        // local.get 0; i32.load offset=65533
        let beyond = try self.text([0x20, 0, 0x28, 2, 0xFD, 0xFF, 3], results: [Self.i32], memory: fixed)
        #expect(beyond.contains("A.bounds(i);\nreturn 0;"))
    }

    @Test("Constant addresses within the least size need no comparison, others do")
    func constants() throws {
        // i32.const 65532; i32.load
        let within = try text([0x41, 0xFC, 0xFF, 3, 0x28, 2, 0], results: [Self.i32])
        #expect(within.contains("\nreturn *(pu)(m+65532);"))
        #expect(!within.contains("bounds"))
        let beyond = try text([0x41, 0xFC, 0xFF, 3, 0x28, 2, 1], results: [Self.i32])
        #expect(beyond.contains("if(*n<65537)A.bounds(i);\nreturn *(pu)(m+65533);"))
    }

    @Test("64-bit addresses: no sum that could overflow")
    func wide() throws {
        let large = try text([0x20, 0, 0x28, 2, 8], parameters: [Self.i64], results: [Self.i32], memory: [4, 1])
        #expect(large.contains("if(l0>*n-12)A.bounds(i);\nreturn *(pu)(m+l0+8);"))
        // A memory that may have fewer bytes than the offset asks for.
        let small = try text([0x20, 0, 0x28, 2, 8], parameters: [Self.i64], results: [Self.i32], memory: [4, 0])
        #expect(small.contains("if(l0>*n||*n-l0<12)A.bounds(i);\nreturn *(pu)(m+l0+8);"))
        // offset=2^64-1
        let most: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]
        let overflow = try text(
            [0x20, 0, 0x28, 2] + most, parameters: [Self.i64], results: [Self.i32], memory: [4, 1])
        #expect(overflow.contains("A.bounds(i);\nreturn 0;"))
    }

    @Test("Memories of other pages are compared even where guard pages do for the rest")
    func customPages() throws {
        // Memory 1 has pages of a byte, at least 8 of them. local.get 0; i32.load 1; local.get 0; i32.load 0; i32.add
        let module = TinyModule(
            parameters: [Self.i32], results: [Self.i32], body: [0x20, 0, 0x28, 0x42, 1, 0, 0x20, 0, 0x28, 2, 0, 0x6A],
            memories: [[0, 1], [8, 8, 0]])
        #expect(
            try module.function().contains(
                "if((U)l0+4>i->M1->bytes)A.bounds(i);\nreturn *(pu)(i->M1->base+l0)+*(pu)(m+l0);"))
    }

    @Test("A vector is compared as a whole, before either half")
    func vectors() throws {
        // local.get 0; v128.load offset=4; local.set 1; local.get 0; local.get 1; v128.store offset=5
        let text = try text(
            [0x20, 0, 0xFD, 0, 4, 4, 0x21, 1, 0x20, 0, 0x20, 1, 0xFD, 0x0B, 4, 5], parameters: [Self.i32, 0x7B])
        #expect(text.contains("if((U)l0+20>*n)A.bounds(i);\nl1.a=*(pU)(m+l0+4);"))
        #expect(text.contains("if((U)l0+21>*n)A.bounds(i);\n*(pU)(m+l0+13)=l1.b;"))
        // local.get 0; local.get 1; v128.store16_lane 2
        let lane = try self.text([0x20, 0, 0x20, 1, 0xFD, 0x59, 1, 0, 2], parameters: [Self.i32, 0x7B])
        #expect(lane.contains("if((U)l0+2>*n)A.bounds(i);\n*(pH)(m+l0)="))
    }
}
