import Testing
import WasmBinary
import WasmModule
import WasmValidation

@Suite("Function bodies")
struct FunctionValidatorTests {
    @Test("Blocks, loops and branches that fit are accepted")
    func control() {
        #expect(message([0x02, 0x40, 0x0C, 0, 0x0B, 0x0B]) == nil)
        #expect(message([0x02, 0x7F, 0x41, 1, 0x0C, 0, 0x0B, 0x1A, 0x0B]) == nil)
        // A loop's label takes its parameters.
        #expect(message([0x41, 1, 0x03, 1, 0x0C, 0, 0x0B, 0x1A, 0x1A, 0x0B]) == nil)
        #expect(message([0x41, 0, 0x04, 0x7E, 0x42, 0, 0x05, 0x42, 1, 0x0B, 0x1A, 0x0B]) == nil)
        #expect(message([0x02, 0x40, 0x41, 0, 0x0E, 1, 0, 1, 0x0B, 0x0B]) == nil)
        // Calls.
        #expect(message([0x10, 0, 0x41, 5, 0x41, 0, 0x11, 1, 0, 0x1A, 0x1A, 0x0B]) == nil)
        #expect(message([0x0F, 0x0B]) == nil)
    }

    @Test("Blocks, loops and branches that don't fit are refused")
    func malformedControl() {
        #expect(message([0x0C, 1, 0x0B]) == "unknown label 1")
        #expect(message([0x02, 9, 0x0B, 0x0B]) == "unknown type 9")
        #expect(message([0x05, 0x0B]) == "else without if")
        #expect(message([0x41, 0, 0x04, 0x40, 0x05, 0x05, 0x0B, 0x0B]) == "else without if")
        #expect(message([0x02, 0x7F, 0x0B, 0x1A, 0x0B]) == "type mismatch: expected i32, the stack is empty")
        #expect(message([0x41, 0, 0x0B]) == "type mismatch: values remaining on stack at end of block: 1")
        let withoutElse = message([0x41, 0, 0x04, 0x7F, 0x41, 1, 0x0B, 0x1A, 0x0B])
        #expect(withoutElse == "type mismatch: if without else has to yield its parameters")
        #expect(message([0x41, 0, 0x02, 0x40, 0x1A, 0x0B, 0x0B]) == "type mismatch: the stack is empty")
        let arity = message([0x02, 0x7F, 0x41, 0, 0x41, 0, 0x0E, 1, 0, 1, 0x0B, 0x1A, 0x0B])
        #expect(arity == "type mismatch: labels of br_table take 1 and 0 operands")
        #expect(message([0x10, 7, 0x0B]) == "unknown function 7")
        #expect(message([0x41, 0, 0x11, 9, 0, 0x0B]) == "unknown type 9")
        #expect(message([0x41, 0, 0x11, 0, 9, 0x0B]) == "unknown table 9")
        #expect(message([0x41, 0, 0x11, 0, 1, 0x0B])?.hasPrefix("type mismatch: call_indirect") == true)
    }

    @Test("A body ends with its last end, at the end of its bytes")
    func ends() {
        #expect(message([]) == "unexpected end of section or function")
        #expect(message([0x01]) == "unexpected end of section or function")
        #expect(message([0x02, 0x40, 0x0B]) == "unexpected end of section or function")
        #expect(message([0x0B, 0x0B])?.hasPrefix("END opcode expected") == true)
        #expect(message([0x0B, 0x01])?.hasPrefix("END opcode expected") == true)
    }

    @Test("Locals and globals are known, and of the right type")
    func variables() {
        let locals: [UInt8] = [2, 1, 0x7F, 2, 0x7E]
        #expect(message([0x20, 0, 0x21, 0, 0x20, 2, 0x22, 1, 0x1A, 0x0B], locals: locals) == nil)
        #expect(message([0x20, 3, 0x1A, 0x0B], locals: locals) == "unknown local 3")
        #expect(message([0x20, 0, 0x21, 1, 0x0B], locals: locals) == "type mismatch: expected i64, found i32")
        #expect(message([0x23, 0, 0x1A, 0x42, 1, 0x24, 1, 0x0B]) == nil)
        #expect(message([0x41, 0, 0x24, 0, 0x0B]) == "immutable global 0")
        #expect(message([0x23, 2, 0x1A, 0x0B]) == "unknown global 2")
    }

