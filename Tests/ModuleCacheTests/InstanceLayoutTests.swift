import Testing
import WasmModule

@testable import ModuleCache

@Suite("Positions of functions in an instance")
struct InstanceLayoutTests {
    @Test(
        "are those of the functions that can be named, and of no others", arguments: [[], [0], [3], [0, 1, 5, 9, 70]])
    func positions(referenced: [UInt32]) {
        var layout = InstanceLayout()
        layout.referenced = referenced.map { FunctionIndex($0) }
        for index in UInt32(0)..<80 {
            #expect(layout.position(of: FunctionIndex(index)) == referenced.firstIndex(of: index))
        }
    }
}
