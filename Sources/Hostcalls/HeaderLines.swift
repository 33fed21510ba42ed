import CCurl

/// A request's header lines as libcurl takes them.
final class HeaderLines {
    private(set) var list: UnsafeMutablePointer<curl_slist>?

    init(_ request: OutgoingRequest) {
        // A name without a value takes away what libcurl would send by itself.
        append("Expect:")
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) { append("Content-Type:") }
        for field in request.headers where !Self.isOfTheURL(field) {
            append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
    }

    deinit { curl_slist_free_all(list) }

    /// `host` says again what the URL says, and must not say anything else: the policy has checked the URL.
    ///
    /// Encodings are agreed upon between libcurl and the peer, since guests get bodies decompressed.
    private static func isOfTheURL(_ field: HeaderField) -> Bool {
        ["host", "accept-encoding", "expect"].contains(field.name.lowercased())
    }

    private func append(_ line: String) {
        if let longer = curl_slist_append(list, line) { list = longer }
    }
}
