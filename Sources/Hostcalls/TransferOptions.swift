import CCurl

/// How a transfer is set up: nothing comes from the environment, and nothing is shared with another transfer.
enum TransferOptions {
    /// False if libcurl refuses something.
    static func set(
        _ easy: UnsafeMutableRawPointer, _ request: OutgoingRequest, _ headers: UnsafeMutablePointer<curl_slist>?,
        _ milliseconds: Int
    ) -> Bool {
        var all = CURLE_OK
        func check(_ code: CURLcode) { if all == CURLE_OK { all = code } }
        check(curl_set_text(easy, CURLOPT_URL, request.url.text))
        check(curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"))
        // Redirects are followed by ``Transfer``, each as a transfer of its own.
        check(curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0))
        // Empty: not from the environment either.
        check(curl_set_text(easy, CURLOPT_PROXY, ""))
        check(curl_set_long(easy, CURLOPT_NETRC, 0))
        check(curl_set_long(easy, CURLOPT_NOSIGNAL, 1))
        // A resolver that hangs is left behind, instead of holding up all other transfers.
        check(curl_set_long(easy, CURLOPT_QUICK_EXIT, 1))
        check(curl_set_long(easy, CURLOPT_TIMEOUT_MS, milliseconds))
        check(curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds))
        // Connections, TLS sessions and names' addresses belong to one transfer, since the next may be another guest's.
        check(curl_set_long(easy, CURLOPT_FRESH_CONNECT, 1))
        check(curl_set_long(easy, CURLOPT_FORBID_REUSE, 1))
        check(curl_set_long(easy, CURLOPT_SSL_SESSIONID_CACHE, 0))
        check(curl_set_long(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0))
        // Empty: every encoding that libcurl can undo. What it can't arrives as it is.
        check(curl_set_text(easy, CURLOPT_ACCEPT_ENCODING, ""))
        check(curl_set_headers(easy, headers))
        if request.method == "HEAD" {
            check(curl_set_long(easy, CURLOPT_NOBODY, 1))
        } else if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            check(curl_set_long(easy, CURLOPT_POST, 1))
            check(curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)))
            // Copied, with the size that was set before.
            check(
                request.body.withUnsafeBytes {
                    curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress ?? UnsafeRawPointer(easy))
                })
        }
        check(curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
        return all == CURLE_OK
    }

    /// The progress has to outlive the handle.
    static func setCallbacks(_ easy: UnsafeMutableRawPointer, _ progress: UnsafeMutableRawPointer) -> Bool {
        var code = curl_on_socket(easy, { TransferProgress.of($0)?.open($2) ?? TransferProgress.refused }, progress)
        if code == CURLE_OK {
            code = curl_on_header(easy, { TransferProgress.of($3)?.takeHeader($0, $1 * $2) ?? 0 }, progress)
        }
        if code == CURLE_OK {
            code = curl_on_body(easy, { TransferProgress.of($3)?.takeBody($0, $1 * $2) ?? 0 }, progress)
        }
        return code == CURLE_OK
    }
}
