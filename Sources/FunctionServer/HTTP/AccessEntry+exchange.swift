import NIOHTTP1

extension AccessEntry {
    /// What there is to tell of an exchange at its end, when so many bytes of body were handed to its connection.
    init(_ exchange: HTTPExchange, status: Int, written: Int64, duration: Int64) {
        let identity = exchange.identity
        self.init(
            time: nanosecondsSinceEpoch(), id: identity.id, client: identity.client, user: exchange.grant?.user,
            site: exchange.site.dropLast(), method: exchange.head.method.rawValue, target: exchange.head.uri,
            version: Self.name(of: exchange.head.version), status: status, bytes: written - exchange.writtenBefore,
            duration: duration, function: exchange.entry == nil ? "" : exchange.name)
    }

    private static func name(of version: HTTPVersion) -> String {
        switch (version.major, version.minor) {
        case (1, 1): "HTTP/1.1"
        case (1, 0): "HTTP/1.0"
        case (2, 0): "HTTP/2"
        default: version.description
        }
    }
}
