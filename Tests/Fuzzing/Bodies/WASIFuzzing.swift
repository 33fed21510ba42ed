import CRuntime
import Glibc
import TestGuests

/// Calls of WASI preview 1, one after the other, by a guest that may use one folder.
enum WASIFuzzing {
    private static let mostCalls = 48

    static func run(_ bytes: UnsafeBufferPointer<UInt8>) throws(Finding) {
        do {
            let surroundings = try Surroundings()
            try calls(FuzzInput(bytes), in: surroundings)
            try surroundings.check()
        } catch let finding as Finding {
            throw finding
        } catch {
            throw Finding("the machine: \(error)")
        }
    }

    private static func calls(_ input: consuming FuzzInput, in surroundings: Surroundings) throws {
        var input = input
        let configuration = WASIConfiguration(rawValue: input.byte())
        let streams = configuration.contains(.sockets) ? try Sockets() : nil
        let guest = try WASIGuest(
            unstable: configuration.contains(.unstable), canary: configuration.contains(.canary) ? 4096 : 0)
        try configuration.apply(to: guest, sandbox: surroundings.sandbox, sockets: streams)
        fill(guest)
        // Nothing here waits for longer, and what waits would have to be ended by a call of the runtime's.
        guest.setTimeout(1_000_000)
        let functions = functions(unstable: configuration.contains(.unstable))
        for _ in 0..<mostCalls where !input.isAtEnd {
            guard try step(&input, guest, functions) else { break }
        }
        guard guest.isIntactBehindMemory else { throw Finding("bytes behind the memory were written") }
        guard !guest.knows(surroundings.secret) else { throw Finding("the guest has read what it was not granted") }
        withExtendedLifetime(streams) {}
    }

    /// One call, or one change of the memory; false when the guest has ended.
    private static func step(
        _ input: inout FuzzInput, _ guest: WASIGuest, _ functions: [tf_wasi_function]
    ) throws -> Bool {
        let choice = Int(input.byte())
        guard choice < 4 * functions.count else {
            let (address, bytes) = input.poke()
            guest.memory.advanced(by: address).copyMemory(from: bytes, byteCount: bytes.count)
            return true
        }
        let function = functions[choice % functions.count]
        let arguments = (0..<strlen(function.parameters)).map { _ in input.argument(memory: WASIGuest.size) }
        return try guest.enter(String(cString: function.name), arguments).trap == TF_OK
    }

    private static func functions(unstable: Bool) -> [tf_wasi_function] {
        var count = 0
        let first = unstable ? tf_wasi_unstable_functions(&count) : tf_wasi_functions(&count)
        return Array(UnsafeBufferPointer(start: first, count: count))
    }

    /// Puts paths, lists of buffers and subscriptions into the slots.
    private static func fill(_ guest: WASIGuest) {
        for (slot, path) in paths.enumerated() {
            _ = guest.place(path, at: UInt64(FuzzInput.address(ofSlot: slot)))
        }
        for slot in 32..<64 {
            let at = UInt64(FuzzInput.address(ofSlot: slot))
            guest.store(UInt32(FuzzInput.address(ofSlot: slot % 8)), at: at)
            guest.store(UInt32(slot - 31), at: at + 4)
            guest.store(UInt32(FuzzInput.address(ofSlot: FuzzInput.slots)), at: at + 8)
            guest.store(UInt32(1 << (slot - 32) % 20), at: at + 12)
        }
        for (index, slot) in stride(from: 64, to: 96, by: 3).enumerated() {
            let at = UInt64(FuzzInput.address(ofSlot: slot))
            guest.store(UInt64(index), at: at)
            guest.store(UInt8(index % 3), at: at + 8)
            guest.store(UInt32(index % 4), at: at + 16)
            guest.store(UInt64(index) * 1000, at: at + 24)
        }
    }

    private static let paths = [
        "a", "d", "d/f", "d/s", "new", "new/x", "d/new", ".", "..", "/", "../secret", "link", "link/", "far/secret",
        "far/within/x", "loop", "inner", "inner/f", "d/../a", "d/../../secret", "./d//f", "a/", "absolute",
        "dangling", "/etc/hostname", "far/created", "d/s/f", "d/s/..", "...", "far", "d/",
    ]
}

extension WASIGuest {
    /// Whether the text is anywhere in the memory.
    fileprivate func knows(_ secret: String) -> Bool {
        let (end, bytes) = (memory + Self.size - secret.utf8.count, Array(secret.utf8))
        var at = memory
        while at < end, let found = memchr(at, Int32(bytes[0]), end - at) {
            if memcmp(found, bytes, bytes.count) == 0 { return true }
            at = found + 1
        }
        return false
    }
}
