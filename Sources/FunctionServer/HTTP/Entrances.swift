import CRuntime
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// What a listener's connections speak.
enum Entrance: Sendable {
    /// HTTP, for functions and files.
    case plain
    /// HTTP, which is only told to come in TLS.
    case redirect
    /// The same as the first in TLS.
    case secure(SecureEntrance)

    /// Prepares a connection that was just accepted.
    func configure(_ channel: any Channel, _ frontend: Frontend) throws {
        switch self {
        case .plain: try frontend.speakHTTP1(ConnectionHandler(frontend: frontend), on: channel)
        case .redirect:
            let connection = ConnectionHandler(frontend: frontend)
            connection.isSentOn = true
            try frontend.speakHTTP1(connection, on: channel)
        case .secure(let entrance): try entrance.configure(channel)
        }
    }
}

extension Frontend {
    /// Makes a connection one of HTTP/1.1.
    func speakHTTP1(_ connection: ConnectionHandler, on channel: any Channel) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = configuration.maximumHeader
        limits.maxHeaderListSize = configuration.maximumHeader
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ByteWatch(connection))
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: limits)
        try pipeline.addHandler(connection)
    }
}

/// The listeners of a server.
struct Listeners {
    var plain: any Channel
    var secure: (any Channel)?
    var redirect: (any Channel)?

    /// Stops accepting.
    func close() {
        for channel in [plain, secure, redirect] { try? channel?.close().wait() }
    }
}
