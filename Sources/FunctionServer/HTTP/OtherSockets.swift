/// The sockets beside the one that always is there.
package struct OtherSockets: Sendable {
    /// For connections in TLS.
    package var secure: ListeningSocket?
    /// For connections that are sent on to those.
    package var redirect: ListeningSocket?

    /// None.
    package init(secure: ListeningSocket? = nil, redirect: ListeningSocket? = nil) {
        self.secure = secure
        self.redirect = redirect
    }

    /// Those that there are.
    package var all: [ListeningSocket] { [secure, redirect].compactMap { $0 } }
}
