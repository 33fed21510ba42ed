import Logging
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// Connections in TLS: the certificate by the name that the client gives, then the protocol that it chooses.
struct SecureEntrance: Sendable {
    /// Protocols that can be chosen, the best first.
    static let protocols = ["h2", "http/1.1"]

    /// A fatal alert, as a whole record: there is no certificate for the name (RFC 6066).
    private static let unrecognizedName: [UInt8] = [21, 3, 3, 0, 2, 2, 112]

    let store: CertificateStore
    let frontend: Frontend

    /// Prepares a connection that was just accepted.
    func configure(_ channel: any Channel) throws {
        // A client has the time of a header for its handshake.
        let limit = TimeAmount.nanoseconds(frontend.configuration.headerTimeout)
        let timeout = channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in timeout.cancel() }
        let handler = SNIHandler { name in
            // What the client sends meanwhile would be kept.
            channel.setOption(.autoRead, value: false)
                .flatMap { certificate(for: name, channel) }
                .flatMap { certificate in secure(channel, certificate, timeout) }
                .flatMap { channel.setOption(.autoRead, value: true) }
        }
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(handler))
    }

    private func certificate(for name: SNIResult, _ channel: any Channel) -> EventLoopFuture<SiteCertificate?> {
        switch name {
        case .fallback: return store.certificate(for: nil, on: channel.eventLoop)
        case .hostname(let name):
            // What is no name of a host has no certificate.
            guard let site = SiteName(host: name) else { return channel.eventLoop.makeSucceededFuture(nil) }
            return store.certificate(for: site, on: channel.eventLoop)
        }
    }

    private func secure(
        _ channel: any Channel, _ certificate: SiteCertificate?, _ timeout: Scheduled<Void>
    ) -> EventLoopFuture<Void> {
        guard let certificate else {
            let told = channel.writeAndFlush(ByteBuffer(bytes: Self.unrecognizedName))
            told.whenComplete { _ in channel.close(promise: nil) }
            return told.flatMapThrowing { throw ServerError("no certificate for the name") }
        }
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(NIOSSLServerHandler(context: certificate.context))
            try pipeline.addHandler(
                ApplicationProtocolNegotiationHandler { result, channel in
                    timeout.cancel()
                    return channel.eventLoop.makeCompletedFuture { try speak(result, channel, certificate) }
                })
        }
    }

    private func speak(_ result: ALPNResult, _ channel: any Channel, _ certificate: SiteCertificate) throws {
        let secure = SecureConnection(certificate: certificate, store: store)
        if case .negotiated("h2") = result { return try frontend.speakHTTP2(secure, on: channel) }
        let connection = ConnectionHandler(frontend: frontend)
        connection.secure = secure
        try frontend.speakHTTP1(connection, on: channel)
    }
}
