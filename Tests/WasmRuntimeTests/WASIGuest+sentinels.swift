import TestGuests
import Testing

extension WASIGuest {
    private static let sentinel: UInt8 = 0xEE

    func bytes(at address: UInt64, count: UInt64) -> [UInt8] {
        (0..<count).map { load(address + $0, as: UInt8.self) }
    }

    /// Puts bytes at an address that nobody is to change.
    func fill(_ range: Range<UInt64>) {
        for address in range { store(Self.sentinel, at: address) }
    }

    func isUntouched(_ range: Range<UInt64>) -> Bool {
        range.allSatisfy { load($0, as: UInt8.self) == Self.sentinel }
    }

    /// Whether a call, which has to succeed, leaves alone the bytes in front of a range and behind it.
    func writesOnly(_ range: Range<UInt64>, _ call: () throws -> UInt64) throws -> Bool {
        let whole = range.lowerBound - 24..<range.upperBound + 64
        fill(whole)
        #expect(try call() == WASIErrno.success)
        return isUntouched(whole.lowerBound..<range.lowerBound) && isUntouched(range.upperBound..<whole.upperBound)
    }

    /// Puts scatter or gather vectors at an address; the arguments that name them.
    func vectors(_ list: [(address: UInt64, count: UInt64)], at address: UInt64 = 512) -> (UInt64, UInt64) {
        for (index, vector) in list.enumerated() {
            store(UInt32(truncatingIfNeeded: vector.address), at: address + 8 * UInt64(index))
            store(UInt32(truncatingIfNeeded: vector.count), at: address + 8 * UInt64(index) + 4)
        }
        return (address, UInt64(list.count))
    }

    /// What `fd_fdstat_get` tells.
    func descriptorState(_ descriptor: UInt64) throws -> WASIDescriptorState {
        let errno = try call("fd_fdstat_get", descriptor, 64)
        return WASIDescriptorState(
            errno: errno, type: load(64), flags: load(66), base: load(72), inheriting: load(80))
    }
}

/// The fields of a `fdstat`.
struct WASIDescriptorState: Equatable {
    var errno: UInt64
    var type: UInt8
    var flags: UInt16
    var base: UInt64
    var inheriting: UInt64
}
