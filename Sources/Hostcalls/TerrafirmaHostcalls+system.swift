import CRuntime
import Glibc

/// Randomness, time and a word for the log.
extension TerrafirmaHostcalls {
    /// `rng_next_u64()`: from the kernel, since a guest may make keys of it.
    static func nextRandom(_ call: HostcallFrame) throws(GuestStop) {
        var number: UInt64 = 0
        guard getentropy(&number, MemoryLayout<UInt64>.size) == 0 else { throw call.stop("no random bytes") }
        call.answer(wide: number)
    }

    /// `time_now(nanoseconds)`: seconds since 1970; where the pointer is not NULL, the rest of the second goes there.
    static func timeNow(_ call: HostcallFrame) throws(GuestStop) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        if call[0] != 0 {
            let resolution = UInt32(clamping: min(max(1, call.exchange.clockResolution), 1_000_000_000))
            let nanoseconds = UInt32(time.tv_nsec)
            try call.room(call[0], 4).storeBytes(
                of: (nanoseconds - nanoseconds % resolution).littleEndian, as: UInt32.self)
        }
        call.answer(wide: UInt64(time.tv_sec))
    }

    /// `debug(message)`: a length of −1 means that a NUL ends it, as C guests write.
    static func debug(_ call: HostcallFrame) throws(GuestStop) {
        let most = call.exchange.limits.debugMessageBytes
        let message =
            call[1] == UInt32.max
            ? try call.bytes(until: 0, from: call[0], atMost: most) : try call.bytes(call[0], call[1])
        // Copied before the guest runs again.
        let text = String(decoding: message.prefix(most), as: UTF8.self)
        try call.beforeEffect()
        call.exchange.note?(.said(text))
    }
}
