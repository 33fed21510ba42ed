import NIOHTTP1

/// Who is at the other end of a connection.
struct Peer: Sendable {
    /// Its address, without port.
    var address = ""
    /// Whether it is a proxy of ours, which says truly for whom it asks.
    var isTrusted = false

    init() {}

    init(address: String, trusted: [AddressRange]) {
        guard let known = ClientAddress(address) else {
            self.address = address
            return
        }
        self.address = known.description
        isTrusted = trusted.contains { $0.contains(known) }
    }
}

/// Whom a request is from, how it was asked for, and what it is known by.
///
/// What the header says of that counts only if the peer is a trusted proxy.
final class RequestIdentity: Sendable {
    /// 32 hexadecimal digits, or what a trusted proxy calls it.
    let id: String
    /// The client's address, without port.
    let client: String
    /// The host that the client asked a trusted proxy for; nil: the `Host` is right.
    let forwardedHost: String?
    /// `http` or `https`, as the client asked a trusted proxy; nil: as the connection is.
    let forwardedScheme: String?
    /// Client and proxies as far as they are to be believed: what a guest gets of `X-Forwarded-For`.
    private let chain: [ClientAddress]
    private let number: (UInt64, UInt64)
    private let isFromProxy: Bool

    /// Hops of a chain that are looked at.
    private static let maximumHops = 32
    private static let maximumID = 128

    /// A request whose header is not known, or does not matter.
    init(from peer: Peer, _ numbers: IdentityNumbers) {
        number = numbers.next()
        id = Hexadecimal.text(number)
        client = peer.address
        (forwardedHost, forwardedScheme, chain, isFromProxy) = (nil, nil, [], false)
    }

    /// What a proxy of ours says; nil if that is a host that is none.
    private init?(
        fromProxy peer: Peer, _ headers: HTTPHeaders, trusted: [AddressRange], _ numbers: IdentityNumbers
    ) {
        number = numbers.next()
        isFromProxy = true
        let ids = headers["x-request-id"]
        id = ids.first.flatMap { ids.count == 1 && Self.isID($0) ? $0 : nil } ?? Hexadecimal.text(number)
        chain = Self.chain(of: headers["x-forwarded-for"], trusted)
        client = chain.last?.description ?? peer.address
        let scheme = Self.last(headers["x-forwarded-proto"])?.lowercased()
        forwardedScheme = scheme == "http" || scheme == "https" ? scheme : nil
        forwardedHost = Self.last(headers["x-forwarded-host"])
        if let host = forwardedHost {
            guard !host.isEmpty, RequestHeadRules.isHost(host), !host.contains(",") else { return nil }
        }
    }

    /// Whom a request is from; nil if a proxy of ours hands on a host that is none.
    convenience init?(
        from peer: Peer, _ headers: HTTPHeaders, trusted: [AddressRange], _ numbers: IdentityNumbers
    ) {
        if peer.isTrusted {
            self.init(fromProxy: peer, headers, trusted: trusted, numbers)
        } else {
            self.init(from: peer, numbers)
        }
    }

    /// From right to left, as they were appended, as long as whoever appended is trusted.
    private static func chain(of fields: [String], _ trusted: [AddressRange]) -> [ClientAddress] {
        var chain: [ClientAddress] = []
        let hops = fields.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        for hop in hops.reversed().prefix(maximumHops) {
            guard let address = ClientAddress(hop: trimmed(hop)) else { break }
            chain.append(address)
            if !trusted.contains(where: { $0.contains(address) }) { break }
        }
        return chain
    }

    /// What the proxy next to us says: those before it may have been asked by anybody.
    private static func last(_ fields: [String]) -> String? {
        fields.last.map { field in
            let comma = field.utf8.lastIndex(of: UInt8(ascii: ","))
            return String(trimmed(comma.map { field[field.utf8.index(after: $0)...] } ?? field[...]))
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    private static func isID(_ text: String) -> Bool {
        (1...maximumID).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                    || [0x2D, 0x2E, 0x5F].contains(byte)
            }
    }

    // MARK: - What functions see

    /// The header as a function gets it: what anybody could have claimed is taken out, and what we know is put in.
    func headers(of request: HTTPHeaders, _ numbers: IdentityNumbers) -> HTTPHeaders {
        var kept: [(String, String)] = []
        kept.reserveCapacity(request.count + 6)
        var parents: [String] = []
        var states: [String] = []
        for field in request {
            switch IdentityField(name: field.name) {
            case nil: kept.append(field)
            case .traceParent: parents.append(field.value)
            case .traceState: states.append(field.value)
            case .ofProxies: if isFromProxy { kept.append(field) }
            case .believed, .ours: break
            }
        }
        if !chain.isEmpty {
            kept.append(("x-forwarded-for", chain.reversed().map(\.description).joined(separator: ", ")))
        }
        if let forwardedScheme { kept.append(("x-forwarded-proto", forwardedScheme)) }
        if let forwardedHost { kept.append(("x-forwarded-host", forwardedHost)) }
        let trace = TraceContext(parents: parents, states: states, trace: number, span: numbers.next().0)
        kept.append(("traceparent", trace.parent))
        if let state = trace.state { kept.append(("tracestate", state)) }
        kept.append(("x-request-id", id))
        kept.append(("fastly-client-ip", client))
        kept.append(("x-fastly-client-ip", client))
        return HTTPHeaders(kept)
    }
}
