import CTranslation
import Testing

@Suite("Hostile modules")
struct HostileModuleTests {
    @Test("Locals that are declared and not used cost nothing")
    func unusedLocals() throws {
        let module = TinyModule(results: [0x7F], locals: [(49_999, 0x7F)], body: [0x20, 0x80, 0x80, 0x02])
        let text = try module.function()
        #expect(text.contains("u l32768=0;"))
        #expect(text.utf8.count < 200)
    }

    @Test("Many members of an instance are found by their offsets: C compilers look for names one by one")
    func manyMembers() throws {
        // call 0; drop; throw 0
        let body: [UInt8] = [0x10, 0, 0x1A, 0x08, 0]
        let few = try TinyModule(body: body, tags: [UInt8](repeating: 1, count: 200)).source()
        #expect(few.contains("tf_tag*E199;"))
        #expect(few.contains("A.throw_new(i,i->E0)"))
        let many = try TinyModule(body: body, tags: [UInt8](repeating: 1, count: 300)).source()
        #expect(many.contains("struct tf_instance{B*m;U*x;p h[6];\n};"))
        // A header of 64 bytes, a global, an imported function, a memory, a table.
        #expect(many.contains("((Y0*)O(p,i,72))(O(p,i,80))"))
        #expect(many.contains("A.throw_new(i,O(tf_tag*,i,104))"))
    }

    @Test("Many references of a function are in arrays: C compilers look for names one by one")
    func manyRoots() throws {
        // ref.null extern; local.set 299; call 0; drop
        let module = TinyModule(locals: [(300, 0x6F)], body: [0xD0, 0x6F, 0x21, 0xAB, 0x02, 0x10, 0, 0x1A])
        let text = try module.function()
        #expect(text.contains("struct{p o;U n;p L[44];}R;{u k;for(k=0;k<44;k++)R.L[k]=0;}R.L[43]=0;"))
        #expect(text.contains("R.n=44;"))
        #expect(text.contains("R.L[43]=(p)0;"))
    }

    @Test("Branches that carry a thousand values do not make gigabytes of C")
    func manyValues() throws {
        // block (type 2: () -> 1000 × i32): 1000 constants, then br_if 0 again and again.
        let values: [UInt8] = Array((0..<1000).map { _ in [0x41, 1] as [UInt8] }.joined())
        let branches: [UInt8] = Array((0..<20_000).map { _ in [0x20, 0, 0x0D, 0] as [UInt8] }.joined())
        let body: [UInt8] = [0x02, 2] + values + branches + [0x0B] + Array(repeating: 0x1A, count: 1000)
        let module = TinyModule(
            parameters: [0x7F], body: body,
            furtherType: [0x60, 0] + TinyModule.leb(1000) + values.map { _ in 0x7F }.prefix(1000))
        let error = #expect(throws: TranslationError.self) { _ = try module.function() }
        guard case .textTooLarge = error else {
            Issue.record("not refused for its size: \(String(describing: error))")
            return
        }
    }

    @Test("Nested blocks with a thousand results each do not take all variables there are")
    func manyLandings() throws {
        let depth = 2000
        let begin: [UInt8] = Array((0..<depth).map { _ in [0x02, 2] as [UInt8] }.joined())
        let values: [UInt8] = Array((0..<1000).map { _ in [0x41, 1] as [UInt8] }.joined())
        let branches: [UInt8] = Array((0..<depth).map { [0x20, 0, 0x0D] + TinyModule.leb($0) }.joined())
        let body: [UInt8] =
            begin + values + branches + Array(repeating: 0x0B, count: depth) + Array(repeating: 0x1A, count: 1000)
        let module = TinyModule(
            parameters: [0x7F], body: body,
            furtherType: [0x60, 0] + TinyModule.leb(1000) + values.map { _ in 0x7F }.prefix(1000))
        #expect(throws: TranslationError.self) { _ = try module.function() }
    }
}
