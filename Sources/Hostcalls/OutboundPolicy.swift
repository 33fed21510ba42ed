/// Where guests may send requests: nowhere, unless the operator lists hosts.
///
/// Two checks apply to every request: the URL's host and port against the list, and the address that the host's
/// name resolved to, at the moment of connecting, against ``InternetAddress/isPublic``. So neither a name that points
/// inside, nor one that changes between check and use, reaches what is not on the internet. Each redirect that is followed
/// is checked anew in both ways.
package struct OutboundPolicy: Sendable {
    /// Hosts that are allowed; none by default.
    package var allowed: [HostPattern]
    /// Of those, the ones that this guest may use; nil: all of them.
    package var narrowed: [HostPattern]?
    /// For tests, whose servers listen on the loopback address.
    ///
    /// Never for guests of others.
    package var allowsPrivateAddresses: Bool

    package init(allowed: [HostPattern], allowsPrivateAddresses: Bool = false) {
        self.allowed = allowed
        self.allowsPrivateAddresses = allowsPrivateAddresses
    }

    /// Why a host that is not in the list is refused, for people.
    static let notAllowed = "not among the hosts of --allow-outbound"

    /// Nothing is allowed.
    package static let denied = OutboundPolicy(allowed: [])

    /// Whether the list has a host's name, at whatever port.
    func permits(name: String) -> Bool {
        allowed.contains { $0.matches(name: name) } && narrowed?.contains { $0.matches(name: name) } ?? true
    }

    /// Whether the list has the URL's host and port.
    func permits(_ url: OutboundURL) -> Bool {
        isMet(url, by: allowed) && narrowed.map { isMet(url, by: $0) } ?? true
    }

    private func isMet(_ url: OutboundURL, by patterns: [HostPattern]) -> Bool {
        patterns.contains { $0.matches(host: url.host, port: url.port, defaultPort: url.scheme.defaultPort) }
    }
}
