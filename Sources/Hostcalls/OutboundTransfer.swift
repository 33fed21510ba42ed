import CCurl
import CRuntime
import Glibc

/// Sends requests through libcurl, one at a time, blocking.
///
/// Belongs to one exchange, so that nothing kept between requests (connections, TLS sessions) passes from one guest's
/// request to another's.
final class OutboundTransfer {
    private let easy: UnsafeMutableRawPointer?
    /// Whether a response was given up because it was larger than it may be.
    private(set) var wasTooLarge = false

    init() {
        easy = Self.isStarted ? curl_easy_init() : nil
    }

    deinit { curl_easy_cleanup(easy) }

    /// The response; nil if there was none within the limits.
    func send(
        _ request: OutgoingRequest, limits: HostcallLimits, policy: OutboundPolicy, store: OpaquePointer?
    ) -> ReceivedResponse? {
        guard let easy else { return nil }
        let milliseconds = Self.milliseconds(limits, store)
        guard milliseconds > 0 else { return nil }
        let progress = TransferProgress(limits: limits, policy: policy, store: store)
        let context = Unmanaged.passUnretained(progress).toOpaque()
        let lines = HeaderLines(request)
        curl_easy_reset(easy)
        let done = withExtendedLifetime((progress, lines)) {
            request.body.withUnsafeBytes { body in
                setUp(easy, request, body, lines.list, milliseconds) && setCallbacks(easy, context)
                    && curl_easy_perform(easy) == CURLE_OK
            }
        }
        if progress.isTooLarge { wasTooLarge = true }
        var code = 0
        guard done, curl_response_code(easy, &code) == CURLE_OK, let status = UInt16(exactly: code) else { return nil }
        return ReceivedResponse(status: status, headers: progress.headers, body: progress.body)
    }

    private func setUp(
        _ easy: UnsafeMutableRawPointer, _ request: OutgoingRequest, _ body: UnsafeRawBufferPointer,
        _ headers: UnsafeMutablePointer<curl_slist>?, _ milliseconds: Int
    ) -> Bool {
        var all = CURLE_OK
        func check(_ code: CURLcode) { if all == CURLE_OK { all = code } }
        check(curl_set_text(easy, CURLOPT_URL, request.url.text))
        check(curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"))
        check(curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0))
        // Empty: not from the environment either.
        check(curl_set_text(easy, CURLOPT_PROXY, ""))
        check(curl_set_long(easy, CURLOPT_NETRC, 0))
        check(curl_set_long(easy, CURLOPT_NOSIGNAL, 1))
        // A resolver that hangs is left behind, instead of being waited for after the deadline.
        check(curl_set_long(easy, CURLOPT_QUICK_EXIT, 1))
        check(curl_set_long(easy, CURLOPT_TIMEOUT_MS, milliseconds))
        check(curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds))
        // Empty: every encoding that libcurl can undo. What it can't arrives as it is.
        check(curl_set_text(easy, CURLOPT_ACCEPT_ENCODING, ""))
        check(curl_set_headers(easy, headers))
        if request.method == "HEAD" {
            check(curl_set_long(easy, CURLOPT_NOBODY, 1))
        } else if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            check(curl_set_long(easy, CURLOPT_POST, 1))
            check(curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            check(curl_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress ?? UnsafeRawPointer(easy)))
        }
        check(curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
        return all == CURLE_OK
    }

    private func setCallbacks(_ easy: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer) -> Bool {
        var code = curl_on_socket(easy, { TransferProgress.of($0)?.open($2) ?? TransferProgress.refused }, context)
        if code == CURLE_OK {
            code = curl_on_header(easy, { TransferProgress.of($3)?.takeHeader($0, $1 * $2) ?? 0 }, context)
        }
        if code == CURLE_OK {
            code = curl_on_body(easy, { TransferProgress.of($3)?.takeBody($0, $1 * $2) ?? 0 }, context)
        }
        if code == CURLE_OK {
            code = curl_on_progress(
                easy, { context, _, _, _, _ in TransferProgress.of(context)?.isOverdue == false ? 0 : 1 }, context)
        }
        return code == CURLE_OK
    }

    /// The request's own limit or what is left of the guest's time, whichever is less.
    ///
    /// Some more than what is left, so that what the guest's deadline ends does not end just before it: libcurl reckons
    /// in milliseconds, from a start of its own.
    private static func milliseconds(_ limits: HostcallLimits, _ store: OpaquePointer?) -> Int {
        guard let store else { return limits.sendMilliseconds }
        let remaining = tf_store_remaining_ns(store)
        return remaining == 0 ? 0 : min(limits.sendMilliseconds, Int(remaining / 1_000_000) + 20)
    }

    /// libcurl is started once, by the first request that is sent.
    private static let isStarted: Bool = {
        // Peers that close early must not end the process: libcurl leaves the signal to us.
        signal(SIGPIPE, SIG_IGN)
        return curl_start() == CURLE_OK
    }()
}