    @Test("The type of every local is found, however they are declared")
    func manyLocals() throws {
        // 1 parameter, 300 × i64, 0 × f32, 49,698 × f64, 1 × externref.
        let locals = [4] + leb(300) + [0x7E, 0, 0x7D] + leb(49_698) + [0x7C, 1, 0x6F]
        let type: [UInt8] = [0x60, 1, 0x7F, 0]
        for (index, code) in [(0, 0x41), (1, 0x42), (300, 0x42), (301, 0x44), (49_998, 0x44)] {
            let zeros = code == 0x44 ? [UInt8](repeating: 0, count: 8) : [0]
            #expect(message([UInt8(code)] + zeros + [0x21] + leb(index) + [0x0B], type: type, locals: locals) == nil)
            #expect(message([0xD0, 0x70, 0x21] + leb(index) + [0x0B], type: type, locals: locals) != nil)
        }
        #expect(message([0xD0, 0x6F, 0x21] + leb(49_999) + [0x0B], type: type, locals: locals) == nil)
        #expect(message([0x20] + leb(50_000) + [0x0B], type: type, locals: locals) == "unknown local 50000")
        // Parameters count.
        let tooMany = [1] + leb(50_000) + [0x7E]
        #expect(message([0x0B], locals: tooMany) == nil)
        #expect(message([0x0B], type: type, locals: tooMany) == "too many locals: limit 50000")
    }

    @Test("select takes two operands of one type, which has to be named for references")
    func select() {
        #expect(message([0x42, 0, 0x42, 1, 0x41, 0, 0x1B, 0x1A, 0x0B]) == nil)
        #expect(message([0x42, 0, 0x41, 1, 0x41, 0, 0x1B, 0x1A, 0x0B])?.hasPrefix("type mismatch: select") == true)
        #expect(message([0xD0, 0x70, 0xD0, 0x70, 0x41, 0, 0x1B, 0x1A, 0x0B])?.hasPrefix("type mismatch") == true)
        #expect(message([0xD0, 0x70, 0xD0, 0x70, 0x41, 0, 0x1C, 1, 0x70, 0x1A, 0x0B]) == nil)
        #expect(message([0x00, 0x1C, 2, 0x7F, 0x7F, 0x0B])?.hasPrefix("invalid result arity") == true)
        // What unreachable code selects may be used as anything, once one of its operands is known as that.
        #expect(message([0x00, 0x1B, 0x45, 0x1A, 0x0B]) == nil)
        #expect(message([0x00, 0x42, 0, 0x41, 0, 0x1B, 0x45, 0x1A, 0x0B]) == "type mismatch: expected i32, found i64")
    }

    @Test("Unreachable code has any operands, but not operands of two types")
    func unreachable() {
        #expect(message([0x00, 0x6A, 0x1A, 0x0B]) == nil)
        #expect(message([0x00, 0x42, 0, 0x6A, 0x1A, 0x0B]) == "type mismatch: expected i32, found i64")
        #expect(message([0x0F, 0x41, 0, 0x0B])?.hasPrefix("type mismatch: values remaining") == true)
        #expect(message([0x00, 0xD1, 0x1A, 0x0B]) == nil)
        // A block in unreachable code begins anew.
        #expect(message([0x00, 0x02, 0x40, 0x1A, 0x0B, 0x0B]) == "type mismatch: the stack is empty")
        #expect(message([0x00, 0x02, 0x40, 0x0B, 0x1A, 0x0B]) == nil)
    }

