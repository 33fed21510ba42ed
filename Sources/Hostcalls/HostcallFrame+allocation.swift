import CRuntime

/// Handing bytes over to the guest: blocks that it allocates, owns and frees.
extension HostcallFrame {
    /// Two words of the guest that receive a pointer and a length.
    struct OutPointers {
        var pointer: UInt32
        var length: UInt32
    }

    /// Checks both words before anything is allocated, and clears them, which is the answer when there is nothing
    /// to hand over or no room for it.
    func outPointers() throws(GuestStop) -> OutPointers {
        let out = OutPointers(pointer: self[0], length: self[1])
        _ = try room(out.pointer, 4)
        _ = try room(out.length, 4)
        try write(0, 0, to: out)
        return out
    }

    /// Hands over bytes.
    func give(_ text: String, to out: OutPointers) throws(GuestStop) {
        try give(text.utf8.span.bytes, to: out)
    }

    /// Hands over bytes.
    func give(_ bytes: RawSpan, to out: OutPointers) throws(GuestStop) {
        guard let address = try copy(bytes) else { return }
        try write(address, UInt32(bytes.byteCount), to: out)
    }

    /// Hands over a list: each text in a block of its own, then the array of slices.
    func give(_ texts: [String], to out: OutPointers) throws(GuestStop) {
        guard !texts.isEmpty else { return }
        var slices: [UInt32] = []
        slices.reserveCapacity(2 * texts.count)
        for text in texts {
            guard let address = try copy(text.utf8.span.bytes) else { return }
            slices.append(address)
            slices.append(UInt32(text.utf8.count))
        }
        try give(slices: slices, to: out)
    }

    /// Hands over a list: each block by itself, then the array of slices.
    func give(_ blocks: [[UInt8]], to out: OutPointers) throws(GuestStop) {
        guard !blocks.isEmpty else { return }
        var slices: [UInt32] = []
        for block in blocks {
            guard let address = try copy(block.span.bytes) else { return }
            slices.append(address)
            slices.append(UInt32(block.count))
        }
        try give(slices: slices, to: out)
    }

    /// Hands over pairs of address and length.
    private func give(slices: [UInt32], to out: OutPointers) throws(GuestStop) {
        guard let list = try copy(slices.span.bytes) else { return }
        try write(list, UInt32(slices.count / 2), to: out)
    }

    /// Copies bytes into a block of the guest, with a NUL behind them: C guests search and duplicate what they get
    /// as C strings, and a Rust guest's allocator answers a size of 0 with a pointer that traps when it is freed.
    private func copy(_ bytes: RawSpan) throws(GuestStop) -> UInt32? {
        guard let size = UInt32(exactly: bytes.byteCount + 1), let address = try allocate(size) else { return nil }
        let block = UnsafeMutableRawBufferPointer(start: try room(address, size), count: Int(size))
        bytes.withUnsafeBytes { block.copyMemory(from: $0) }
        block[bytes.byteCount] = 0
        return address
    }

    /// Calls the guest's allocator; nil if it has none, or no room.
    private func allocate(_ size: UInt32) throws(GuestStop) -> UInt32? {
        if case .unresolved = exchange.allocator { exchange.allocator = .exported(by: exchange) }
        guard case .function(let function) = exchange.allocator else { return nil }
        var cell = UInt64(size)
        let trap = tf_host_call_guest(host, function, &cell)
        guard trap == TF_OK else { throw GuestStop(trap: trap) }
        let address = UInt32(truncatingIfNeeded: cell)
        return address == 0 ? nil : address
    }

    private func write(_ pointer: UInt32, _ length: UInt32, to out: OutPointers) throws(GuestStop) {
        try room(out.pointer, 4).storeBytes(of: pointer.littleEndian, as: UInt32.self)
        try room(out.length, 4).storeBytes(of: length.littleEndian, as: UInt32.self)
    }
}
