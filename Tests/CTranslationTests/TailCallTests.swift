import Testing

@Suite("Tail calls")
struct TailCallTests {
    @Test("A tail call names the callee's code and gets the callee's instance")
    func direct() throws {
        #expect(try TinyModule(results: [0x7F], body: [0x12, 0]).function().contains("Z(Y0,i->c0)(i->n0);\n"))
        // local.get 0; i32.const 1; i32.add; return_call 1
        let own = TinyModule(parameters: [0x7F], results: [0x7F], body: [0x20, 0, 0x41, 1, 0x6A, 0x12, 1])
        #expect(try own.function().contains("Z(Y1,f1)(i,l0+1);\n"))
    }

    @Test("Through a table, the instance is the callee's: wasm2c passed one that nothing had set")
    func indirect() throws {
        // local.get 0; return_call_indirect 0 (type 0)
        let module = TinyModule(parameters: [0x7F], results: [0x7F], body: [0x20, 0, 0x13, 0, 0])
        let text = try module.function()
        #expect(text.contains("if((F=i->T0->elements[X&i->T0->mask])->type!=J[0])A.check_callee("))
        #expect(text.contains("Z(Y0,F->code)(F->instance);\n"))
    }

    @Test("T31: an index that is out of bounds leads nowhere, whatever the processor guesses of the check's outcome")
    func maskedIndex() throws {
        var module = TinyModule(parameters: [0x7F], body: [0x20, 0, 0x11, 0, 0, 0x1A])
        module.tableLimits = [0, 9]
        #expect(try module.function().contains("if((X=l0)>=i->T0->size)A.trap(i,4);"))
        #expect(try module.function().contains("elements[X&i->T0->mask]"))
        // A size that nothing changes is a number.
        for (size, mask) in [(9, 15), (8, 7), (1, 0), (0, 0)] as [(UInt8, Int)] {
            module.tableLimits = [1, size, size]
            #expect(try module.function().contains("if((X=l0)>=\(size)u)A.trap(i,4);"))
            #expect(try module.function().contains("elements[X&\(mask)u]"))
        }
    }

    @Test("What waits below a tail call traps before the callee is looked at")
    func below() throws {
        // local.get 0; i32.load; local.get 0; return_call_indirect 0 (type 0)
        let module = TinyModule(parameters: [0x7F], results: [0x7F], body: [0x20, 0, 0x28, 2, 0, 0x20, 0, 0x13, 0, 0])
        #expect(try module.function().contains("x0=*(pu)(m+l0);\nif((X=l0)>="))
    }

    @Test("The frame is unlinked before, and what calls among the arguments comes before that")
    func order() throws {
        // local.get 0; call 0; return_call 1
        let module = TinyModule(parameters: [0x6F, 0x7F], body: [0x20, 0, 0x10, 0, 0x12, 1])
        let text = try module.function()
        #expect(text.contains("x0=((Y0*)i->c0)(i->n0);\nG.roots=R.o;Z(Y1,f1)(i,R.l0,x0);\n"))
    }

    @Test("Arguments that no register holds are in the scratch area before")
    func overflow() throws {
        let locals: [UInt8] = (0..<6).flatMap { [0x20, $0] as [UInt8] }
        let module = TinyModule(parameters: [UInt8](repeating: 0x7F, count: 6), body: locals + [0x12, 1])
        let text = try module.function()
        #expect(text.contains("*(pu)(i->x+0)=x5;\nZ(Y1,f1)(i,x0,x1,x2,x3,x4);\n"))
    }

    @Test("Nothing after a tail call is reached")
    func dead() throws {
        // return_call 0; i32.const 1; drop; i32.const 2
        let text = try TinyModule(results: [0x7F], body: [0x12, 0, 0x41, 1, 0x1A, 0x41, 2]).function()
        #expect(text.contains("Z(Y0,i->c0)(i->n0);\n}\n"))
    }

    @Test("A tail call out of a try leaves its handler")
    func fromTry() throws {
        // try_table (catch_all 0) return_call 0 end; i32.const 1
        let module = TinyModule(
            results: [0x7F], body: [0x02, 0x40, 0x1F, 0x40, 1, 2, 0, 0x12, 0, 0x0B, 0x0B, 0x41, 1])
        #expect(try module.function().contains("G.handlers=H.outer;Z(Y0,i->c0)(i->n0);\n"))
    }
}
