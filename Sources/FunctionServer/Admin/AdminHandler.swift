import NIOCore
import NIOHTTP1

/// One connection to the admin's address: GET and HEAD, answered at once.
final class AdminHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// A connection on which nothing happens is closed after that.
    private static let patience = TimeAmount.seconds(30)

    private let pages: AdminPages
    private var head: HTTPRequestHead?
    private var timeout: Scheduled<Void>?

    init(pages: AdminPages) {
        self.pages = pages
    }

    func handlerAdded(context: ChannelHandlerContext) { wait(context) }

    func handlerRemoved(context: ChannelHandlerContext) { timeout?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            answer(head, context)
            wait(context)
        }
    }

    private func wait(_ context: ChannelHandlerContext) {
        timeout?.cancel()
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = String(head.uri.prefix { $0 != "?" })
        var answer = pages.answer(to: path, accepting: head.headers["accept"].joined(separator: ","))
        if head.method != .GET, head.method != .HEAD {
            answer = AdminPages.Answer(status: .methodNotAllowed, body: "405 Method Not Allowed\n")
        }
        let body = ByteBuffer(string: answer.body)
        var headers = HTTPHeaders([
            ("content-type", answer.mediaType), ("content-length", String(body.readableBytes)),
            ("cache-control", "no-store"), ("x-content-type-options", "nosniff"),
        ])
        if answer.status == .methodNotAllowed { headers.add(name: "allow", value: "GET, HEAD") }
        if !head.isKeepAlive { headers.add(name: "connection", value: "close") }
        let response = HTTPResponseHead(version: head.version, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let done = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !head.isKeepAlive {
            let channel = context.channel
            done.whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
