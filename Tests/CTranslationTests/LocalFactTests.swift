import Testing

@Suite("What is known of locals")
struct LocalFactTests {
    private static let i32: UInt8 = 0x7F

    private func text(_ body: [UInt8], locals: Int = 0, results: [UInt8] = []) throws -> String {
        try TinyModule(
            parameters: [Self.i32, Self.i32], results: results,
            locals: locals > 0 ? [(locals, Self.i32)] : [], body: body
        ).function()
    }

    /// `local.get n`, `i32.load offset=o`, `drop`: an access in a statement of its own.
    private func load(_ local: UInt8, _ offset: UInt8) -> [UInt8] { [0x20, local, 0x28, 2, offset, 0x1A] }

    /// `local.get 1`, `local.set n`.
    private func change(_ local: UInt8) -> [UInt8] { [0x20, 1, 0x21, local] }

    // MARK: Bases

    @Test("The second access through a local makes a variable where the first one is, further ones read it")
    func base() throws {
        let accesses = load(0, 4) + load(0, 8) + load(0, 0)
        #expect(try text(accesses).contains("M m=(M)i->m,p0;"))
        #expect(try text(accesses).contains("x0=*(pu)((p0=m+l0)+4);\nx0=*(pu)(p0+8);\nx0=*(pu)p0;\n"))
        #expect(try !text(load(0, 4)).contains("p0"))
    }

    @Test("Two accesses in one expression have no order, so neither relies on the other")
    func oneExpression() throws {
        // local.get 0; i32.load offset=4; local.get 0; i32.load offset=8; i32.add
        let sum = try text([0x20, 0, 0x28, 2, 4, 0x20, 0, 0x28, 2, 8, 0x6A], results: [Self.i32])
        #expect(sum.contains("return *(pu)(m+l0+4)+*(pu)(m+l0+8);"))
    }

    @Test("After a change of the local its base is another")
    func changed() throws {
        let changed = try text(load(0, 4) + load(0, 8) + change(0) + load(0, 12))
        #expect(changed.contains("l0=l1;\nx0=*(pu)(m+l0+12);\n"))
        // local.get 0; i32.load offset=4; local.set 0: the access is through the old value.
        let through = try text([0x20, 0, 0x28, 2, 4, 0x21, 0] + load(0, 8))
        #expect(through.contains("l0=*(pu)(m+l0+4);\nx0=*(pu)(m+l0+8);\n"))
    }

    @Test("What an arm of an if has made is not relied on behind it")
    func arms() throws {
        let inside = try text([0x20, 1, 0x04, 0x40] + load(0, 4) + [0x0B] + load(0, 8))
        #expect(!inside.contains("p0"))
        // if … else …
        let both = try text([0x20, 1, 0x04, 0x40] + load(0, 4) + [0x05] + load(0, 8) + [0x0B])
        #expect(!both.contains("p0"))
        let before = try text(load(0, 0) + [0x20, 1, 0x04, 0x40] + load(0, 4) + [0x0B] + load(0, 8))
        #expect(before.contains("(p0=m+l0)") && before.contains("*(pu)(p0+8)"))
    }

    @Test("What a jump over it may leave out is not relied on at the label")
    func labels() throws {
        // block; local.get 1; br_if 0 (not the innermost: block in block); load; end; load
        let jumped = try text(
            [0x02, 0x40, 0x02, 0x40, 0x20, 1, 0x0D, 1, 0x0B] + load(0, 4) + [0x0B] + load(0, 8))
        #expect(jumped.contains("goto L1;") && !jumped.contains("p0"))
    }

    @Test("A loop that changes the local makes the base anew, if an access before relies on it")
    func loops() throws {
        // load; loop; load; local.get 1; local.set 0; local.get 1; br_if 0; end
        let kept = try text(load(0, 4) + [0x03, 0x40] + load(0, 8) + change(0) + [0x20, 1, 0x0D, 0, 0x0B])
        #expect(kept.contains("x0=*(pu)(p0+8);\np0=m+(l0=l1);\n"))
        let dropped = try text(load(0, 4) + load(0, 8) + [0x03, 0x40] + change(0) + [0x20, 1, 0x0D, 0, 0x0B])
        #expect(dropped.contains("do{\nl0=l1;\n"))
        // The value itself is read through the local: next time round from where the new value says.
        let through = try text(load(0, 4) + [0x03, 0x40, 0x20, 0, 0x28, 2, 8, 0x22, 0, 0x0D, 0, 0x0B])
        #expect(through.contains("}while(l0=*(pu)(m+l0+8));"))
        // Changed by a tee that is an operand of something else.
        let tee = try text(
            load(0, 4) + [0x03, 0x40] + load(0, 8) + [0x20, 1, 0x22, 0, 0x41, 7, 0x6A, 0x0D, 0, 0x0B])
        #expect(tee.contains("}while(((p0=m+(l0=l1),l0))+7);"))
    }

