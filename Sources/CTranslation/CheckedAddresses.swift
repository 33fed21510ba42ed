import WasmModule

/// Locals that were compared with a memory's size, and hold the same address since.
///
/// A memory never shrinks, so what was within it stays there: of the accesses to the fields of one structure, only
/// those that reach farther than any before need a comparison.
struct CheckedAddresses {
    private struct Entry {
        var local: Int32
        var memory: UInt32
        /// So many bytes from the address on are within the memory.
        var bytes: UInt64
    }

    /// As many as are worth a search for every access.
    private static let most = 8

    private var entries: [Entry] = []

    func contains(_ local: Int32, memory: UInt32, bytes: UInt64) -> Bool {
        entries.contains { $0.local == local && $0.memory == memory && $0.bytes >= bytes }
    }

    mutating func note(_ local: Int32, memory: UInt32, bytes: UInt64) {
        entries.removeAll { $0.local == local && $0.memory == memory }
        if entries.count == Self.most { entries.removeFirst() }
        entries.append(Entry(local: local, memory: memory, bytes: bytes))
    }

    /// The local gets another value.
    mutating func forget(_ local: Int32) {
        guard !entries.isEmpty else { return }
        entries.removeAll { $0.local == local }
    }

    /// Control comes here also from where nothing was compared.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
    }
}

extension Opcode {
    /// Whether the reader keeps immediates of it in lists.
    @inline(__always)
    var hasLists: Bool {
        switch self {
        case .brTable, .selectTyped, .tryTable: true
        default: false
        }
    }

    /// Whether control may come to what follows from elsewhere too.
    var joinsPaths: Bool {
        switch self {
        case .loop, .else, .end, .catch, .catchAll, .delegate: true
        default: false
        }
    }
}
