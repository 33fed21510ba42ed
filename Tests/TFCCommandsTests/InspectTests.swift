import Testing

@Suite("tfc inspect")
struct InspectTests {
    @Test("shows what a module offers, wants and uses")
    func inspect() throws {
        try Tool.use { tool throws in
            try tool.module("a", Tool.library)
            let text = try tool.tfc("inspect", "a.wasm").output
            for line in [
                "interface: library", "features: mutable-globals sign-extension", "  2 to 10 pages",
                "  \"env\" \"f\": function (i32) -> ()", "  \"extend\": function (i32) -> i32",
                "  \"g\": global mutable i64",
            ] {
                #expect(text.contains(line + "\n"), "\(line) in\n\(text)")
            }
            try tool.write("bad.wasm", Array("not a module".utf8))
            #expect(try tool.tfc("inspect", "bad.wasm").code == 1)
        }
    }

    @Test("shows tags, and what is special about memories and tables")
    func kinds() throws {
        try Tool.use { tool throws in
            let text = """
                (module
                  (import "env" "shared" (memory 1 4 shared))
                  (tag $t (export "t") (param i32 i64))
                  (memory i64 2 8)
                  (table 3 funcref)
                  (func (throw $t (i32.const 1) (i64.const 2))))
                """
            try tool.module("a", text, features: ["all"])
            let shown = try tool.tfc("inspect", "a.wasm").output
            for line in [
                "  1 to 4 pages, shared", "  2 to 8 pages, 64-bit", "  funcref 3 or more", "tags:",
                "  (i32, i64) -> ()",
                "  \"env\" \"shared\": memory 1 to 4 pages, shared", "  \"t\": tag (i32, i64) -> ()",
                "features: exceptions multi-memory memory64 threads",
            ] {
                #expect(shown.contains(line + "\n"), "\(line) in\n\(shown)")
            }
        }
    }

    @Test("counts types, and knows pages of a byte and tables of 64 bits")
    func types() throws {
        try Tool.use { tool throws in
            // (type (struct)) (type (array (mut i8))) (type (func)), (table i64 1 funcref), (memory 5 (pagesize 1))
            let header: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
            let types: [UInt8] = [1, 9, 3, 0x5F, 0, 0x5E, 0x78, 1, 0x60, 0, 0]
            let table: [UInt8] = [4, 4, 1, 0x70, 4, 1]
            let memory: [UInt8] = [5, 4, 1, 8, 5, 0]
            try tool.write("a.wasm", header + types + table + memory)
            let outcome = try tool.tfc("inspect", "a.wasm")
            for line in [
                "types: 1 of functions, 1 of structs, 1 of arrays", "  funcref 1 or more, 64-bit",
                "  5 or more pages of 1 byte", "features: gc memory64 custom-page-sizes",
            ] {
                #expect(outcome.output.contains(line + "\n"), "\(line) in\n\(outcome.output)\(outcome.errors)")
            }
        }
    }

    @Test("shortens long lists of parameters: a hostile module names such a type a million times")
    func longTypes() throws {
        try Tool.use { tool throws in
            let parameters = String(repeating: " i64", count: 1000)
            try tool.module("a", "(module (func (export \"f\") (param\(parameters))))")
            let shown = try tool.tfc("inspect", "a.wasm").output
            #expect(shown.contains("i64, i64, 968 more) -> ()\n"), "\(shown)")
            #expect(shown.utf8.count < 1000)
        }
    }

    @Test("refuses what is cut off anywhere, and does not crash")
    func cutOff() throws {
        try Tool.use { tool throws in
            let whole: [UInt8] = [
                0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 1, 9, 3, 0x5F, 0, 0x5E, 0x78, 1, 0x60, 0, 0, 4, 4, 1, 0x70, 4, 1,
            ]
            for count in [4, 9, 11, 14, 17, 20, 23, 24] {
                try tool.write("cut.wasm", Array(whole.prefix(count)))
                #expect(try tool.tfc("inspect", "cut.wasm").code == 1, "\(count)")
            }
        }
    }
}
