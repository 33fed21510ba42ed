import Testing

@Suite("Exceptions in C")
struct ExceptionTests {
    /// Tag 0 carries an i32, tag 1 nothing that matters: both are of type 2.
    private func text(
        parameters: [UInt8] = [0x7F], results: [UInt8] = [0x7F], locals: [(count: Int, type: UInt8)] = [],
        _ body: [UInt8]
    ) throws -> String {
        let module = TinyModule(
            parameters: parameters, results: results, locals: locals, body: body, tags: [2, 2],
            furtherType: [0x60, 1, 0x7F, 0])
        return try module.function()
    }

    private let callAndDrop: [UInt8] = [0x10, 0, 0x1A]

    @Test("What is thrown goes through the scratch area")
    func thrown() throws {
        let text = try text([0x20, 0, 0x08, 1])
        #expect(text.contains("x0=l0;\n*(pu)(i->x+0)=x0;\nA.throw_new(i,i->E1);\n"))
        #expect(!text.contains("tf_handler"))
    }

    @Test("A try sets its state and takes it back; its clauses are on the function's landing pad")
    func tryTable() throws {
        // block (result i32); try_table (catch 0 0); call 0; drop; end; i32.const 8; end
        let text = try text([0x02, 0x7F, 0x1F, 0x40, 1, 0, 0, 0] + callAndDrop + [0x0B, 0x41, 8, 0x0B])
        #expect(text.contains("tf_handler H;H.outer=G.handlers;H.state=0;G.handlers=&H;if(A.protect(&H))goto C;\n"))
        #expect(text.contains("H.state=1;\nx1=((Y0*)i->c0)(i->n0);\nH.state=0;\nx0=8;\nL1:\n"))
        #expect(text.contains("G.handlers=H.outer;return x0;\n"))
        let pad = """
            C:;switch((u)H.state){
            case 1:P1:;
            if(G.exception->tag==i->E0){x0=*(pu)(G.exception->payload+0);H.state=0;goto L1;}
            break;
            }
            G.handlers=H.outer;A.throw_ref(i,G.exception);

            """
        #expect(text.contains(pad))
    }

    @Test("Locals are set before what may throw, and not before what has thrown")
    func locals() throws {
        // i32.const 5; local.tee 0; call 0; i32.add; drop
        let tee = try text(
            [0x02, 0x40, 0x1F, 0x40, 1, 2, 0, 0x41, 5, 0x22, 0] + [0x10, 0, 0x6A, 0x1A, 0x0B, 0x0B, 0x20, 0])
        #expect(tee.contains("l0=5;\nx0=((Y0*)i->c0)(i->n0);\n"))
        // call 0; i32.const 5; local.set 0; drop
        let set = try text(
            [0x02, 0x40, 0x1F, 0x40, 1, 2, 0, 0x10, 0, 0x41, 5, 0x21, 0, 0x1A, 0x0B, 0x0B, 0x20, 0])
        #expect(set.contains("x0=((Y0*)i->c0)(i->n0);\nl0=5;\n"))
    }

    @Test("Every branch out of a try takes its state back")
    func branches() throws {
        // block; try_table (catch_all 0); BRANCH; end; end; i32.const 1
        let around = { (branch: [UInt8]) -> [UInt8] in
            [0x02, 0x40, 0x02, 0x40, 0x1F, 0x40, 1, 2, 0] + branch + [0x0B, 0x0B, 0x0B, 0x41, 1]
        }
        #expect(try text(around([0x0C, 2])).contains("H.state=1;\nH.state=0;\ngoto L2;\n"))
        #expect(try text(around([0x20, 0, 0x0D, 2])).contains("if(l0){H.state=0;\ngoto L2;\n}\n"))
        let table = try text(around([0x20, 0, 0x0E, 10] + [UInt8](repeating: 2, count: 11)))
        #expect(table.contains("L2:\n{H.state=0;\ngoto L3;\n}\n"))
        #expect(try text(around([0x41, 7, 0x0F])).contains("H.state=1;\nG.handlers=H.outer;return 7;\n"))
    }

