import Glibc
package import NIOCore

/// A response on its way from the thread that writes it to an event loop, bounded.
///
/// What the writer has written until the loop gets to it goes out together, so that a short response is one write.
package final class ResponseStream: Sendable {
    /// Bytes that may wait for the client before the writer is held up.
    package static let highWater = 512 * 1024

    /// What the loop takes at once.
    package struct Batch: Sendable {
        /// The header, if it was not taken before.
        package var head: CGIOutput.Head?
        /// What follows.
        package var body = ByteBuffer()
        /// Whether it is the last batch.
        package var isLast = false
    }

    private struct State {
        var batch = Batch()
        var underway = 0
        var isAnnounced = false
        var isBroken = false
    }

    private let monitor = Monitor(State())
    private let deadline: MonotonicTime
    private let announce: @Sendable () -> Void

    /// A stream whose writer has time until `deadline`.
    ///
    /// `announce` is called, on the writer's thread, when there is
    /// something to take, once for each time it is taken.
    package init(deadline: MonotonicTime, announce: @escaping @Sendable () -> Void) {
        self.deadline = deadline
        self.announce = announce
    }

    /// Begins the response.
    package func begin(_ head: CGIOutput.Head) {
        put { $0.batch.head = head }
    }

    /// Goes on.
    ///
    /// Waits while the client is behind; false if it left, or if time is up.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            var isNew = false
            let taken = monitor.wait(until: deadline) { state -> Int? in
                if state.isBroken { return 0 }
                let room = Self.highWater - state.underway - state.batch.body.readableBytes
                guard room > 0 else { return nil }
                let piece = rest.prefix(room)
                state.batch.body.writeBytes(piece)
                isNew = !state.isAnnounced
                state.isAnnounced = true
                return piece.count
            }
            if isNew { announce() }
            guard let taken, taken > 0 else { return false }
            rest = rest.dropFirst(taken)
        }
        return true
    }

    /// Ends the response.
    package func end() {
        put { $0.batch.isLast = true }
    }

    /// What there is.
    ///
    /// The bytes count until `wrote` takes them back.
    package func take() -> Batch {
        monitor.withLock { state in
            state.isAnnounced = false
            state.underway += state.batch.body.readableBytes
            defer { state.batch = Batch() }
            return state.batch
        }
    }

    /// Bytes taken before have reached the client.
    package func wrote(_ count: Int) {
        monitor.withLock { $0.underway -= count }
        monitor.broadcast()
    }

    /// The client left.
    package func abandon() {
        monitor.withLock { $0.isBroken = true }
        monitor.broadcast()
    }

    /// Whether the client left.
    package var isAbandoned: Bool { monitor.withLock { $0.isBroken } }

    private func put(_ change: (inout State) -> Void) {
        let isNew = monitor.withLock { state in
            change(&state)
            defer { state.isAnnounced = true }
            return !state.isAnnounced
        }
        if isNew { announce() }
    }
}
