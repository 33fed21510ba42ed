import NIOHTTP1

/// A connection's certificate, and for which requests it is the right one.
///
/// Used on the connection's event loop.
final class SecureConnection {
    private let certificate: SiteCertificate
    private let store: CertificateStore
    /// The host that was asked for last: mostly the next one too.
    private var last: (host: String, isRight: Bool)?

    init(certificate: SiteCertificate, store: CertificateStore) {
        self.certificate = certificate
        self.store = store
    }

    /// Whether a request is for a site that has another certificate: its sender has not seen that one, and reuses the
    /// connection because of an address or a wildcard.
    func isMisdirected(_ head: HTTPRequestHead) -> Bool {
        let host = head.headers.first(name: "host") ?? ""
        if let last, last.host == host { return !last.isRight }
        let isRight = store.isRight(certificate, for: SiteName(host: host))
        last = (host, isRight)
        return !isRight
    }
}