    @Test("A local that is set as an address is the first access through it")
    func setAsAddress() throws {
        // local.get 1; local.tee 0; i32.load offset=4; drop; load
        let tee = try text([0x20, 1, 0x22, 0, 0x28, 2, 4, 0x1A] + load(0, 8))
        #expect(tee.contains("x0=*(pu)((p0=m+(l0=l1))+4);\nx0=*(pu)(p0+8);\n"))
    }

    // MARK: Zeros

    @Test("Only a local that may be read before it is set starts with zero")
    func zeros() throws {
        let read: [UInt8] = [0x20, 2, 0x1A]
        let use: [UInt8] = [0x20, 2, 0x21, 0]
        #expect(try text(change(2) + use, locals: 1).contains("u l2;"))
        #expect(try text(use + change(2), locals: 1).contains("u l2=0;"))
        // Set in one arm, in both, before.
        #expect(try text([0x20, 1, 0x04, 0x40] + change(2) + [0x0B] + use, locals: 1).contains("u l2=0;"))
        #expect(try text(change(2) + [0x20, 1, 0x04, 0x40] + use + [0x0B] + read, locals: 1).contains("u l2;"))
        // Read at the start of a loop that sets it at its end.
        let loop: [UInt8] = [0x03, 0x40] + use + change(2) + [0x20, 1, 0x0D, 0, 0x0B]
        #expect(try text(loop, locals: 1).contains("u l2=0;"))
    }

    @Test("What a local's first value is made of is read before")
    func readBySetting() throws {
        // local.get 2; i32.const 4; i32.add; local.set 2
        let sum: [UInt8] = [0x20, 2, 0x41, 4, 0x6A, 0x21, 2]
        #expect(try text(sum, locals: 1).contains("u l2=0;\nl2+=4;"))
        // i32.const 4; local.get 2; i32.sub; local.tee 2; local.set 0
        let difference: [UInt8] = [0x41, 4, 0x20, 2, 0x6B, 0x22, 2, 0x21, 0]
        #expect(try text(difference, locals: 1).contains("u l2=0;"))
    }

    // MARK: Statements

    @Test("Expressions are joined by commas up to what is no expression")
    func commas() throws {
        let module = TinyModule(
            parameters: [Self.i32, Self.i32],
            body: change(0) + [0x41, 5, 0x21, 1] + [0x20, 1, 0x04, 0x40] + change(0) + [0x0B])
        #expect(try module.source().contains("\nl0=l1,\nl1=5;\nif(l1){\nl0=l1;\n}\n"))
    }

    @Test("A change of a variable or of what lies in memory names it once")
    func changes() throws {
        // local.get 0; i32.const -8; i32.add; local.set 0
        #expect(try text([0x20, 0, 0x41, 0x78, 0x6A, 0x21, 0]).contains("l0-=8;"))
        // local.get 0; local.get 1; i32.shr_s; local.set 0: C's operator would shift without a sign.
        #expect(try text([0x20, 0, 0x20, 1, 0x75, 0x21, 0]).contains("l0=(s)l0>>K4(l1);"))
        // local.get 0; local.get 0; i32.load offset=4; local.get 1; i32.add; i32.store offset=4
        let stored = try text([0x20, 0, 0x20, 0, 0x28, 2, 4, 0x20, 1, 0x6A, 0x36, 2, 4])
        #expect(stored.contains("*(pu)(m+l0+4)+=l1;"))
        // … with another offset
        let other = try text([0x20, 0, 0x20, 0, 0x28, 2, 8, 0x20, 1, 0x6A, 0x36, 2, 4])
        #expect(other.contains("=*(pu)(m+l0+8)+l1;"))
    }

    @Test("A shift of more bits than are stored is done before the store")
    func shiftedStore() throws {
        // local.get 0; local.get 0; i64.load32_u; i64.const 40; i64.shl; i64.store32
        let wide = try text([0x20, 0, 0x20, 0, 0x35, 2, 0, 0x42, 40, 0x86, 0x3E, 2, 0])
        #expect(!wide.contains("<<="))
        // local.get 0; local.get 0; i32.load8_s; i32.const 3; i32.shr_u; i32.store8
        let narrow = try text([0x20, 0, 0x20, 0, 0x2C, 0, 0, 0x41, 3, 0x76, 0x3A, 0, 0])
        #expect(!narrow.contains(">>="))
    }
}
