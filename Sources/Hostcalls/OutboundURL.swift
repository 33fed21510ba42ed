import CCurl
import Glibc

/// An absolute http or https URL, taken apart by the same parser that will connect, so that check and use agree.
struct OutboundURL: Sendable {
    enum Scheme: String {
        case http
        case https

        var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    /// As normalised by the parser; what libcurl gets.
    let text: String
    let scheme: Scheme
    /// In lower case, without a dot at the end; IPv4 addresses in the usual form whatever they were written in.
    let host: String
    let port: UInt16

    /// Nil if the text is no such URL, or carries a user's name: a reader may take that for the host.
    init?(_ bytes: UnsafeRawBufferPointer) {
        self.init(bytes, base: nil)
    }

    /// Where a redirect from another URL leads.
    init?(_ reference: String, relativeTo base: OutboundURL) {
        var reference = reference
        guard let url = reference.withUTF8({ OutboundURL(UnsafeRawBufferPointer($0), base: base.text) }) else {
            return nil
        }
        self = url
    }

    private init?(_ bytes: UnsafeRawBufferPointer, base: String?) {
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }), let handle = curl_url()
        else { return nil }
        defer { curl_url_cleanup(handle) }
        let given = String(decoding: bytes, as: UTF8.self)
        let flags = UInt32(CURLU_DISALLOW_USER)
        if let base, curl_url_set(handle, CURLUPART_URL, base, flags) != CURLUE_OK { return nil }
        guard curl_url_set(handle, CURLUPART_URL, given, flags) == CURLUE_OK,
            curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0) == CURLUE_OK,
            let scheme = Self.part(CURLUPART_SCHEME, of: handle).flatMap({ Scheme(rawValue: $0.lowercased()) }),
            let host = Self.part(CURLUPART_HOST, of: handle),
            let port = Self.part(CURLUPART_PORT, of: handle).flatMap({ UInt16($0) }), port > 0,
            let text = Self.part(CURLUPART_URL, of: handle)
        else { return nil }
        let name = host.hasSuffix(".") ? host.dropLast() : host[...]
        guard !name.isEmpty, !name.hasSuffix("."), !name.contains("%") else { return nil }
        self.text = text
        self.scheme = scheme
        self.host = name.lowercased()
        self.port = port
    }

    /// Host and port, for people.
    var authority: String { port == scheme.defaultPort ? host : "\(host):\(port)" }

    /// Whether scheme, host and port are the same.
    func isOfSameOrigin(as other: OutboundURL) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
