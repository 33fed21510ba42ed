import NIOCore
import NIOHTTP1

/// One request and its response, on their event loop.
final class HTTPExchange {
    /// How far it is.
    enum Phase {
        /// The body is on its way, or the function is being looked for.
        case receiving
        /// A thread works on it, or is about to.
        case working
        /// The header of a streamed response is out.
        case streaming
        /// The response is complete, and the request is not: its rest is thrown away.
        case discarding
    }

    let number: UInt64
    let head: HTTPRequestHead
    let startedAt: MonotonicTime
    /// Whom it is from, and what it is known by.
    let identity: RequestIdentity
    var phase = Phase.receiving
    var target: RequestTarget?
    /// The site's name; empty if there is one site only.
    var siteName = ""
    /// Where the site's files are, with a slash at its end: empty if there is one site only.
    var site = ""
    /// The function's file, relative to the served folder.
    var name = ""
    var pathInfo = ""
    var entry: FunctionTable.Entry?
    /// Whether it is known what the request may have.
    var isAdmitted = false
    /// What it may have; nil: its site says nothing.
    var grant: AccessGrant?
    /// Which root of its site that holds for.
    var root: UInt64 = 0
    /// Whether the password that came with it is the server's business, not the function's.
    var withholdsPassword = false
    /// Of the answer, once it has begun.
    var status: Int?
    /// Whether all of the request is here.
    var isComplete = false
    /// The body as far as no stream took it.
    var body = ByteBuffer()
    /// Bytes of it that count for the connection of a stream.
    var kept = 0
    /// Bytes of it that count for all connections.
    var held = 0
    /// Bytes that came for the body, with what is around its chunks.
    var arrived = 0
    /// Bytes of body so far.
    var received = 0
    /// The body's length, if the client says it.
    var declared: Int?
    var expectsContinue = false
    var input: BodyStream?
    var output: ResponseStream?
    /// Whether the body's sender is held up.
    var isHeldUp = false
    /// Bytes of body that the connection had been handed before this response.
    var writtenBefore: Int64 = 0
    /// The file that is being sent.
    var file: OpenFile?
    /// Whether the response's status permits no body: what a command writes as one is thrown away.
    var isBodiless = false
    /// Whether the parser takes what follows for another protocol, which we do not speak: it reads no more requests.
    var wantsOtherProtocol: Bool { head.method == .CONNECT || head.headers.contains(name: "upgrade") }

    init(number: UInt64, head: HTTPRequestHead, identity: RequestIdentity) {
        self.number = number
        self.head = head
        self.identity = identity
        startedAt = .now()
    }

    /// The request as the function gets it.
    ///
    /// The body goes with it.
    func takeRequest(port: Int, localHost: String, isSecure: Bool, numbers: IdentityNumbers) -> FunctionRequest? {
        guard let target else { return nil }
        let body = body
        self.body = ByteBuffer()
        var headers = head.headers
        if withholdsPassword { headers.remove(name: "authorization") }
        var host = identity.forwardedHost ?? head.headers.first(name: "host") ?? ""
        var port = port
        if let scheme = identity.forwardedScheme { port = SiteName.port(of: host) ?? (scheme == "https" ? 443 : 80) }
        // Only clients of HTTP/1.0 may leave it out.
        if host.isEmpty { host = localHost }
        let facts = FunctionRequest.Facts(
            method: head.method.rawValue, target: target, pathInfo: pathInfo, version: head.version.name,
            headers: headers, identity: identity, numbers: numbers, remoteAddress: identity.client, port: port,
            user: grant?.user, host: host, body: body, bodyLength: isComplete ? received : declared)
        return FunctionRequest(facts, scheme: identity.forwardedScheme ?? (isSecure ? "https" : "http"))
    }
}

/// What is wrong with a request's header, whatever it asks for.
enum RequestHeadRules {
    /// The status to refuse it with, or nil.
    static func refusal(_ head: HTTPRequestHead, maximumBody: Int, isStream: Bool = false) -> Int? {
        guard head.version.major == 1 || isStream && head.version == .http2 else { return 505 }
        let framing = Framing(head.headers)
        // One host, or none from those who know no better.
        guard framing.hosts == 1 || framing.hosts == 0 && head.version == .http1_0 else { return 400 }
        guard !framing.hasOddHost else { return 400 }
        // Two ways to say where the body ends are a way to smuggle a request past somebody.
        guard framing.lengths == 0 || framing.codings == 0, framing.lengths <= 1, framing.codings <= 1 else {
            return 400
        }
        if let coding = framing.coding {
            guard head.version == .http1_1 else { return 400 }
            guard coding.lowercased() == "chunked" else { return 501 }
        }
        if let length = framing.length {
            guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return 400 }
            guard let bytes = Int(length), bytes <= maximumBody else { return 413 }
        }
        if let expectation = framing.expectation, expectation.lowercased() != "100-continue" { return 417 }
        return nil
    }

    /// The fields that say whom a request is for and where it ends, found by going through all of them once.
    private struct Framing {
        var hosts = 0
        var hasOddHost = false
        var lengths = 0
        var length: String?
        var codings = 0
        var coding: String?
        var expectation: String?

        init(_ headers: HTTPHeaders) {
            for field in headers {
                if field.name.isField("host") {
                    hosts += 1
                    hasOddHost = hasOddHost || !RequestHeadRules.isHost(field.value)
                } else if field.name.isField("content-length") {
                    lengths += 1
                    length = length ?? field.value
                } else if field.name.isField("transfer-encoding") {
                    codings += 1
                    coding = coding ?? field.value
                } else if field.name.isField("expect") {
                    expectation = expectation ?? field.value
                }
            }
        }
    }

    static func isHost(_ host: String) -> Bool {
        host.utf8.count <= 260
            && host.utf8.allSatisfy { byte in
                ResponseHeaderRules.isTokenByte(byte) || "[]:,;=()".utf8.contains(byte)
            }
    }
}
