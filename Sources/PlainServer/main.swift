import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// What a server on SwiftNIO does at the least: parses a request, and answers what the example function hello answers.
///
/// The measure for the server's own throughput (`scripts/bench http`): nothing is looked up, limited, counted or run.
final class PlainHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let headers = HTTPHeaders([
            ("content-type", "text/plain; charset=utf-8"), ("content-length", "13"),
            ("date", "Sat, 28 Nov 2026 12:00:00 GMT"),
        ])
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "Hello World!\n")))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

guard CommandLine.arguments.count == 2, let port = UInt16(CommandLine.arguments[1]) else {
    print("usage: plain-server PORT")
    exit(2)
}
let loops = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
let channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: loops))
    .serverChannelOption(.backlog, value: 4096)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline()
            try channel.pipeline.syncOperations.addHandler(PlainHandler())
        }
    }
    .bind(host: "127.0.0.1", port: Int(port)).wait()
try channel.closeFuture.wait()
