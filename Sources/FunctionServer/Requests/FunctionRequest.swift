package import NIOCore
package import NIOHTTP1

/// A request as a function gets it.
package struct FunctionRequest: Sendable {
    /// The method, as it was sent.
    package var method: String
    /// What it asks for.
    private let asked: RequestTarget
    /// Path and query as they were sent.
    package var target: String { asked.original }
    /// Path of the function, as it was sent.
    package var script: String { asked.script }
    /// The rest of the path, decoded.
    package var pathInfo: String
    /// The rest of the path, as it was sent.
    package var rawPathInfo: String { asked.rawPathInfo }
    /// What follows the question mark, as it was sent.
    package var query: String { asked.query }
    /// Such as `HTTP/1.1`.
    package var version: String
    /// All header fields in the order they came.
    package var headers: HTTPHeaders
    /// What the server has to add to them, and to take from them: done only for functions that look at them.
    var identify: (@Sendable (HTTPHeaders) -> HTTPHeaders)?
    /// The header fields as the function gets them.
    var functionHeaders: HTTPHeaders { makeHeaders() }
    /// Makes them, without all the rest of the request.
    var makeHeaders: @Sendable () -> HTTPHeaders {
        guard let identify else { return { [headers] in headers } }
        return { [headers] in identify(headers) }
    }
    /// The client's address, without port.
    package var remoteAddress: String
    /// The port it was accepted on.
    package var port: Int
    /// Whose password came with it, if the server asked for one.
    package var user: String?
    /// `http` or `https`, as the client asked.
    package var scheme: String
    /// The host that the client asked for, with its port; empty if it said none.
    package var host: String
    /// What the request is known by, in the log and to others.
    package var id: String
    /// The body, as far as it is there: all of it for calls, nothing for commands.
    package var body: ByteBuffer
    /// Bytes of the whole body, where that is known.
    package var bodyLength: Int?

    /// A request with all that is known of it.
    init(
        method: String, target: RequestTarget, pathInfo: String, version: String, headers: HTTPHeaders,
        identify: (@Sendable (HTTPHeaders) -> HTTPHeaders)?, remoteAddress: String, port: Int, user: String?,
        scheme: String, host: String, id: String, body: ByteBuffer, bodyLength: Int?
    ) {
        self.method = method
        asked = target
        self.pathInfo = pathInfo
        self.version = version
        self.headers = headers
        self.identify = identify
        self.remoteAddress = remoteAddress
        self.port = port
        self.user = user
        self.scheme = scheme
        self.host = host
        self.id = id
        self.body = body
        self.bodyLength = bodyLength
    }

    /// Puts a request together.
    package init(
        method: String, target: RequestTarget, pathInfo: String, version: String = "HTTP/1.1",
        headers: HTTPHeaders, remoteAddress: String = "127.0.0.1", port: Int = 8080,
        body: ByteBuffer = ByteBuffer(), bodyLength: Int? = nil
    ) {
        self.init(
            method: method, target: target, pathInfo: pathInfo, version: version, headers: headers, identify: nil,
            remoteAddress: remoteAddress, port: port, user: nil, scheme: "http",
            host: headers.first(name: "host") ?? "", id: "", body: body, bodyLength: bodyLength)
    }
}

/// A whole response, as a function gives it.
package struct FunctionResponse: Sendable {
    /// Three digits.
    package var status: Int
    /// Header fields, a repeated name on as many lines.
    package var headers: [(name: String, value: String)]
    /// The body.
    package var body: ByteBuffer

    /// Puts a response together.
    package init(status: Int = 200, headers: [(name: String, value: String)] = [], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why a function gave no response.
///
/// The client learns the kind alone; the cause goes to the log.
package struct FunctionFailure: Error, Sendable {
    /// What went wrong, as far as the client learns it.
    package enum Kind: Sendable {
        /// It trapped, or the host could not run it: 500.
        case trap
        /// What it gave is no response: 502.
        case badOutput
        /// Its time was up: 504.
        case deadline
        /// Nobody is there any more to read the answer.
        case clientLeft
    }

    /// What the client learns.
    package let kind: Kind
    /// What the log gets: the trap and its backtrace, or what is wrong with the output.
    package let cause: String
    /// The trap, as metrics name it, if there was one.
    package let trap: String?

    /// Says what went wrong.
    package init(_ kind: Kind, _ cause: String, trap: String? = nil) {
        self.kind = kind
        self.cause = cause
        self.trap = trap
    }
}
