import Testing
import WasmModule

@Suite("Instruction table")
struct InstructionTableTests {
    @Test("Every opcode has exactly one row")
    func coverage() {
        let codes = InstructionTable.allRows.map(\.opcode.rawValue)
        #expect(codes.sorted() == Opcode.allCases.map(\.rawValue).sorted())
    }

    @Test("Looking up a row by its code gives that row, and unknown codes have none")
    func lookup() {
        let known = Set(Opcode.allCases.map { Int($0.rawValue) })
        for code in InstructionTable.byCode.indices {
            #expect(InstructionTable.byCode[code]?.opcode.rawValue == (known.contains(code) ? UInt16(code) : nil))
        }
        for opcode in Opcode.allCases { #expect(InstructionTable.row(opcode).opcode == opcode) }
    }

    @Test("Names are the text format's and each is used once")
    func names() {
        let names = InstructionTable.allRows.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(InstructionTable.row(.i32TruncSatF64U).name == "i32.trunc_sat_f64_u")
        #expect(InstructionTable.row(.callIndirect).name == "call_indirect")
    }

    @Test("Instructions are on the page of their proposal's prefix")
    func pages() {
        for row in InstructionTable.allRows {
            let pages: ClosedRange<UInt16> =
                switch row.feature {
                case .saturatingFloatToInt, .bulkMemory, .wideArithmetic: 1...1
                case .simd, .relaxedSimd: 2...3
                case .garbageCollection: row.opcode == .refEq ? 0...0 : 4...4
                case .threads: 5...5
                case .referenceTypes: ["table.grow", "table.size", "table.fill"].contains(row.name) ? 1...1 : 0...0
                default: 0...0
                }
            #expect(pages.contains(row.opcode.rawValue >> 8), "\(row.name)")
        }
    }

    @Test("Loads and stores take an address first, and the type in their name is what they load or store")
    func memoryAccess() {
        for row in InstructionTable.allRows where row.immediates == .memarg {
            guard let signature = row.signature else {
                Issue.record("\(row.name) has no signature")
                continue
            }
            #expect(signature.first == .address, "\(row.name)")
            // Waiting and notifying are named after what they wait for.
            if row.name.hasPrefix("memory.") { continue }
            let type = row.name.contains(".load") ? signature.result : signature.second
            #expect(row.name.hasPrefix("\(type)."), "\(row.name)")
        }
    }

    @Test("The result's type begins the name of arithmetic and conversions")
    func arithmetic() {
        for row in InstructionTable.allRows where (0x67...0xC4).contains(row.opcode.rawValue) {
            #expect(row.signature.map { row.name.hasPrefix("\($0.result).") } == true, "\(row.name)")
        }
    }
}
