import NIOCore
import NIOHTTP1

/// What is answered before anybody asks for functions and files: challenges, and requests at the wrong door.
extension ConnectionHandler {
    /// Answers such a request; false if it is none.
    func isAnsweredAtTheDoor(_ exchange: HTTPExchange) -> Bool {
        if let secure {
            guard secure.isMisdirected(exchange.head) else { return false }
            refuse(exchange, 421)
            return true
        }
        // Who makes out certificates comes without TLS.
        if let challenges = frontend.security.challenges, let token = ChallengeFolder.token(in: exchange.head.uri) {
            answerChallenge(exchange, challenges, token)
            return true
        }
        guard isSentOn else { return false }
        sendOn(exchange)
        return true
    }

    /// What tells browsers to come in TLS only, those that do, unless the function has something to say about it.
    func strictTransport(beside fields: [(name: String, value: String)]) -> (name: String, value: String)? {
        guard secure != nil, let policy = frontend.security.policy else { return nil }
        let name = "strict-transport-security"
        return fields.contains { $0.name.lowercased() == name } ? nil : (name, policy)
    }

    /// A response with that.
    func withStrictTransport(_ response: FunctionResponse) -> FunctionResponse {
        guard let policy = strictTransport(beside: response.headers) else { return response }
        var response = response
        response.headers.append(policy)
        return response
    }

    private func sendOn(_ exchange: HTTPExchange) {
        let head = exchange.head
        // What else was sent in the clear is not to be sent again as if nothing had happened.
        guard head.method == .GET || head.method == .HEAD else {
            let headers = [(name: "content-type", value: "text/plain; charset=utf-8")]
            let body = ByteBuffer(string: "Use HTTPS\n")
            return send(exchange, FunctionResponse(status: 400, headers: headers, body: body))
        }
        guard let place = SecurePlace(of: head, port: frontend.security.port) else { return refuse(exchange, 400) }
        refuse(exchange, 301, [("location", place.description)])
    }

    private func answerChallenge(_ exchange: HTTPExchange, _ challenges: ChallengeFolder, _ token: String) {
        guard let context else { return }
        guard exchange.head.method == .GET || exchange.head.method == .HEAD else {
            return refuse(exchange, 405, [("allow", "GET, HEAD")])
        }
        exchange.phase = .working
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let isQueued = frontend.readers.submit(frontend.readerLane) {
            [loop = context.eventLoop, number = exchange.number] in
            let answer = challenges.answer(to: token)
            loop.execute { bound.value.finishChallenge(number, answer) }
        }
        if !isQueued { refuse(exchange, 503, [("retry-after", "1")]) }
    }

    private func finishChallenge(_ number: UInt64, _ answer: ByteBuffer?) {
        guard let exchange, exchange.number == number else { return }
        guard let answer else { return refuse(exchange, 404) }
        let headers = [(name: "content-type", value: "text/plain"), (name: "x-content-type-options", value: "nosniff")]
        send(exchange, FunctionResponse(headers: headers, body: answer))
    }
}

/// Where a request that came without TLS is to come instead.
struct SecurePlace: Equatable, CustomStringConvertible {
    let description: String

    /// Nil if the request names no host that there could be, or a target that is none: nobody is sent to where a
    /// client's odd bytes lead.
    init?(of head: HTTPRequestHead, port: Int) {
        guard head.uri.utf8.count <= RequestTarget.maximumLength, let target = try? RequestTarget.originForm(head.uri)
        else { return nil }
        let authority = target.authority.map(String.init) ?? head.headers.first(name: "host")
        guard let authority, let name = SiteName(host: authority) else { return nil }
        if let host = head.headers.first(name: "host"), SiteName(host: host) != name { return nil }
        description = "https://\(name)" + (port == 443 ? "" : ":\(port)") + target.origin
    }
}
