/// Where a response sends its reader on to.
struct Redirect {
    /// Followed of one request at most.
    static let most = 10

    private let location: String
    private let status: UInt16

    /// Nil if the response is none.
    init?(of response: ReceivedResponse) {
        guard [301, 302, 303, 307, 308].contains(response.status),
            let location = response.headers.first(where: { $0.name.lowercased() == "location" })?.value
        else { return nil }
        self.location = location
        status = response.status
    }

    /// The request to make next; nil if the place is none of http or https.
    ///
    /// What was meant for one origin's ears is not told to another: credentials go along only within it.
    func request(after request: OutgoingRequest) -> OutgoingRequest? {
        guard let url = OutboundURL(location, relativeTo: request.url) else { return nil }
        var next = request
        next.url = url
        if losesBody(request.method) {
            next.method = "GET"
            next.body = []
            next.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
        }
        if !url.isOfSameOrigin(as: request.url) {
            next.headers.removeAll { Self.credentials.contains($0.name.lowercased()) }
        }
        return next
    }

    /// What was encrypted is not repeated in the open.
    static func mayFollow(from url: OutboundURL, to next: OutboundURL) -> Bool {
        next.scheme == .https || url.scheme == .http
    }

    /// As browsers do it: 307 and 308 repeat the request as it was.
    private func losesBody(_ method: String) -> Bool {
        switch status {
        case 303: method != "GET" && method != "HEAD"
        case 301, 302: method == "POST"
        default: false
        }
    }

    private static let credentials: Set<String> = ["authorization", "cookie", "proxy-authorization"]
}
