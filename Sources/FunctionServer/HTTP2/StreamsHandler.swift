import CRuntime
import NIOCore
import NIOHTTP2

/// A connection of HTTP/2 as a whole: closes it when no stream was there for a while, or the server shuts down.
final class StreamsHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let idleTimeout: Int64
    private let linger: Int64
    private var open = 0
    private var last = HTTP2StreamID.rootStream
    private var idleSince = MonotonicTime.now()
    private var isLeaving = false
    private var hasLeft = false
    private var timer: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(_ configuration: ServerConfiguration) {
        idleTimeout = configuration.idleTimeout
        linger = configuration.linger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        startTimer(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    /// Frames of the connection are NIO's to answer.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !StreamFault.isOfOneStream(error) { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { leave() }
        context.fireUserInboundEventTriggered(event)
    }

    func streamCreated(_ id: HTTP2StreamID) {
        open += 1
        last = max(last, id)
    }

    func streamClosed() {
        open -= 1
        idleSince = .now()
        closeIfDone()
    }

    private func startTimer(_ context: ChannelHandlerContext) {
        let interval = TimeAmount.nanoseconds(min(5 * .second, max(10 * .millisecond, idleTimeout / 4)))
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: interval) { [weak self] in
            guard let self, let context = self.context else { return }
            let elapsed = MonotonicTime.now().nanoseconds - self.idleSince.nanoseconds
            if self.open == 0, elapsed > self.idleTimeout { self.leave() }
            self.startTimer(context)
        }
    }

    /// Takes no new streams, after those that are on their way: says so twice, since the first time crosses them.
    private func leave() {
        guard !isLeaving, let context else { return }
        isLeaving = true
        say(.maxID)
        context.eventLoop.assumeIsolated().scheduleTask(in: ConnectionHandler.farewell) {
            self.say(self.last)
            self.hasLeft = true
            self.closeIfDone()
        }
    }

    private func say(_ last: HTTP2StreamID) {
        guard let context, context.channel.isActive else { return }
        let frame = HTTP2Frame.FramePayload.goAway(lastStreamID: last, errorCode: .noError, opaqueData: nil)
        context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: frame)), promise: nil)
    }

    /// Closes once the last frames have gone out, which is not before this turn of the loop ends.
    private func closeIfDone() {
        guard hasLeft, open == 0, let context else { return }
        context.eventLoop.assumeIsolated().execute { self.context?.close(promise: nil) }
    }
}

/// Tells the handler of a connection of its streams.
struct StreamCount: NIOHTTP2StreamDelegate {
    let handler: NIOLoopBound<StreamsHandler>

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { handler.value.streamCreated(id) }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { handler.value.streamClosed() }
}
