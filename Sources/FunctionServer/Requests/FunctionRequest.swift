package import NIOCore
package import NIOHTTP1

/// A request as a function gets it.
package struct FunctionRequest: Sendable {
    /// The method, as it was sent.
    package var method: String
    /// Path and query as they were sent.
    package var target: String
    /// Path of the function, as it was sent.
    package var script: String
    /// The rest of the path, decoded.
    package var pathInfo: String
    /// The rest of the path, as it was sent.
    package var rawPathInfo: String
    /// What follows the question mark, as it was sent.
    package var query: String
    /// Such as `HTTP/1.1`.
    package var version: String
    /// All header fields in the order they came.
    package var headers: HTTPHeaders
    /// What the server has to add to them, and to take from them: done only for functions that look at them.
    var identify: (@Sendable (HTTPHeaders) -> HTTPHeaders)?
    /// The header fields as the function gets them.
    var functionHeaders: HTTPHeaders { identify?(headers) ?? headers }
    /// The client's address, without port.
    package var remoteAddress: String
    /// The port it was accepted on.
    package var port: Int
    /// Whose password came with it, if the server asked for one.
    package var user: String?
    /// `http` or `https`, as the client asked.
    package var scheme = "http"
    /// The host that the client asked for, with its port; empty if it said none.
    package var host: String
    /// What the request is known by, in the log and to others.
    package var id = ""
    /// The body, as far as it is there: all of it for calls, nothing for commands.
    package var body: ByteBuffer
    /// Bytes of the whole body, where that is known.
    package var bodyLength: Int?

    /// Puts a request together.
    package init(
        method: String, target: RequestTarget, pathInfo: String, version: String = "HTTP/1.1",
        headers: HTTPHeaders, remoteAddress: String = "127.0.0.1", port: Int = 8080,
        body: ByteBuffer = ByteBuffer(), bodyLength: Int? = nil
    ) {
        self.method = method
        self.target = target.original
        self.script = target.script
        self.pathInfo = pathInfo
        self.rawPathInfo = target.rawPathInfo
        self.query = target.query
        self.version = version
        self.headers = headers
        self.remoteAddress = remoteAddress
        self.port = port
        self.host = headers.first(name: "host") ?? ""
        self.body = body
        self.bodyLength = bodyLength
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
