import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// A connection in TLS that sends what it is told to, byte for byte, and trusts anybody.
final class TLSClient {
    private let channel: any Channel
    private let inbox: Inbox

    /// Connects, and waits for the handshake.
    init(port: Int, name: String?, protocols: [String] = []) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.applicationProtocols = protocols
        let context = try NIOSSLContext(configuration: configuration)
        let inbox = Inbox()
        self.inbox = inbox
        channel = try ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: context, serverHostname: name)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    try channel.pipeline.syncOperations.addHandler(Receiver(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).wait()
        try inbox.waitForHandshake()
    }

    deinit {
        channel.close(promise: nil)
    }

    func send(_ bytes: [UInt8]) throws {
        try channel.writeAndFlush(ByteBuffer(bytes: bytes)).wait()
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// So many bytes; fewer if the connection ends before.
    func receive(_ count: Int) -> [UInt8] { inbox.take(count) }

    /// All that comes until the connection ends.
    func rest() -> String { String(decoding: inbox.take(.max), as: UTF8.self) }
}

/// What a client was sent.
///
/// SAFETY: the state is touched under the condition's lock.
private final class Inbox: @unchecked Sendable {
    private let condition = NSCondition()
    private var bytes: [UInt8] = []
    private var isOpen = false
    private var isOver = false
    private var failure: (any Error)?

    func change(_ body: (inout [UInt8], inout Bool, inout Bool, inout (any Error)?) -> Void) {
        condition.lock()
        body(&bytes, &isOpen, &isOver, &failure)
        condition.broadcast()
        condition.unlock()
    }

    func waitForHandshake() throws {
        condition.lock()
        defer { condition.unlock() }
        let limit = Date(timeIntervalSinceNow: 60)
        while !isOpen, !isOver, condition.wait(until: limit) {}
        guard isOpen else { throw failure ?? TestFailure("no handshake") }
    }

    func take(_ count: Int) -> [UInt8] {
        condition.lock()
        defer { condition.unlock() }
        let limit = Date(timeIntervalSinceNow: 60)
        while bytes.count < count, !isOver, condition.wait(until: limit) {}
        defer { bytes.removeFirst(min(count, bytes.count)) }
        return Array(bytes.prefix(count))
    }
}

private final class Receiver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: Inbox

    init(_ inbox: Inbox) {
        self.inbox = inbox
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let new = Array(unwrapInboundIn(data).readableBytesView)
        inbox.change { bytes, _, _, _ in bytes += new }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent { inbox.change { _, isOpen, _, _ in isOpen = true } }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.change { _, _, _, failure in failure = failure ?? error }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.change { _, _, isOver, _ in isOver = true }
    }
}
