import WasmModule

/// The vector operations that are functions of the runtime, by their names in `tf_vector.h`.
enum VectorOperation {
    /// By ``Opcode/vectorCode``.
    private static let names: [[UInt8]] = (0..<0x200).map { code in
        guard let row = InstructionTable.byCode[0x200 + code] else { return [] }
        let name = same[row.opcode].map { InstructionTable.row($0).name } ?? row.name
        return name.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }
    }

    /// The operations of relaxed SIMD that may do, and here do, what another one does.
    private static let same: [Opcode: Opcode] = [
        .i8x16RelaxedSwizzle: .i8x16Swizzle, .i32x4RelaxedTruncF32x4S: .i32x4TruncSatF32x4S,
        .i32x4RelaxedTruncF32x4U: .i32x4TruncSatF32x4U, .i32x4RelaxedTruncF64x2SZero: .i32x4TruncSatF64x2SZero,
        .i32x4RelaxedTruncF64x2UZero: .i32x4TruncSatF64x2UZero, .i8x16RelaxedLaneselect: .v128Bitselect,
        .i16x8RelaxedLaneselect: .v128Bitselect, .i32x4RelaxedLaneselect: .v128Bitselect,
        .i64x2RelaxedLaneselect: .v128Bitselect, .f32x4RelaxedMin: .f32x4Min, .f32x4RelaxedMax: .f32x4Max,
        .f64x2RelaxedMin: .f64x2Min, .f64x2RelaxedMax: .f64x2Max, .i16x8RelaxedQ15mulrS: .i16x8Q15mulrSatS,
    ]

    static func name(_ opcode: Opcode) -> [UInt8] { names[Int(opcode.rawValue) - 0x200] }
}

/// A vector's bits: its lower and its upper half.
struct VectorBits: Hashable {
    var low: UInt64
    var high: UInt64

    /// The same bytes over and over: the lowest `width` bytes of `bits`.
    init(repeating bits: UInt64, width: Int) {
        let factor: UInt64 =
            switch width {
            case 1: 0x0101_0101_0101_0101
            case 2: 0x0001_0001_0001_0001
            case 4: 0x0000_0001_0000_0001
            default: 1
            }
        low = (width == 8 ? bits : bits & (1 << UInt64(width * 8) - 1)) &* factor
        high = low
    }

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}
