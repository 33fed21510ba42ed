/// How long a connection may take for what it is at.
///
/// Pure: it is told what happens, and asked now and then.
struct ConnectionPace {
    /// What is to be done.
    enum Verdict: Equatable {
        case fine
        /// Nothing was asked, or nothing is being read: close.
        case close
        /// The request came too slowly: say so, then close.
        case tooSlow
    }

    private enum Stage {
        case idle
        case head
        case body(received: Int64)
        case working
    }

    private var stage = Stage.idle
    private var since: MonotonicTime
    private var sending: (since: MonotonicTime, sent: Int64)?

    init(now: MonotonicTime = .now()) {
        since = now
    }

    /// No request is there.
    mutating func waitForRequest(now: MonotonicTime = .now()) {
        stage = .idle
        since = now
    }

    /// The first bytes of a request are there; more of them change nothing.
    mutating func receiveHead(now: MonotonicTime = .now()) {
        guard case .idle = stage else { return }
        stage = .head
        since = now
    }

    /// The header is complete.
    mutating func receive(now: MonotonicTime = .now()) {
        stage = .body(received: 0)
        since = now
    }

    /// Bytes of the body.
    mutating func received(_ count: Int) {
        if case .body(let received) = stage { stage = .body(received: received + Int64(count)) }
    }

    /// The request is complete: the time is not the client's.
    mutating func work() {
        stage = .working
    }

    /// What the connection deserves, with so many bytes taken by the client and so many waiting for it.
    mutating func verdict(
        sent: Int64, waiting: Int64, _ configuration: ServerConfiguration, now: MonotonicTime
    ) -> Verdict {
        if waiting == 0 {
            sending = nil
        } else if let sending {
            let elapsed = now.nanoseconds - sending.since.nanoseconds
            if elapsed > configuration.grace {
                let expected = elapsed / .millisecond * configuration.minimumRate / 1000
                guard sent - sending.sent >= expected else { return .close }
                self.sending = (now, sent)
            }
        } else {
            sending = (now, sent)
        }
        let elapsed = now.nanoseconds - since.nanoseconds
        switch stage {
        case .idle: return elapsed > configuration.idleTimeout && waiting == 0 ? .close : .fine
        case .head: return elapsed > configuration.headerTimeout ? .tooSlow : .fine
        case .body(let received):
            let allowance = received / configuration.minimumRate * .second
            return elapsed > configuration.grace + allowance ? .tooSlow : .fine
        case .working: return .fine
        }
    }
}
