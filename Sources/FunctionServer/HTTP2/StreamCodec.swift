import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// Makes requests of a stream's frames, and frames of responses, and counts what the client has not taken.
///
/// NIO's own codec forgets the authority where there is a `Host`, and so cannot tell that they differ.
final class StreamCodec: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Bytes that are written at a time, so that it shows how far the client is.
    private static let slice = 64 * 1024
    /// Fields that belong to connections of HTTP/1.1.
    private static let dropped: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
    ]

    private let load: StreamLoad
    /// Bytes of the response that the client has not taken.
    private(set) var waiting = 0
    private var hasHead = false
    private var hasEnd = false
    private var hasAnswered = false
    private var hasEndedAnswer = false
    /// What was written last: it is the last of the response if its end comes next.
    private var held: (payload: HTTP2Frame.FramePayload, promise: EventLoopPromise<Void>?)?

    init(_ load: StreamLoad) {
        self.load = load
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        held?.promise?.fail(ChannelError.ioOnClosedChannel)
        held = nil
    }

    // MARK: - Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let block) where !hasHead:
            hasHead = true
            guard let head = StreamRequest.head(of: block.headers) else { return reset(.protocolError, context) }
            context.fireChannelRead(wrapInboundOut(.head(head)))
            if block.endStream { end(context) }
        // Trailers: nobody asks for them.
        case .headers: end(context)
        case .data(let part):
            guard case .byteBuffer(let bytes) = part.data else { return }
            if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(.body(bytes))) }
            if part.endStream { end(context) }
        default: break
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        guard !hasEnd else { return }
        hasEnd = true
        context.fireChannelRead(wrapInboundOut(.end(nil)))
    }

    // MARK: - Responses

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            release(context)
            hasAnswered = hasAnswered || head.status.code >= 200
            held = (.headers(.init(headers: Self.block(of: head))), promise)
        case .body(.byteBuffer(let bytes)): write(bytes, promise, context)
        // Files are sent piece by piece.
        case .body(.fileRegion): promise?.fail(ChannelError.operationUnsupported)
        case .end: writeEnd(promise, context)
        }
    }

    func flush(context: ChannelHandlerContext) {
        release(context)
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        release(context)
        if hasHead, context.channel.isActive {
            if hasEndedAnswer {
                // The client may still be sending what nobody needs.
                if !hasEnd { reset(.noError, context) }
            } else if hasAnswered {
                reset(.internalError, context)
            }
        }
        context.close(mode: mode, promise: promise)
    }

    private func reset(_ code: HTTP2ErrorCode, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(.rstStream(code)), promise: nil)
    }

    private static func block(of head: HTTPResponseHead) -> HPACKHeaders {
        var block = HPACKHeaders()
        block.reserveCapacity(head.headers.count + 1)
        block.add(name: ":status", value: String(head.status.code))
        for field in head.headers {
            let name = field.name.lowercased()
            if !dropped.contains(name) { block.add(name: name, value: field.value) }
        }
        return block
    }

    private func write(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        var rest = bytes
        while rest.readableBytes > Self.slice, let part = rest.readSlice(length: Self.slice) {
            release(context)
            held = (.data(.init(data: .byteBuffer(part))), count(part.readableBytes, nil, context))
        }
        release(context)
        held = (.data(.init(data: .byteBuffer(rest))), count(rest.readableBytes, promise, context))
    }

    private func writeEnd(_ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        hasEndedAnswer = true
        guard let held else {
            let end = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))
            return context.write(wrapOutboundOut(end), promise: promise)
        }
        self.held = nil
        let both = promise ?? context.eventLoop.makePromise()
        both.futureResult.cascade(to: held.promise)
        switch held.payload {
        case .headers(var block):
            block.endStream = true
            context.write(wrapOutboundOut(.headers(block)), promise: both)
        case .data(var part):
            part.endStream = true
            context.write(wrapOutboundOut(.data(part)), promise: both)
        default: context.write(wrapOutboundOut(held.payload), promise: both)
        }
    }

    private func release(_ context: ChannelHandlerContext) {
        guard let (payload, promise) = held else { return }
        held = nil
        context.write(wrapOutboundOut(payload), promise: promise)
    }

    /// A promise for bytes, which count until it is kept.
    private func count(
        _ bytes: Int, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) -> EventLoopPromise<Void> {
        let promise = promise ?? context.eventLoop.makePromise()
        waiting += bytes
        load.wrote(bytes)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.waiting -= bytes
            self.load.sent(bytes)
        }
        return promise
    }
}
