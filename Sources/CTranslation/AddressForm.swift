import WasmModule

/// What an access to a memory needs in front of it.
enum AddressForm {
    /// Nothing: a 32-bit address plus a 32-bit offset stays within the reservation, and beyond the memory it faults.
    case guarded
    /// The upper half of a 64-bit address must be 0; the rest is as for a 32-bit one.
    case upperHalf
    /// A comparison with the size of the memory.
    case compared
}

extension MemoryType {
    /// No memory of this implementation is larger, whatever its address type.
    static let mostBytes: UInt64 = 1 << 32

    func form(_ checks: BoundsChecks) -> AddressForm {
        // The guard pages begin where a page ends that the processor knows.
        if checks == .explicit || pageSizeExponent != 16 { return .compared }
        return is64 ? .upperHalf : .guarded
    }

    /// The type of addresses, sizes and counts.
    var addressType: CType { is64 ? .u64 : .u32 }

    /// So many bytes it has at least at all times: a memory never shrinks.
    var leastBytes: UInt64 { bytes(limits.minimum) }

    /// The size of a memory that cannot grow, known from its type, also if it is imported.
    var fixedBytes: UInt64? { limits.maximum == limits.minimum ? leastBytes : nil }

    private func bytes(_ pages: UInt64) -> UInt64 {
        let shift = UInt64(pageSizeExponent)
        return pages > Self.mostBytes >> shift ? Self.mostBytes : pages << shift
    }
}

extension TableType {
    /// The type of indices, sizes and counts.
    var indexType: CType { is64 ? .u64 : .u32 }
}
