import Testing
import WasmModule

@testable import WasmRuntime

@Suite("Exports by name")
struct ExportTableTests {
    @Test("each is found by exactly its bytes, among few and among many", arguments: [0, 2, 16, 17, 1000])
    func names(count: Int) {
        let exports = (0..<count).map { index in
            Export(name: "f\(index)", kind: .function(FunctionIndex(UInt32(index))))
        }
        let table = ExportTable(exports + [Export(name: "\u{C5}", kind: .memory(MemoryIndex(0)))])
        for export in exports { #expect(table[export.name] == export.kind) }
        #expect(table["\u{C5}"] == .memory(MemoryIndex(0)))
        // What looks the same, in other bytes.
        #expect(table["A\u{30A}"] == nil)
        #expect(table[""] == nil && table["f\(count)"] == nil)
    }
}
