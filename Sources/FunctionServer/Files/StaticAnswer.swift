package import NIOHTTP1

/// What a request for a file is answered with: decided from the request's fields and the file's identity alone.
package struct StaticAnswer: Sendable {
    /// The status.
    package var status: Int
    /// Fields without length.
    package var headers: [(name: String, value: String)]
    /// Whether the file's bytes follow.
    package var hasBody: Bool

    /// Decides.
    package init(method: String, name: String, identity: FileIdentity, headers request: HTTPHeaders) {
        let tag = Self.tag(of: identity)
        let seconds = Int(identity.modified / 1_000_000_000)
        headers = [("etag", tag), ("last-modified", HTTPDate.format(seconds))]
        if Self.isKnown(tag: tag, seconds: seconds, to: request) {
            status = 304
            hasBody = false
            return
        }
        status = 200
        headers.append(("content-type", MediaType.of(name)))
        headers.append(("x-content-type-options", "nosniff"))
        hasBody = method == "GET"
    }

    /// A strong tag: the identity changes with every change of content.
    package static func tag(of identity: FileIdentity) -> String {
        let parts = [identity.inode, identity.size, UInt64(bitPattern: identity.modified)]
        return "\"" + parts.map { String($0, radix: 16) }.joined(separator: "-") + "\""
    }

    /// Whether the client has this content.
    ///
    /// A tag decides alone where both are sent.
    private static func isKnown(tag: String, seconds: Int, to request: HTTPHeaders) -> Bool {
        let tags = request[canonicalForm: "if-none-match"]
        if !tags.isEmpty {
            return tags.contains { $0 == "*" || ($0.hasPrefix("W/") ? $0.dropFirst(2) : $0[...]) == tag }
        }
        return request.first(name: "if-modified-since").flatMap(HTTPDate.parse).map { seconds <= $0 } ?? false
    }
}
