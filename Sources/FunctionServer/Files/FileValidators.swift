import NIOHTTP1

/// What tells a client whether the content that it knows is the present one: a strong tag, and a date.
struct FileValidators {
    /// What becomes of a request with conditions.
    enum Verdict {
        /// The content is not the one that it is about.
        case failed
        /// The client has it.
        case known
        /// It is sent.
        case wanted
    }

    private let identity: FileIdentity
    private let tag: String
    private let seconds: Int

    init(_ identity: FileIdentity) {
        self.identity = identity
        tag = StaticAnswer.tag(of: identity)
        seconds = Int(identity.modified / 1_000_000_000)
    }

    var fields: [(name: String, value: String)] {
        [("etag", tag), ("last-modified", HTTPDate.format(seconds))]
    }

    /// What the conditions say, in the order of RFC 9110.
    ///
    /// A tag decides alone where a date is sent as well.
    func verdict(on request: HTTPHeaders) -> Verdict {
        let wanted = request[canonicalForm: "if-match"]
        if !wanted.isEmpty {
            // Weak tags match nothing here: they do not promise the same bytes.
            guard wanted.contains(where: { $0 == "*" || $0 == tag }) else { return .failed }
        } else if let date = request.first(name: "if-unmodified-since").flatMap(HTTPDate.parse), seconds > date {
            return .failed
        }
        let known = request[canonicalForm: "if-none-match"]
        if !known.isEmpty {
            let isKnown = known.contains { $0 == "*" || ($0.hasPrefix("W/") ? $0.dropFirst(2) : $0[...]) == tag }
            return isKnown ? .known : .wanted
        }
        let date = request.first(name: "if-modified-since").flatMap(HTTPDate.parse)
        return date.map { seconds <= $0 } ?? false ? .known : .wanted
    }

    /// Whether a part may be sent: the client has the rest of the same content.
    func permitsRange(_ request: HTTPHeaders, now: Int64) -> Bool {
        guard let condition = request.first(name: "if-range") else { return true }
        if condition.hasPrefix("\"") || condition.hasPrefix("W/") { return condition == tag }
        // A date promises the same bytes only if the file cannot have changed again within that second.
        return HTTPDate.parse(condition) == seconds && identity.isSettled(at: now)
    }
}
