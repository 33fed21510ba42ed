import Glibc
package import NIOCore

/// A request's body on its way from an event loop to the thread that reads it, bounded.
package final class BodyStream: ByteSource, Sendable {
    /// Bytes that may wait before the sender is held up.
    package static let highWater = 256 * 1024

    private struct State {
        var chunks = Queue<ByteBuffer>()
        var first: ByteBuffer?
        var bytes = 0
        var isEnded = false
        var isBroken = false
        var isHeldUp = false
    }

    private let monitor = Monitor(State())
    private let deadline: MonotonicTime
    private let resume: @Sendable () -> Void

    /// A stream whose reader has time until `deadline`; `resume` is called, on the reader's thread, when there is room
    /// again after `push` has said that there is none.
    package init(deadline: MonotonicTime, resume: @escaping @Sendable () -> Void) {
        self.deadline = deadline
        self.resume = resume
    }

    /// Adds bytes.
    ///
    /// False: no more, until `resume` is called.
    package func push(_ bytes: ByteBuffer) -> Bool {
        let hasRoom = monitor.withLock { state in
            guard !state.isBroken else { return true }
            if bytes.readableBytes > 0 { state.chunks.append(bytes) }
            state.bytes += bytes.readableBytes
            state.isHeldUp = state.bytes >= Self.highWater
            return !state.isHeldUp
        }
        monitor.signal()
        return hasRoom
    }

    /// The body is complete.
    package func end() {
        monitor.withLock { $0.isEnded = true }
        monitor.broadcast()
    }

    /// Nothing will come any more, or nobody will read it.
    package func abandon() {
        let wasHeldUp = monitor.withLock { state in
            state.isBroken = true
            state.chunks = Queue()
            state.first = nil
            defer { state.isHeldUp = false }
            return state.isHeldUp
        }
        monitor.broadcast()
        if wasHeldUp { resume() }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard !buffer.isEmpty else { return 0 }
        var wasHeldUp = false
        let count: Int?? = monitor.wait(until: deadline) { state in
            if state.isBroken { return .some(nil) }
            guard var chunk = state.first ?? state.chunks.popFirst() else { return state.isEnded ? .some(0) : nil }
            let count = min(chunk.readableBytes, buffer.count)
            chunk.readWithUnsafeReadableBytes { bytes in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                return count
            }
            state.first = chunk.readableBytes > 0 ? chunk : nil
            state.bytes -= count
            if state.isHeldUp, state.bytes < Self.highWater / 2 {
                state.isHeldUp = false
                wasHeldUp = true
            }
            return .some(count)
        }
        if wasHeldUp { resume() }
        return count ?? nil
    }
}
