import CRuntime

/// Ends the guest: what a host call returns instead of going on.
struct GuestStop: Error {
    var trap: tf_trap
}

/// One host call under way: its arguments, the guest's memory and the exchange it belongs to.
///
/// Every address is a number until ``bytes(_:_:)`` or ``room(_:_:)`` has checked it against the memory's present
/// size; nothing of the guest's memory is held across a call into the guest.
struct HostcallFrame {
    let host: UnsafeMutablePointer<tf_host>
    let values: UnsafeMutablePointer<UInt64>
    let exchange: Exchange
    /// For messages.
    let name: StaticString

    /// An i32 argument.
    subscript(index: Int) -> UInt32 { UInt32(truncatingIfNeeded: values[index]) }

    /// The result, and so the end of the arguments.
    func answer(_ result: UInt32) { values[0] = UInt64(result) }

    /// The result of a call that gives an i64.
    func answer(wide result: UInt64) { values[0] = result }

    /// The guest's bytes at an address.
    ///
    /// No bytes may be anywhere: guests pass dangling pointers for empty slices.
    func bytes(_ address: UInt32, _ length: UInt32) throws(GuestStop) -> UnsafeRawBufferPointer {
        guard length > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: try room(address, length), count: Int(length))
    }

    /// The guest's bytes from an address up to a terminator, which may lie outside of the memory only if `most` bytes
    /// before it don't.
    func bytes(
        until terminator: UInt8, from address: UInt32, atMost most: Int
    ) throws(GuestStop) -> UnsafeRawBufferPointer {
        let size = Int(host.pointee.instance.pointee.memory_zero?.pointee.bytes ?? 0)
        let length = UInt32(clamping: min(most, max(1, size - Int(address))))
        let bytes = try bytes(address, length)
        if let end = bytes.firstIndex(of: terminator) { return UnsafeRawBufferPointer(rebasing: bytes[..<end]) }
        guard bytes.count == most else { throw stop("what begins at \(address) has no end within the memory") }
        return bytes
    }

    /// Where to write `length` bytes, at least one.
    func room(_ address: UInt32, _ length: UInt32) throws(GuestStop) -> UnsafeMutableRawPointer {
        guard let start = tf_guest_bytes(host, UInt64(address), UInt64(length)) else {
            throw stop("\(length) bytes at \(address) are outside of the memory")
        }
        return start
    }

    /// A list of `count` slices, each to be checked when it is read.
    func slices(_ address: UInt32, _ count: UInt32) throws(GuestStop) -> UnsafeRawBufferPointer {
        try array(address, count, size: Self.sliceSize, of: "slices")
    }

    /// A list of `count` things of a size, in bytes.
    func array(
        _ address: UInt32, _ count: UInt32, size: Int, of things: StaticString = "handles"
    ) throws(GuestStop) -> UnsafeRawBufferPointer {
        guard count > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        guard let start = tf_guest_array(host, UInt64(address), UInt64(count), UInt64(size)) else {
            throw stop("\(count) \(things) at \(address) are outside of the memory")
        }
        return UnsafeRawBufferPointer(start: start, count: Int(count) * size)
    }

    /// Bytes of a slice in the guest: an address and a length.
    static let sliceSize = 8

    /// Comes before anything that waits, or that shows outside of the exchange.
    func beforeEffect() throws(GuestStop) {
        if !exchange.mayWait { throw GuestStop(trap: TF_TRAP_HOST) }
    }

    /// Leaves a message for the operator.
    func stop(_ message: String) -> GuestStop {
        tf_store_set_message(tf_host_store(host), "\(name): \(message)")
        return GuestStop(trap: TF_TRAP_HOST)
    }
}

extension HostcallFrame {
    /// Runs a host call: what it throws becomes the trap that ends the guest.
    static func run(
        _ name: StaticString, _ host: UnsafeMutablePointer<tf_host>?, _ values: UnsafeMutablePointer<UInt64>?,
        _ body: (HostcallFrame) throws(GuestStop) -> Void
    ) -> tf_trap {
        guard let host, let values, let exchange = Exchange.of(host) else { return TF_TRAP_UNKNOWN_IMPORT }
        do {
            try body(HostcallFrame(host: host, values: values, exchange: exchange, name: name))
            return TF_OK
        } catch {
            return error.trap
        }
    }
}
