import CTranslation
import Testing

@Suite("Control")
struct ControlTests {
    @Test("br_if out of the innermost block is a C block")
    func forwardBranch() throws {
        // block; local.get 0; br_if 0; i32.const 1; local.set 0; end
        let module = TinyModule(
            parameters: [0x7F], body: [0x02, 0x40, 0x20, 0, 0x0D, 0, 0x41, 1, 0x21, 0, 0x0B])
        #expect(try module.function().contains("if(!l0){\nl0=1;\n}\n"))
    }

    @Test("br_if to the innermost loop closes a do … while")
    func backEdge() throws {
        // loop; local.get 0; i32.const 1; i32.sub; local.tee 0; br_if 0; end
        let module = TinyModule(
            parameters: [0x7F], body: [0x03, 0x40, 0x20, 0, 0x41, 1, 0x6B, 0x22, 0, 0x0D, 0, 0x0B])
        #expect(try module.function().contains("do{\n}while(l0=l0-1);\n"))
    }

    @Test("What a branch carries goes to the target's variable")
    func branchWithValue() throws {
        // block (result i32); i32.const 7; local.get 0; br_if 0; drop; i32.const 8; end
        let module = TinyModule(
            parameters: [0x7F], results: [0x7F],
            body: [0x02, 0x7F, 0x41, 7, 0x20, 0, 0x0D, 0, 0x1A, 0x41, 8, 0x0B])
        let text = try module.function()
        #expect(text.contains("if(l0){x0=7;\ngoto L1;\n}\nx0=8;\nL1:\nreturn x0;"))
    }

    @Test("A few targets make a switch, many a table of labels that no guess gets out of")
    func branchTables() throws {
        let few: [UInt8] = [0x02, 0x40, 0x20, 0, 0x0E, 2, 0, 1, 0, 0x0B]
        #expect(try TinyModule(parameters: [0x7F], body: few).function().contains("switch(l0){"))
        // 13 blocks, of which each entry takes another.
        let open = [UInt8](([[0x02, 0x40]] + Array(repeating: [0x02, 0x40], count: 12)).joined())
        let many = open + [0x20, 0, 0x0E, 12] + (0...12).map { UInt8($0) } + Array(repeating: 0x0B, count: 13)
        #expect(try TinyModule(parameters: [0x7F], body: many).function().contains("goto*j1[(l0<12u?l0:12u)&15u];"))
    }

    @Test("Many targets that are often the same are told by a string which of the few they are")
    func branchTableOfFewLabels() throws {
        // block; block; local.get 0; br_table 0 1 1 1 … 1; end; end
        let body = { (ones: Int) -> [UInt8] in
            [0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x0E, UInt8(ones), 0] + Array(repeating: 1, count: ones) + [0x0B, 0x0B]
        }
        let text = try TinyModule(parameters: [0x7F], body: body(60)).function()
        let string = "#" + String(repeating: "$", count: 63)
        #expect(text.contains("static B const j1[]=\"\(string)\";static p const k1[]={&&L1,&&L2,};"))
        #expect(text.contains("goto*k1[j1[(l0<60u?l0:60u)&63u]-35];"))
        // The second step is not worth it for few.
        #expect(try TinyModule(parameters: [0x7F], body: body(12)).function().contains("goto*j1[(l0<12u?l0:12u)&15u];"))
    }

    @Test("No label is told by a character that means something else in a string")
    func charactersOfLabels() throws {
        // 70 blocks, each named three times.
        let open = [UInt8](Array(repeating: [0x02, 0x40] as [UInt8], count: 70).joined())
        let labels = (0..<70).flatMap { [UInt8($0), UInt8($0), UInt8($0)] }
        let table = [0x0E] + TinyModule.leb(labels.count) + labels + [69]
        let body = open + [0x20, 0] + table + Array(repeating: 0x0B, count: 70)
        let text = try TinyModule(parameters: [0x7F], body: body).function()
        let string = try #require(text.firstMatch(of: /j1\[\]="([^"]*)"/)).1
        #expect(string.count == 256)
        #expect(!string.contains("?") && !string.contains("\\"))
        // The characters left out have entries all the same.
        let entries = try #require(text.firstMatch(of: /k1\[\]=\{([^}]*)\}/)).1.split(separator: ",")
        #expect(entries.count == 72)
        #expect(entries[63 - 35] == entries[0] && entries[92 - 35] == entries[0])
        #expect(Set(entries).count == 70)
    }

    @Test("Tens of thousands of nested blocks make flat C")
    func deepNesting() throws {
        let depth = 49_000
        let conditional: [UInt8] = [0x20, 0, 0x04, 0x40]
        let body =
            Array((0..<depth).map { _ in conditional }.joined()) + Array(repeating: 0x0B, count: depth)
        let text = try TinyModule(parameters: [0x7F], body: body).function()
        var open = 0
        var most = 0
        for character in text.utf8 {
            if character == UInt8(ascii: "{") { open += 1 }
            if character == UInt8(ascii: "}") { open -= 1 }
            most = max(most, open)
        }
        #expect(open == 0)
        #expect(most <= 102)
    }

    @Test("Code that is not reached is not written")
    func deadCode() throws {
        // return; i32.const 1; drop; block; end
        let module = TinyModule(body: [0x0F, 0x41, 1, 0x1A, 0x02, 0x40, 0x0B])
        #expect(try module.function().contains("\nreturn;\n}\n"))
    }

    @Test("A trap is not lost when a branch drops what would trap")
    func trapBeforeBranch() throws {
        // block; local.get 0; i32.load; br 0; end
        let module = TinyModule(parameters: [0x7F], body: [0x02, 0x40, 0x20, 0, 0x28, 2, 0, 0x0C, 0, 0x0B])
        #expect(try module.function().contains("x0=*(pu)(m+l0);\ngoto L1;"))
    }

    @Test("Variables that no guard could cover are refused")
    func hugeFrame() throws {
        var module = TinyModule(parameters: [0x7F], locals: [(49_000, 0x7E)])
        #expect(throws: Never.self) { try module.function() }
        // 140,000 loads that wait: each needs a variable of its own at the next block.
        let load: [UInt8] = [0x20, 0, 0x28, 2, 0]
        let count = 140_000
        module.body =
            Array((0..<count).map { _ in load }.joined()) + [0x02, 0x40, 0x0B] + Array(repeating: 0x1A, count: count)
        #expect(throws: TranslationError.self) { _ = try module.function() }
    }
}
