package import NIOCore
package import NIOHTTP1

extension FunctionRequest {
    /// What is known of a request.
    final class Facts: Sendable {
        let method: String
        let target: RequestTarget
        let pathInfo: String
        let version: String
        let headers: HTTPHeaders
        /// Says what has to be added to them, and taken from them: done only for functions that look at them.
        let identity: RequestIdentity?
        let numbers: IdentityNumbers
        let remoteAddress: String
        let port: Int
        let user: String?
        let host: String
        let body: ByteBuffer
        let bodyLength: Int?

        init(
            method: String, target: RequestTarget, pathInfo: String, version: String, headers: HTTPHeaders,
            identity: RequestIdentity?, numbers: IdentityNumbers, remoteAddress: String, port: Int, user: String?,
            host: String, body: ByteBuffer, bodyLength: Int?
        ) {
            self.method = method
            self.target = target
            self.pathInfo = pathInfo
            self.version = version
            self.headers = headers
            self.identity = identity
            self.numbers = numbers
            self.remoteAddress = remoteAddress
            self.port = port
            self.user = user
            self.host = host
            self.body = body
            self.bodyLength = bodyLength
        }
    }

    /// Puts a request together that nobody knows by a name.
    package init(
        method: String, target: RequestTarget, pathInfo: String, version: String = "HTTP/1.1",
        headers: HTTPHeaders, remoteAddress: String = "127.0.0.1", port: Int = 8080,
        body: ByteBuffer = ByteBuffer(), bodyLength: Int? = nil
    ) {
        let facts = Facts(
            method: method, target: target, pathInfo: pathInfo, version: version, headers: headers, identity: nil,
            numbers: IdentityNumbers(), remoteAddress: remoteAddress, port: port, user: nil,
            host: headers.first(name: "host") ?? "", body: body, bodyLength: bodyLength)
        self.init(facts, scheme: "http")
    }
}
