import Testing
import WasmBinary
import WasmModule
import WasmValidation

@Suite("Module declarations")
struct ModuleValidatorTests {
    private func reason(_ sections: (Section, [UInt8])...) -> String? {
        refusal(
            sections.reduce([0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]) {
                $0 + [$1.0.rawValue] + leb($1.1.count) + $1.1
            })?.message
    }

    @Test("Types of functions exist")
    func types() {
        #expect(reason((.import, [1, 0, 0, 0, 0])) == "unknown type 0")
        #expect(reason((.function, [1, 3]), (.code, [1, 2, 0, 0x0B])) == "unknown type 3")
    }

    @Test("Limits are in order and small enough")
    func limits() {
        let order = "size minimum must not be greater than maximum"
        let size = "memory size must be at most 65536 pages (4GiB)"
        #expect(reason((.table, [1, 0x70, 1, 2, 1])) == order)
        #expect(reason((.memory, [1, 1, 2, 1])) == order)
        #expect(reason((.import, [1, 0, 0, 2, 1, 2, 1])) == order)
        #expect(reason((.memory, [1, 0] + leb(65_536))) == nil)
        #expect(reason((.memory, [1, 0] + leb(65_537))) == size)
        #expect(reason((.memory, [1, 1, 0] + leb(65_537))) == size)
        #expect(reason((.table, [1, 0x70, 1, 0] + leb(0xFFFF_FFFF))) == nil)
    }

    @Test("Exports are unique, byte by byte, and of things that exist")
    func exports() {
        let memory: (Section, [UInt8]) = (.memory, [1, 0, 0])
        #expect(reason(memory, (.export, [2, 1, 0x61, 2, 0, 1, 0x61, 2, 0])) == "duplicate export name \"a\"")
        // é as one character and as two.
        #expect(reason(memory, (.export, [2, 2, 0xC3, 0xA9, 2, 0, 3, 0x65, 0xCC, 0x81, 2, 0])) == nil)
        #expect(reason((.export, [1, 0, 0, 0])) == "unknown function 0")
        #expect(reason((.export, [1, 0, 1, 0])) == "unknown table 0")
        #expect(reason((.export, [1, 0, 2, 0])) == "unknown memory 0")
        #expect(reason((.export, [1, 0, 3, 0])) == "unknown global 0")
    }

    @Test("The start function takes and gives nothing")
    func start() {
        let function: [(Section, [UInt8])] = [(.function, [1, 0]), (.start, [0]), (.code, [1, 2, 0, 0x0B])]
        #expect(reason((.type, [1, 0x60, 0, 0]), function[0], function[1], function[2]) == nil)
        #expect(
            reason((.type, [1, 0x60, 1, 0x7F, 0]), function[0], function[1], function[2])
                == "start function must have type () -> (), not (i32) -> ()")
        #expect(reason((.start, [7])) == "unknown function 7")
    }

    @Test("Constant expressions compute one value of the right type")
    func constants() {
        func global(_ expression: [UInt8], type: UInt8 = 0x7F) -> String? {
            reason((.import, [2, 0, 0, 3, 0x7F, 0, 0, 0, 3, 0x7F, 1]), (.global, [1, type, 0] + expression + [0x0B]))
        }
        #expect(global([0x41, 1]) == nil)
        #expect(global([0x23, 0]) == nil)
        #expect(global([0x23, 0, 0x41, 2, 0x6A, 0x41, 3, 0x6B, 0x41, 4, 0x6C]) == nil)
        #expect(global([0x42, 2, 0x42, 3, 0x7C], type: 0x7E) == nil)
        #expect(global([0xD0, 0x6F], type: 0x6F) == nil)
        #expect(global([]) == "type mismatch: expected i32, the stack is empty")
        #expect(global([0x41, 1, 0x41, 2]) == "type mismatch: values remaining on stack at end of block: 1")
        #expect(global([0x42, 1]) == "type mismatch: expected i32, found i64")
        #expect(global([0x41, 1, 0x6A]) == "type mismatch: expected i32, the stack is empty")
        #expect(global([0x41, 1, 0x42, 1, 0x6A]) == "type mismatch: expected i32, found i64")
        #expect(global([0x23, 1]) == "constant expression required")
        #expect(global([0x23, 2]) == "unknown global 2")
        #expect(global([0xD2, 0], type: 0x70) == "unknown function 0")
    }

    @Test("Segments fit the table or memory that they are for")
    func segments() {
        let offset: [UInt8] = [0x41, 0, 0x0B]
        let table: (Section, [UInt8]) = (.table, [1, 0x6F, 0, 0])
        #expect(reason((.element, [1, 0] + offset + [0])) == "unknown table 0")
        #expect(
            reason(table, (.element, [1, 0] + offset + [0]))
                == "type mismatch: segment of (ref func) for a table of externref")
        #expect(reason(table, (.element, [1, 6, 0] + offset + [0x6F, 1, 0xD0, 0x6F, 0x0B])) == nil)
        #expect(
            reason(table, (.element, [1, 6, 0] + offset + [0x6F, 1, 0xD0, 0x70, 0x0B]))
                == "type mismatch: expected externref, found funcref")
        #expect(reason((.element, [1, 1, 0, 1, 4])) == "unknown function 4")
        #expect(reason((.data, [1, 0] + offset + [0])) == "unknown memory 0")
        #expect(reason((.memory, [1, 0, 0]), (.data, [1, 0] + offset + [0])) == nil)
        #expect(reason((.memory, [1, 0, 0]), (.data, [1, 0, 0x42, 0, 0x0B, 0]))?.hasPrefix("type mismatch") == true)
        #expect(reason((.memory, [1, 0, 0]), (.data, [1, 2, 1] + offset + [0])) == "unknown memory 1")
    }

    @Test("Errors outside of bodies lie in the section they are about")
    func offsets() {
        let error = refusal(module((.memory, [1, 0, 0]), (.export, [1, 0, 0, 9])))
        #expect(error == ValidationError(offset: 15, message: "unknown function 9"))
        #expect(error?.description == "0xf: unknown function 9")
    }
}
