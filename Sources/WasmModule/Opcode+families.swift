extension Opcode {
    /// Whether it is of prefix `FB`: structures, arrays, casts, i31.
    @inlinable
    package var isAggregate: Bool { rawValue >> 8 == 4 }

    /// Whether it is of prefix `FE`.
    @inlinable
    package var isAtomic: Bool { rawValue >= Opcode.memoryAtomicNotify.rawValue }

    /// Logarithm of the width in memory, in bytes, of an atomic access: the alignment that it must have.
    ///
    /// <https://webassembly.github.io/threads/core/valid/instructions.html#atomic-memory-instructions>
    package var atomicAlignment: UInt8 {
        switch self {
        case .memoryAtomicNotify, .memoryAtomicWait32: return 2
        case .memoryAtomicWait64: return 3
        default: break
        }
        // Loads, stores and each kind of read-modify-write follow one another in this order:
        // i32, i64, i32 of 8 and 16 bits, i64 of 8, 16 and 32 bits.
        let widths: [UInt8] = [2, 3, 0, 1, 0, 1, 2]
        return widths[Int(rawValue - Opcode.i32AtomicLoad.rawValue) % widths.count]
    }
}
