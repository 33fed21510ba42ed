package import NIOCore
package import NIOHTTP1

/// A request as a function gets it.
package struct FunctionRequest: Sendable {
    /// `http` or `https`, as the client asked.
    package var scheme: String
    /// All the rest, in one object: a request is handed on many times.
    private let facts: Facts

    /// A request of which so much is known.
    init(_ facts: Facts, scheme: String) {
        self.facts = facts
        self.scheme = scheme
    }

    /// The method, as it was sent.
    package var method: String { facts.method }
    /// Path and query as they were sent.
    package var target: String { facts.target.original }
    /// Path of the function, as it was sent.
    package var script: String { facts.target.script }
    /// The rest of the path, decoded.
    package var pathInfo: String { facts.pathInfo }
    /// The rest of the path, as it was sent.
    package var rawPathInfo: String { facts.target.rawPathInfo }
    /// What follows the question mark, as it was sent.
    package var query: String { facts.target.query }
    /// Such as `HTTP/1.1`.
    package var version: String { facts.version }
    /// All header fields in the order they came.
    package var headers: HTTPHeaders { facts.headers }
    /// The header fields as the function gets them.
    var functionHeaders: HTTPHeaders { makeHeaders() }
    /// Makes them, without all the rest of the request.
    var makeHeaders: @Sendable () -> HTTPHeaders {
        { [facts] in facts.identity.map { $0.headers(of: facts.headers, facts.numbers) } ?? facts.headers }
    }
    /// The client's address, without port.
    package var remoteAddress: String { facts.remoteAddress }
    /// The port it was accepted on.
    package var port: Int { facts.port }
    /// Whose password came with it, if the server asked for one.
    package var user: String? { facts.user }
    /// The host that the client asked for, with its port; empty if it said none.
    package var host: String { facts.host }
    /// What the request is known by, in the log and to others.
    package var id: String { facts.identity?.id ?? "" }
    /// The body, as far as it is there: all of it for calls, nothing for commands.
    package var body: ByteBuffer { facts.body }
    /// Bytes of the whole body, where that is known.
    package var bodyLength: Int? { facts.bodyLength }
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
