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
        (isWide, width) =
            switch code % 7 {
            case 0: (false, 2)
            case 1: (true, 3)
            case 2: (false, 0)
            case 3: (false, 1)
            case 4: (true, 0)
            case 5: (true, 1)
            default: (true, 2)
            }
    }

    private static let load: UInt32 = 0
    private static let store: UInt32 = 1
    private static let compareExchange: UInt32 = 8

    var hasResult: Bool { operation != Self.store }

    /// The address and its values.
    var operands: Int { operation == Self.load ? 1 : operation == Self.compareExchange ? 3 : 2 }
}

extension Opcode {
    var isAtomic: Bool { rawValue >= Opcode.memoryAtomicNotify.rawValue }
}
