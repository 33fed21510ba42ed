import WasmModule

/// What an atomic access does, as the runtime is told (`TF_ATOMIC_…` in `tf_abi.h`).
///
/// The opcodes have seven kinds of access for each operation, in the same order everywhere.
struct AtomicAccess {
    /// `TF_ATOMIC_FENCE`.
    static let fence: UInt32 = 9

    let operation: UInt32
    /// Logarithm of the bytes.
    let width: UInt8
    /// The operand and the result are i64.
    let isWide: Bool

    init(_ opcode: Opcode) {
        let code = opcode.rawValue - Opcode.i32AtomicLoad.rawValue
        operation = UInt32(code / 7)
        width = opcode.atomicAlignment
        // In each seven, i32, i64, two narrow ones of i32, three of i64.
        isWide = code % 7 == 1 || code % 7 > 3
    }

    private static let load: UInt32 = 0
    private static let store: UInt32 = 1
    private static let compareExchange: UInt32 = 8

    var hasResult: Bool { operation != Self.store }

    /// The address and its values.
    var operands: Int { operation == Self.load ? 1 : operation == Self.compareExchange ? 3 : 2 }
}
