package import NIOHTTP1

/// What a request for a file is answered with: decided from the request's fields and the file's identity alone.
package struct StaticAnswer: Sendable {
    /// The status.
    package var status: Int
    /// Fields without length.
    package var headers: [(name: String, value: String)]
    /// Whether the file's bytes follow.
    package var hasBody: Bool
    /// Which of the file's bytes the answer is about.
    package var range: Range<Int>

    /// Decides, at a time in nanoseconds since the epoch.
    package init(
        method: String, name: String, identity: FileIdentity, headers request: HTTPHeaders,
        now: Int64 = nanosecondsSinceEpoch()
    ) {
        let size = Int(clamping: identity.size)
        let validators = FileValidators(identity)
        range = 0..<size
        hasBody = false
        switch validators.verdict(on: request) {
        case .failed:
            (status, headers, range) = (412, [], 0..<0)
        case .known:
            (status, headers) = (304, validators.fields)
        case .wanted:
            (status, headers) = (200, validators.fields)
            headers.append(("content-type", MediaType.of(name)))
            headers.append(("x-content-type-options", "nosniff"))
            headers.append(("accept-ranges", "bytes"))
            hasBody = method == "GET"
            // For other methods a range means nothing.
            if hasBody, validators.permitsRange(request, now: now) { select(ByteRange(request, size: size), of: size) }
        }
    }

    private mutating func select(_ part: ByteRange, of size: Int) {
        switch part {
        case .all: break
        case .part(let bytes):
            status = 206
            range = bytes
            headers.append(("content-range", "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(size)"))
        case .unsatisfiable:
            self = StaticAnswer(status: 416, headers: [("content-range", "bytes */\(size)")])
        }
    }

    private init(status: Int, headers: [(name: String, value: String)]) {
        (self.status, self.headers, hasBody, range) = (status, headers, false, 0..<0)
    }

    /// A strong tag: the identity changes with every change of content.
    package static func tag(of identity: FileIdentity) -> String {
        let parts = [identity.inode, identity.size, UInt64(bitPattern: identity.modified)]
        return "\"" + parts.map { String($0, radix: 16) }.joined(separator: "-") + "\""
    }
}
