import CCurl

/// One sent request on its way, with all the redirects that it meets.
///
/// SAFETY: belongs to the thread of its ``TransferLoop``, once it has been handed over.
final class Transfer: @unchecked Sendable {
    /// What is asked for at present, by the request or by the last redirect.
    private(set) var hop: OutgoingRequest
    let board: TransferBoard
    let number: Int
    let limits: HostcallLimits
    let policy: OutboundPolicy
    /// In nanoseconds of the monotonic clock.
    private let deadline: Int64
    private var followed = 0
    /// Bytes of the body, of which libcurl has a copy.
    private let sentBytes: Int
    private var refusals: [TransferBoard.Refusal] = []
    private(set) var progress: TransferProgress
    private var lines: HeaderLines

    init(
        _ request: OutgoingRequest, number: Int, board: TransferBoard, limits: HostcallLimits, policy: OutboundPolicy,
        deadline: Int64
    ) {
        hop = request
        sentBytes = request.body.count
        self.number = number
        self.board = board
        self.limits = limits
        self.policy = policy
        self.deadline = deadline
        progress = TransferProgress(limits: limits, policy: policy, board: board)
        lines = HeaderLines(request)
    }

    /// A handle of libcurl's for the present hop, which uses this object until it is cleaned up; nil if it can't be.
    func start() -> UnsafeMutableRawPointer? {
        // Rounded up, so that what a guest's deadline ends does not end just before it.
        let milliseconds = (deadline - monotonicNanoseconds()) / 1_000_000 + 1
        guard milliseconds > 0, let easy = curl_easy_init() else { return nil }
        guard progress.beginLookup() else {
            refusals.append(TransferBoard.Refusal(host: hop.url.host, reason: "too many names are being looked up"))
            curl_easy_cleanup(easy)
            return nil
        }
        guard TransferOptions.set(easy, hop, lines.list, Int(milliseconds)),
            TransferOptions.setCallbacks(easy, Unmanaged.passUnretained(progress).toOpaque())
        else {
            progress.endLookup(isAbandoned: false)
            curl_easy_cleanup(easy)
            return nil
        }
        return easy
    }

    /// Puts down what came of the present hop.
    ///
    /// True if there is another one.
    func end(_ easy: UnsafeMutableRawPointer, isDone: Bool) -> Bool {
        if progress.hasRefused, !isDone {
            refusals.append(TransferBoard.Refusal(host: hop.url.host, reason: "its address is not public"))
        }
        guard isDone, let response = response(easy) else {
            give(nil)
            return false
        }
        guard let next = Redirect(of: response)?.request(after: hop) else {
            give(response)
            return false
        }
        guard followed < Redirect.most else {
            give(nil)
            return false
        }
        guard Redirect.mayFollow(from: hop.url, to: next.url), policy.permits(next.url) else {
            // The guest learns where it would have gone; nothing is sent there.
            let reason = policy.permits(next.url) ? "a redirect from https to http" : OutboundPolicy.notAllowed
            refusals.append(TransferBoard.Refusal(host: next.url.authority, reason: reason))
            give(response)
            return false
        }
        follow(next)
        return true
    }

    /// Puts down that there is no response.
    func fail() { give(nil) }

    private func follow(_ next: OutgoingRequest) {
        followed += 1
        _ = board.hold(-progress.body.count)
        hop = next
        progress = TransferProgress(limits: limits, policy: policy, board: board)
        lines = HeaderLines(next)
    }

    private func response(_ easy: UnsafeMutableRawPointer) -> ReceivedResponse? {
        var code = 0
        guard curl_response_code(easy, &code) == CURLE_OK, let status = UInt16(exactly: code) else { return nil }
        return ReceivedResponse(status: status, headers: progress.headers, body: progress.body)
    }

    private func give(_ response: ReceivedResponse?) {
        _ = board.hold(-sentBytes)
        if response == nil { _ = board.hold(-progress.body.count) }
        board.post(
            TransferBoard.Outcome(response: response, wasTooLarge: progress.isTooLarge, refusals: refusals), of: number)
    }
}
