import Testing
import WasmModule
import WasmValidation

@Suite("Signatures of the instruction table")
struct SignatureTests {
    private func code(_ opcode: Opcode) -> [UInt8] {
        switch opcode.rawValue {
        case 0..<0x100: [UInt8(opcode.rawValue)]
        case 0x100..<0x200: [0xFC] + leb(Int(opcode.rawValue) - 0x100)
        case 0x200..<0x400: [0xFD] + leb(Int(opcode.rawValue) - 0x200)
        default: [0xFE] + leb(Int(opcode.rawValue) - 0x500)
        }
    }

    private func immediates(_ row: InstructionRow) -> [UInt8] {
        switch row.immediates {
        case .memarg: [row.feature == .threads ? UInt8(exponent(row)) : 0, 0]
        case .memory, .i32, .i64, .data, .element, .fence: [0]
        case .f32: [0, 0, 0, 0]
        case .f64: [0, 0, 0, 0, 0, 0, 0, 0]
        case .v128, .lanes: [UInt8](repeating: 0, count: 16)
        case .lane: [0]
        case .memargLane: [0, 0, 0]
        default: []
        }
    }

    /// An instruction that pushes a value of the type.
    private func constant(_ type: OperandType) -> [UInt8] {
        switch type {
        case .i32, .address: [0x41, 0]
        case .i64: [0x42, 0]
        case .f32: [0x43, 0, 0, 0, 0]
        case .f64: [0x44, 0, 0, 0, 0, 0, 0, 0, 0]
        case .v128: [0xFD, 0x0C] + [UInt8](repeating: 0, count: 16)
        default: []
        }
    }

    private func otherType(_ type: OperandType) -> OperandType { type == .f64 ? .i32 : .f64 }

    private func valueType(_ type: OperandType) -> UInt8 {
        switch type {
        case .i32, .address: 0x7F
        case .i64: 0x7E
        case .f32: 0x7D
        case .v128: 0x7B
        default: 0x7C
        }
    }

    @Test("Every signature is what the validator accepts, and any other operand or result is refused")
    func rows() {
        for row in InstructionTable.allRows {
            guard let signature = row.signature else { continue }
            let operands = [signature.first, signature.second, signature.third].filter { $0 != .none }
            let results: [UInt8] = signature.result == .none ? [] : [valueType(signature.result)]
            let type: [UInt8] = [0x60, 0, UInt8(results.count)] + results
            let instruction = code(row.opcode) + immediates(row)
            let push = operands.map(constant)
            #expect(message(Array(push.joined()) + instruction + [0x0B], type: type) == nil, "\(row.name)")
            // Unreachable code has any operands.
            #expect(message([0x00] + instruction + [0x0B], type: type) == nil, "\(row.name)")
            for index in operands.indices {
                var wrong = push
                wrong[index] = constant(otherType(operands[index]))
                let error = message(Array(wrong.joined()) + instruction + [0x0B], type: type)
                #expect(error?.hasPrefix("type mismatch: expected ") == true, "\(row.name)")
                let missing = message(Array(push.dropFirst().joined()) + instruction + [0x0B], type: type)
                #expect(missing?.hasPrefix("type mismatch") == true, "\(row.name)")
            }
            guard signature.result != .none else { continue }
            let wrongType: [UInt8] = [0x60, 0, 1, valueType(otherType(signature.result))]
            let error = message(Array(push.joined()) + instruction + [0x0B], type: wrongType)
            #expect(error?.hasPrefix("type mismatch") == true, "\(row.name)")
        }
    }

    @Test("Memory instructions need a memory, and at most their natural alignment")
    func memory() {
        for row in InstructionTable.allRows where row.immediates == .memarg || row.immediates == .memory {
            let instruction = [0x00] + code(row.opcode) + immediates(row)
            #expect(message(instruction + [0x00, 0x0B], memory: false) == "unknown memory 0", "\(row.name)")
            guard row.immediates == .memarg, let width = width(row) else { continue }
            for exponent in UInt8(0)..<32 {
                let body = [0x00] + code(row.opcode) + [exponent, 0, 0x00, 0x0B]
                let isAtomic = row.feature == .threads
                let fits = isAtomic ? 1 << Int(exponent) == width : 1 << Int(exponent) <= width
                let refusal =
                    isAtomic ? "atomic alignment must be natural" : "alignment must not be larger than natural"
                #expect(message(body) == (fits ? nil : refusal), "\(row.name) 2^\(exponent)")
            }
        }
    }

    /// Bytes that a load or store accesses, from its name.
    private func width(_ row: InstructionRow) -> Int? {
        if row.opcode == .memoryAtomicNotify { return 4 }
        guard let dot = row.name.firstIndex(of: ".") else { return nil }
        // Eight bytes, however many lanes they are extended to.
        if row.name[dot...].contains("x"), row.feature != .threads { return 8 }
        let bits = row.name[dot...].filter(\.isNumber)
        return (bits.isEmpty ? Int(row.name[..<dot].filter(\.isNumber)) : Int(bits)).map { $0 / 8 }
    }

    /// Logarithm of the bytes that an atomic instruction accesses.
    private func exponent(_ row: InstructionRow) -> Int { width(row).map(\.trailingZeroBitCount) ?? 0 }
}