    @Test("A branch to the end of a try finds the state taken back there")
    func branchToEnd() throws {
        // try_table (catch_all_ref of the block around, dropped) br 0 end
        let text = try text([0x02, 0x40, 0x1F, 0x40, 1, 2, 0, 0x0C, 0, 0x0B, 0x0B, 0x41, 1])
        #expect(text.contains("H.state=1;\ngoto L2;\nL2:\nH.state=0;\n"))
    }

    @Test("What no clause of the inner try fits is asked of the outer")
    func nested() throws {
        // block (result i32); try_table (catch 0 0); try_table (catch 1 1); call 0; drop; end; end; i32.const 1; end
        let text = try text(
            [0x02, 0x7F, 0x1F, 0x40, 1, 0, 0, 0, 0x1F, 0x40, 1, 0, 1, 1] + callAndDrop + [0x0B, 0x0B, 0x41, 1, 0x0B])
        #expect(text.contains("H.state=1;\nH.state=2;\n"))
        #expect(text.contains("H.state=1;\nH.state=0;\n"))
        #expect(text.contains("case 2:P2:;\nif(G.exception->tag==i->E1){x0=*(pu)(G.exception->payload+0);H.state=0;"))
        #expect(text.contains("}\ngoto P1;\n"))
    }

    @Test("An exception that is caught as a reference is kept")
    func reference() throws {
        // block (result exnref); try_table (catch_all_ref 0); call 0; drop; end; unreachable; end; throw_ref
        let text = try text([0x02, 0x69, 0x1F, 0x40, 1, 3, 0] + callAndDrop + [0x0B, 0, 0x0B, 0x0A])
        #expect(text.contains("G.roots=(p)&R;tf_handler H;"))
        #expect(text.contains("{R.o0=G.exception;H.state=0;goto L1;}\n"))
        #expect(text.contains("A.throw_ref(i,R.o0);\n"))
        #expect(text.contains("G.roots=R.o;G.handlers=H.outer;A.throw_ref(i,G.exception);\n"))
    }

    @Test("A clause with the function's label returns")
    func functionLabel() throws {
        // try_table (catch 0 0); call 0; drop; end; i32.const 1
        let text = try text([0x1F, 0x40, 1, 0, 0, 0] + callAndDrop + [0x0B, 0x41, 1])
        #expect(text.contains("{G.handlers=H.outer;return *(pu)(G.exception->payload+0);}\n"))
    }

    @Test("try_table without clauses is a block")
    func empty() throws {
        #expect(try !text([0x1F, 0x40, 0] + callAndDrop + [0x0B, 0x41, 1]).contains("H."))
    }

    @Test("A legacy catch has the values and keeps the exception for rethrow")
    func legacyCatch() throws {
        // try; call 0; drop; catch 0; drop; rethrow 0; end; i32.const 1
        let text = try text([0x06, 0x40] + callAndDrop + [0x07, 0, 0x1A, 0x09, 0, 0x0B, 0x41, 1])
        #expect(text.contains("goto L1;\nL2:\nA.throw_ref(i,R.o0);\nL1:\nH.state=0;\n"))
        let clause = "{x1=*(pu)(G.exception->payload+0);R.o0=G.exception;H.state=0;goto L2;}\n"
        #expect(text.contains("if(G.exception->tag==i->E0)" + clause))
    }

    @Test("A legacy delegate hands on to the handler around its label")
    func legacyDelegate() throws {
        // try; try; try; call 0; drop; delegate 1; catch_all; end; catch_all; end; i32.const 1
        let text = try text(
            [0x06, 0x40, 0x06, 0x40, 0x06, 0x40] + callAndDrop + [0x18, 1, 0x19, 0x0B, 0x19, 0x0B, 0x41, 1])
        #expect(text.contains("case 3:P3:;\ngoto P1;\n"))
    }
}