    @Test("References are to declared functions; tables and segments are of one type")
    func references() {
        #expect(message([0xD2, 1, 0x1A, 0x0B]) == nil)
        #expect(message([0xD2, 0, 0x1A, 0x0B]) == "undeclared function reference 0")
        #expect(message([0xD2, 2, 0x1A, 0x0B]) == "unknown function 2")
        #expect(message([0x41, 0, 0xD1, 0x1A, 0x0B]) == "type mismatch: expected a reference, found i32")
        #expect(message([0x41, 0, 0x25, 1, 0xD1, 0x1A, 0x0B]) == nil)
        #expect(message([0x41, 0, 0xD0, 0x70, 0x26, 1, 0x0B]) == "type mismatch: expected externref, found funcref")
        #expect(message([0xD0, 0x6F, 0x41, 1, 0xFC, 15, 1, 0xFC, 16, 0, 0x6A, 0x1A, 0x0B]) == nil)
        #expect(message([0x41, 0, 0xD0, 0x70, 0x41, 1, 0xFC, 17, 0, 0x0B]) == nil)
        #expect(message([0x41, 0, 0x41, 0, 0x41, 0, 0xFC, 12, 0, 0, 0xFC, 13, 1, 0x0B]) == nil)
        let mixed = message([0x41, 0, 0x41, 0, 0x41, 0, 0xFC, 12, 1, 0, 0x0B])
        #expect(mixed == "type mismatch: externref elements for a table of funcref")
        #expect(message([0xFC, 13, 2, 0x0B]) == "unknown elem segment 2")
        #expect(message([0x41, 0, 0x41, 0, 0x41, 0, 0xFC, 14, 0, 0, 0x0B]) == nil)
        #expect(message([0x00, 0xFC, 14, 0, 1, 0x0B]) == "type mismatch: copy of externref to a table of funcref")
        #expect(message([0x00, 0xFC, 16, 2, 0x0B]) == "unknown table 2")
    }

    @Test("Bulk memory operations need a memory and segments that exist and are counted beforehand")
    func bulkMemory() {
        let operands: [UInt8] = [0x41, 0, 0x41, 0, 0x41, 0]
        #expect(message(operands + [0xFC, 8, 0, 0, 0xFC, 9, 0, 0x0B]) == nil)
        #expect(message(operands + [0xFC, 10, 0, 0] + operands + [0xFC, 11, 0, 0x0B]) == nil)
        #expect(message(operands + [0xFC, 8, 1, 0, 0x0B]) == "unknown data segment 1")
        #expect(message([0xFC, 9, 0, 0x0B], dataCount: false) == "data count section required")
        for body: [UInt8] in [[0xFC, 8, 0, 0], [0xFC, 10, 0, 0], [0xFC, 11, 0]] {
            #expect(message(operands + body + [0x0B], memory: false) == "unknown memory 0")
            #expect(message([0x41, 0, 0x41, 0] + body + [0x0B])?.hasPrefix("type mismatch") == true)
        }
    }

    @Test("Errors name the function and the instruction's offset in the file")
    func offsets() {
        let bytes = function([0x01, 0x02, 0x40, 0x6A, 0x0B, 0x0B])
        let error = refusal(bytes)
        #expect(error?.function == FunctionIndex(1))
        #expect(error.map { bytes[$0.offset] } == 0x6A)
    }

    @Test("A hundred thousand nested blocks are refused, some thousands are not")
    func nesting() {
        func nested(_ depth: Int) -> [UInt8] {
            (0..<depth).flatMap { _ -> [UInt8] in [0x02, 0x40] } + [UInt8](repeating: 0x0B, count: depth + 1)
        }
        #expect(message(nested(10_000)) == nil)
        #expect(message(nested(50_000)) == nil)
        #expect(message(nested(100_000)) == "blocks nested too deeply: limit 50000")
    }

    @Test("A stack that grows without end is refused")
    func stackLimit() {
        // Each call of the function pushes a hundred operands.
        let type: [UInt8] = [0x60, 0, 100] + [UInt8](repeating: 0x7F, count: 100)
        let calls = (0..<10_001).flatMap { _ -> [UInt8] in [0x10, 1] }
        #expect(message(calls + [0x00, 0x0B], type: type) == "too many operands on the stack: limit 1000000")
        #expect(message(calls.dropLast(2) + [0x00, 0x0B], type: type) == nil)
    }
}
