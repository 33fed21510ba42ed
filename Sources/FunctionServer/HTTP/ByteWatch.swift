import NIOCore

/// Sees bytes before they are parsed, so that a header that never ends is noticed.
final class ByteWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: ConnectionHandler
    /// Whether bytes are thrown away: no request can be read from them any more.
    var isDeaf = false
    private var unheard = 0
    private var context: ChannelHandlerContext?

    init(_ connection: ConnectionHandler) {
        self.connection = connection
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.watch = self
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        connection.watch = nil
        self.context = nil
    }

    /// Answers a request whose header never ended.
    func refuse() {
        let identity = RequestIdentity(from: connection.peer, connection.frontend.numbers)
        connection.tellOfNoRequest(identity, 408)
        let answer =
            "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n"
            + "x-request-id: \(identity.id)\r\n\r\n"
        let promise = context?.eventLoop.makePromise(of: Void.self)
        connection.lastWrite = promise?.futureResult
        context?.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: promise)
    }

    /// Writes a response whose bytes are made already, past those who would make them of its parts.
    func write(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        guard let context else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = unwrapInboundIn(data).readableBytes
        guard !isDeaf else {
            unheard += count
            if unheard > ConnectionHandler.discarded { context.close(promise: nil) }
            return
        }
        guard connection.bytesArrived(count) else {
            return connection.refuseFraming(context)
        }
        context.fireChannelRead(data)
    }
}
