import NIOHTTP1

extension AccessEntry {
    /// What there is to tell of an exchange at its end, when so many bytes of body were handed to its connection.
    init(_ exchange: HTTPExchange, status: Int, written: Int64, duration: Int64) {
        let identity = exchange.identity
        self.init(
            time: nanosecondsSinceEpoch(), id: identity.id, client: identity.client, user: exchange.grant?.user,
            site: exchange.siteName, method: exchange.head.method.rawValue, target: exchange.head.uri,
            version: exchange.head.version == .http2 ? "HTTP/2" : exchange.head.version.name, status: status,
            bytes: written - exchange.writtenBefore,
            duration: duration, function: exchange.entry == nil ? "" : exchange.name)
    }
}

extension HTTPVersion {
    /// Such as `HTTP/1.1`; the usual ones are not put together for each request.
    var name: String {
        switch (major, minor) {
        case (1, 1): "HTTP/1.1"
        case (1, 0): "HTTP/1.0"
        default: description
        }
    }
}
