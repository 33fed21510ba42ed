import WasmModule

// What vector instructions have to themselves: lanes.
// <https://webassembly.github.io/spec/core/valid/instructions.html#vector-instructions>

extension FunctionValidator {
    /// Checks the lanes that an instruction on registers names.
    mutating func checkLanes(_ instruction: Instruction, _ entry: CheckEntry) throws(ValidationError) {
        guard instruction.opcode == .i8x16Shuffle else { return try checkLane(UInt64(instruction.a), entry) }
        // Each byte below 32: no bit above the lowest five.
        let excess: UInt64 = 0xE0E0_E0E0_E0E0_E0E0
        guard (instruction.bits | instruction.bits2) & excess == 0 else { throw failure("invalid lane index") }
    }

    func checkLane(_ lane: UInt64, _ entry: CheckEntry) throws(ValidationError) {
        guard lane < UInt64(entry.lanes) else { throw failure("invalid lane index \(lane)") }
    }
}

extension Opcode {
    /// How many lanes an instruction with a lane chooses from.
    var laneCount: UInt8 {
        switch self {
        case .i8x16ExtractLaneS, .i8x16ExtractLaneU, .i8x16ReplaceLane, .v128Load8Lane, .v128Store8Lane: 16
        case .i16x8ExtractLaneS, .i16x8ExtractLaneU, .i16x8ReplaceLane, .v128Load16Lane, .v128Store16Lane: 8
        case .i32x4ExtractLane, .i32x4ReplaceLane, .f32x4ExtractLane, .f32x4ReplaceLane: 4
        case .v128Load32Lane, .v128Store32Lane: 4
        case .i64x2ExtractLane, .i64x2ReplaceLane, .f64x2ExtractLane, .f64x2ReplaceLane: 2
        case .v128Load64Lane, .v128Store64Lane: 2
        default: 32
        }
    }

    /// Logarithm of the width in memory of a vector load or store.
    var vectorAlignment: UInt8 {
        switch self {
        case .v128Load8Splat, .v128Load8Lane, .v128Store8Lane: 0
        case .v128Load16Splat, .v128Load16Lane, .v128Store16Lane: 1
        case .v128Load32Splat, .v128Load32Zero, .v128Load32Lane, .v128Store32Lane: 2
        case .v128Load, .v128Store: 4
        default: 3
        }
    }
}
