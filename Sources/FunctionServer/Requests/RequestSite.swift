import NIOHTTP1

/// The site that a request is for.
enum RequestSite: Equatable {
    case site(SiteName)
    /// It names none that could be there.
    case none
    /// It names two.
    case ambiguous

    /// The `Host`; an absolute URL has to name the same, since others on the way may go by either.
    ///
    /// Nothing else counts, but what a trusted proxy was asked for: `X-Forwarded-Host` is what anybody may write.
    init(of head: HTTPRequestHead, _ target: RequestTarget, forwardedHost: String? = nil) {
        if let forwardedHost {
            self = SiteName(host: forwardedHost).map { .site($0) } ?? .none
            return
        }
        let host = head.headers.first(name: "host").map { SiteName(host: $0) }
        let authority = target.authority.map { SiteName(host: $0) }
        switch (host, authority) {
        case (let host?, let authority?) where host != authority: self = .ambiguous
        case (let name??, _), (nil, let name??): self = .site(name)
        default: self = .none
        }
    }
}
