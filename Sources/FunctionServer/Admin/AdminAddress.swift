import CRuntime
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Where the server tells of itself, apart from where it serves: for whoever runs it, and for nobody else.
package struct AdminAddress: Sendable {
    /// Connections at a time; more are closed.
    private static let maximumConnections = 64

    private let socket: ListeningSocket
    private let counters: CounterRegistry?

    /// On a socket that listens already; with the counters of swift-metrics, if they are kept there.
    package init(socket: ListeningSocket, counters: CounterRegistry? = nil) {
        self.socket = socket
        self.counters = counters
    }

    func listen(on group: MultiThreadedEventLoopGroup, _ frontend: Frontend) throws -> any Channel {
        let pages = AdminPages(frontend: frontend, counters: counters)
        let connections = ConnectionCount()
        let channel = try ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.configure(channel, pages, connections) }
            }
            .withBoundSocket(socket.descriptor).wait()
        Glibc.listen(socket.descriptor, ListeningSocket.backlog)
        return channel
    }

    private static func configure(_ channel: any Channel, _ pages: AdminPages, _ connections: ConnectionCount) throws {
        let count = connections.value.add(1, ordering: .relaxed).newValue
        channel.closeFuture.whenComplete { _ in connections.value.subtract(1, ordering: .relaxed) }
        guard count <= maximumConnections else { throw ServerError("too many connections to the admin's address") }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
        try pipeline.configureHTTPServerPipeline()
        try pipeline.addHandler(AdminHandler(pages: pages))
    }
}

private final class ConnectionCount: Sendable {
    let value = Atomic<Int>(0)
}
