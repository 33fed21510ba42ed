import CRuntime
import Glibc
package import Logging
package import NIOCore
import NIOPosix
import Synchronization

/// A folder's functions and files, on an address.
package final class Server: Sendable {
    /// Where it listens.
    package let address: SocketAddress
    let frontend: Frontend
    private let group: MultiThreadedEventLoopGroup
    private let listeners: Listeners
    private let admin: (any Channel)?
    private let children: ChildChannels
    private let watcher: FolderWatcher?

    private init(
        address: SocketAddress, frontend: Frontend, group: MultiThreadedEventLoopGroup, listeners: Listeners,
        admin: (any Channel)?, children: ChildChannels, watcher: FolderWatcher?
    ) {
        self.admin = admin
        self.address = address
        self.frontend = frontend
        self.group = group
        self.listeners = listeners
        self.children = children
        self.watcher = watcher
    }

    /// Begins to serve, and to load what functions there are: on a socket that listens already, or on one of its own.
    ///
    /// One folder answers every host; without one there are sites, as the configuration says.
    /// Blocks until connections are accepted.
    package static func start(
        folder path: String? = nil, loader: any FunctionLoader, configuration: ServerConfiguration,
        socket: ListeningSocket? = nil, others: OtherSockets = OtherSockets(), admin: AdminAddress? = nil,
        logger: Logger, accessLog: AccessLog? = nil
    ) throws -> Server {
        let folder =
            try path.map { path throws(ServerError) in try ServedFolder(path: path) }
            ?? ServedFolder(sites: configuration.sites, logger: logger)
        let socket = try socket ?? ListeningSocket(host: configuration.host, port: configuration.port)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.loops)
        let table = FunctionTable(
            folder: folder, loader: loader, logger: logger, maximumSize: configuration.maximumModule
        ) { work in
            group.next().scheduleTask(in: .milliseconds(20)) { work() }
        }
        let gate = SiteGate(folder: folder, logger: logger, passwordPause: configuration.passwordPause) { delay, work in
            group.next().scheduleTask(in: .nanoseconds(delay)) { work() }
        }
        let security = try FrontSecurity(configuration, others, logger: logger)
        let frontend = Frontend(
            configuration: configuration, table: table, files: StaticFiles(folder: folder), gate: gate,
            security: security, logger: logger, accessLog: accessLog)
        let children = ChildChannels()
        let listeners: Listeners
        var adminListener: (any Channel)?
        do {
            let open = { (socket: ListeningSocket, entrance: Entrance) in
                try listen(socket, bootstrap(group, frontend, children, entrance))
            }
            listeners = try Listeners(
                plain: open(socket, .plain), secure: others.secure.map { try open($0, frontend.secureEntrance()) },
                redirect: others.redirect.map { try open($0, .redirect) })
            adminListener = try admin?.listen(on: group, frontend)
        } catch {
            frontend.stop()
            try? group.syncShutdownGracefully()
            throw error
        }
        // NIO's event loops have descriptors that a program started from here would get.
        _ = tf_close_all_on_exec()
        guard let address = listeners.plain.localAddress else { throw ServerError("no address") }
        let watcher = watch(folder, table, logger)
        let idle = configuration.poolIdleTime
        group.next().scheduleRepeatedTask(initialDelay: .seconds(5), delay: .seconds(5)) { _ in
            tf_pool_trim(idle)
            gate.sweep { table.everythingChanged(of: $0) }
        }
        return Server(
            address: address, frontend: frontend, group: group, listeners: listeners, admin: adminListener,
            children: children, watcher: watcher)
    }

    private static func watch(_ folder: ServedFolder, _ table: FunctionTable, _ logger: Logger) -> FolderWatcher? {
        do {
            return try FolderWatcher(roots: folder.watched, logger: logger) {
                [holdsSites = folder.roots != nil] event in
                switch event {
                case .lost: table.everythingChanged()
                case .gone(let folder): table.everythingChanged(beneath: folder + "/")
                case .changed(let name):
                    if name.endsInBytes(".toml") { table.settingsChanged(of: FunctionSource.name(ofSettings: name)) }
                    guard isFunction(name, holdsSites) else { return }
                    table.loading.add(name)
                    table.changed(name)
                case .listed: table.loading.listed()
                }
            }
        } catch {
            logger.warning("changes are noticed by looking at the files only: \(error)")
            table.loading.listed()
            return nil
        }
    }

    /// Whether a file of that name can be asked for as a function.
    private static func isFunction(_ path: String, _ holdsSites: Bool) -> Bool {
        let names = path.split(separator: "/")
        guard path.endsInBytes(".wasm"), !names.contains(where: { $0.hasPrefix(".") }) else { return false }
        guard holdsSites else { return true }
        // A folder whose name no host is normalised to is nobody's site.
        return names.count > 1 && SiteName(host: String(names[0]))?.description == String(names[0])
    }

    private static func listen(_ socket: ListeningSocket, _ bootstrap: ServerBootstrap) throws -> any Channel {
        let channel = try bootstrap.withBoundSocket(socket.descriptor).wait()
        // NIO has made its own default the backlog of a socket that it was given.
        Glibc.listen(socket.descriptor, ListeningSocket.backlog)
        return channel
    }

    private static func bootstrap(
        _ group: MultiThreadedEventLoopGroup, _ frontend: Frontend, _ children: ChildChannels, _ entrance: Entrance
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .childChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try configure(channel, frontend, children, entrance)
                }
            }
    }

    private static func configure(
        _ channel: any Channel, _ frontend: Frontend, _ children: ChildChannels, _ entrance: Entrance
    ) throws {
        let count = frontend.connections.add(1, ordering: .relaxed).newValue
        channel.closeFuture.whenComplete { _ in frontend.connections.subtract(1, ordering: .relaxed) }
        let isWelcome = !frontend.isDraining.load(ordering: .relaxed)
        guard isWelcome, count <= frontend.configuration.maximumConnections else {
            throw ServerError("too many connections")
        }
        children.add(channel)
        let pipeline = channel.pipeline.syncOperations
        // NIO accepts without SOCK_CLOEXEC.
        try pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
        try entrance.configure(channel, frontend)
    }

    /// Where connections in TLS are taken, if they are.
    package var secureAddress: SocketAddress? { listeners.secure?.localAddress }

    /// Where connections are sent on to those, if they are.
    package var redirectAddress: SocketAddress? { listeners.redirect?.localAddress }

    /// Where the admin's pages are, if they are anywhere.
    package var adminAddress: SocketAddress? { admin?.localAddress }

    /// Connections that are open.
    package var openConnections: Int { frontend.connections.load(ordering: .relaxed) }

    /// Opens the access log's file anew.
    package func reopenLogs() { frontend.accessLog?.reopen() }

    /// Requests being answered.
    package var requestsUnderWay: Int { frontend.requests.load(ordering: .relaxed) }

    /// Bytes of request bodies that are kept at present.
    package var keptBodies: Int { frontend.keptBodies.load(ordering: .relaxed) }

    /// Answers that a function made on event loops.
    package func loopAnswers(of function: String) -> Int {
        frontend.table.reports.first { $0.name == function }?.report.snapshot.loopAnswers ?? 0
    }

    /// Stops accepting, lets requests under way end within the time for it, and ends all threads.
    ///
    /// Blocks. The event loops may be left to the end of the process: NIO ends them by libdispatch, whose threads read
    /// their own state beneath /proc, and which gives up the process where containment keeps it from that.
    package func shutDown(endingLoops: Bool = true) {
        guard !frontend.isDraining.exchange(true, ordering: .sequentiallyConsistent) else { return }
        watcher?.stop()
        listeners.close()
        let deadline = MonotonicTime.now().advanced(by: frontend.configuration.drainTimeout)
        for channel in children.all() { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        let left = children.waitUntilEmpty(until: deadline)
        // Until here it tells that we are shutting down.
        try? admin?.close().wait()
        if left > 0 { frontend.logger.warning("closing \(left) connections whose requests did not end in time") }
        for channel in children.all() { channel.close(promise: nil) }
        frontend.stop()
        // A thread that is busy still has answers for the loops; they go with the process.
        let grace = MonotonicTime.now().advanced(by: .second)
        let hasEnded = frontend.waitUntilEnded(until: max(deadline, grace))
        if hasEnded, endingLoops { try? group.syncShutdownGracefully() }
    }
}

/// The connections that are open.
private final class ChildChannels: Sendable {
    private let monitor = Monitor<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        monitor.withLock { $0[ObjectIdentifier(channel)] = channel }
        channel.closeFuture.whenComplete { _ in
            self.monitor.withLock { $0[ObjectIdentifier(channel)] = nil }
            self.monitor.broadcast()
        }
    }

    func all() -> [any Channel] {
        monitor.withLock { Array($0.values) }
    }

    /// Waits until none is left.
    ///
    /// Returns how many are.
    func waitUntilEmpty(until deadline: MonotonicTime) -> Int {
        monitor.wait(until: deadline) { $0.isEmpty ? 0 : nil } ?? monitor.withLock { $0.count }
    }
}
