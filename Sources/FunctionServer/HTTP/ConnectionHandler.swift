import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// One connection: takes requests apart, hands them to threads, and writes what comes back.
///
/// It never blocks.
///
/// One request at a time: parts of later ones wait, a bounded number of them. Reading goes on meanwhile, so that a
/// client that leaves is noticed.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A command begins when so much of its body is here, so that a slow sender costs no thread.
    static let readAhead = 128 * 1024
    /// Bytes thrown away after an early answer, before the connection is closed under the sender.
    static let discarded = 4 << 20
    /// Bytes around a byte of body, at most, on average: the smallest chunks have five.
    static let framing = 8
    /// Parts of later requests that wait before no more is read.
    static let pipelined = 64
    /// How long an idle connection is kept when the server shuts down.
    static let farewell = TimeAmount.milliseconds(100)

    let frontend: Frontend
    var context: ChannelHandlerContext?
    var exchange: HTTPExchange?
    var number: UInt64 = 0
    var peer = Peer()
    var port = 0
    /// What we are called where a client names no host.
    var localHost = ""
    /// Whether no further request is answered.
    var isClosing = false
    /// The end of the last response.
    var lastWrite: EventLoopFuture<Void>?
    /// Where bytes come in, and can go out when there is no request to answer.
    ///
    /// There as long as it is in the channel's pipeline. No weak reference: what has one is slower to count for ever.
    var watch: ByteWatch?
    /// Bytes handed to the channel.
    var written: Int64 = 0
    var pace = ConnectionPace()
    var date = DateClock()
    private var targets = TargetMemory()
    /// The certificate, if the connection is one in TLS.
    var secure: SecureConnection?
    /// Whether requests are only told to come in TLS.
    var isSentOn = false
    /// Its place in a connection of HTTP/2, if it is a stream there: one request, then it ends.
    var stream: StreamPlace?
    private var pending = Queue<HTTPServerRequestPart>()
    private var isDelivering = false
    /// What to answer once the requests before are answered: no more can be read.
    private var failure: Int?
    var timer: Scheduled<Void>?

    var configuration: ServerConfiguration { frontend.configuration }

    init(frontend: Frontend) {
        self.frontend = frontend
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // The channel of a stream knows its connection's addresses, its context does not.
        let channel = context.channel
        peer = Peer(address: channel.remoteAddress?.ipAddress ?? "", trusted: configuration.trustedProxies)
        port = channel.localAddress?.port ?? 0
        localHost = ClientAddress(channel.localAddress?.ipAddress ?? "")?.asHost ?? "localhost"
        pace.waitForRequest()
        stream?.load.add(self)
        if context.channel.isActive { startTimer(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        startTimer(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        abandon()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        abandon()
        stream?.load.remove(self)
        watch = nil
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        frontend.logger.debug("\(peer.address): \(LogEscaping.escape("\(error)"))")
        guard let error = error as? HTTPParserError, context.channel.isActive, !isClosing else {
            context.close(promise: nil)
            return
        }
        failure = error == .headerOverflow ? 431 : 400
        watch?.isDeaf = true
        // A body that goes wrong is the current request's; anything else is a request of its own.
        if let exchange, !exchange.isComplete, pending.isEmpty {
            guard exchange.phase == .receiving else { return context.close(promise: nil) }
            refuse(exchange, failure ?? 400)
        } else {
            deliver()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        guard exchange == nil else {
            isClosing = true
            return
        }
        bidFarewell(context)
    }

    /// Closes after a while, unless a response is still to be read, or a request was on its way: that one is answered,
    /// and told to be the last.
    private func bidFarewell(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.farewell) {
            guard self.exchange == nil, let context = self.context else { return }
            let isDone = self.pending.isEmpty && self.bufferedBytes(context) == 0
            if isDone { self.close() } else { self.bidFarewell(context) }
        }
    }

    func read(context: ChannelHandlerContext) {
        if exchange?.isHeldUp != true, pending.count < Self.pipelined { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        // Most parts need not wait in the queue.
        if pending.isEmpty, !isDelivering, !hasToWait(part) {
            isDelivering = true
            handle(part)
            isDelivering = false
            guard failure != nil || !pending.isEmpty else { return }
        } else {
            pending.append(part)
        }
        deliver()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { deliver() }
        context.fireChannelWritabilityChanged()
    }

    /// Whether the client has still to take much of earlier responses: until then no other is made for it.
    var isBehind: Bool {
        if let stream { return stream.load.isBehind }
        return context.map { !$0.channel.isWritable } ?? false
    }

    /// Takes what is there, up to the next request that has to wait.
    func deliver() {
        guard !isDelivering else { return }
        isDelivering = true
        defer { isDelivering = false }
        let wasFull = pending.count >= Self.pipelined
        while let part = pending.first {
            if hasToWait(part) { break }
            _ = pending.popFirst()
            handle(part)
        }
        if wasFull, let context { read(context: context) }
        if let failure, exchange == nil, pending.isEmpty, !isClosing { refuse(failure) }
    }

    /// Whether it is a request for whose turn others come first.
    private func hasToWait(_ part: HTTPServerRequestPart) -> Bool {
        guard case .head = part else { return false }
        return exchange != nil || isBehind
    }

    private func handle(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let bytes): receive(bytes)
        case .end: complete()
        }
    }

    /// The client went, or is thrown out: nobody has to finish anything for it.
    private func abandon() {
        guard let exchange else { return }
        exchange.input?.abandon()
        exchange.output?.abandon()
        finished()
    }

    /// The exchange is over.
    func finished() {
        guard let exchange else { return }
        self.exchange = nil
        stream?.load.release(exchange.kept)
        release(exchange)
        let now = MonotonicTime.now()
        let elapsed = now.nanoseconds - exchange.startedAt.nanoseconds
        // The client left before there was an answer.
        let status = exchange.status ?? 499
        frontend.accessLog?.add(AccessEntry(exchange, status: status, written: written, duration: elapsed))
        if let entry = exchange.entry {
            entry.report.end(status: status, after: elapsed)
        } else {
            frontend.report.count(status: status, after: elapsed)
        }
        frontend.requests.subtract(1, ordering: .relaxed)
        pace.waitForRequest(now: now)
    }

    // MARK: - Request

    private func begin(_ head: HTTPRequestHead) {
        guard !isClosing else { return }
        number &+= 1
        let identity = RequestIdentity(
            from: peer, head.headers, trusted: frontend.configuration.trustedProxies, frontend.numbers)
        let exchange = HTTPExchange(
            number: number, head: head, identity: identity ?? RequestIdentity(from: peer, frontend.numbers))
        self.exchange = exchange
        exchange.writtenBefore = written
        frontend.requests.add(1, ordering: .relaxed)
        pace.receive(now: exchange.startedAt)
        exchange.declared = head.headers.first(name: "content-length").flatMap { Int($0) }
        if let status = RequestHeadRules.refusal(
            head, maximumBody: frontend.configuration.maximumBody, isStream: stream != nil)
        {
            return refuse(exchange, status)
        }
        guard identity != nil else { return refuse(exchange, 400) }
        guard !isAnsweredAtTheDoor(exchange) else { return }
        exchange.expectsContinue = head.version != .http1_0 && head.headers.contains(name: "expect")
        do throws(RequestTarget.Refusal) {
            let target = try targets.target(of: head.uri)
            exchange.target = target
            if frontend.holdsSites {
                switch RequestSite(of: head, target, forwardedHost: exchange.identity.forwardedHost) {
                case .site(let name):
                    exchange.siteName = name.description
                    exchange.site = "\(name)/"
                case .none: return refuse(exchange, 404)
                case .ambiguous: return refuse(exchange, 400)
                }
            }
            if case .function(let name, let pathInfo) = target.place {
                exchange.name = exchange.site + name
                exchange.pathInfo = pathInfo
            }
            admit(exchange)
        } catch {
            refuse(exchange, error.status)
        }
    }

    func find(_ exchange: HTTPExchange) {
        guard exchange.head.method != .TRACE, exchange.head.method != .CONNECT else { return refuse(exchange, 405) }
        guard let context else { return }
        let found = frontend.table.find(
            exchange.name, root: exchange.root,
            waiter: {
                [bound = NIOLoopBound(self, eventLoop: context.eventLoop), loop = context.eventLoop, number] found in
                loop.execute { bound.value.found(found, number) }
            })
        if let found {
            self.found(found, number)
        } else {
            let timeout = TimeAmount.nanoseconds(configuration.loadTimeout)
            context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [number] in
                self.found(.unavailable, number)
            }
        }
    }

    private func found(_ found: FunctionTable.Found, _ number: UInt64) {
        guard let exchange, exchange.number == number, exchange.phase == .receiving, exchange.entry == nil else {
            return
        }
        switch found {
        case .function(let entry) where entry.root != exchange.root:
            // The site has got another root meanwhile: what the request may have was said of the one before.
            refuse(exchange, 503, [("retry-after", "1")])
        case .function(let entry):
            exchange.entry = entry
            entry.report.begin()
            if exchange.expectsContinue, !exchange.isComplete, exchange.received == 0 {
                write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
                context?.flush()
            }
            advance(exchange)
        case .missing: refuseWithPage(exchange, 404)
        case .unavailable: refuse(exchange, 503, [("retry-after", "1")])
        }
    }

    /// Hands the request over once enough of it is there.
    func advance(_ exchange: HTTPExchange) {
        guard exchange.phase == .receiving, exchange.isAdmitted else { return }
        guard let entry = exchange.entry else {
            if exchange.isComplete, case .file(let path, let isFolder) = exchange.target?.place {
                // The site's own folder has no slash at its end.
                let place = path.isEmpty ? exchange.siteName : exchange.site + path
                sendFile(exchange, path: place, isFolder: isFolder)
            }
            return
        }
        switch entry.function {
        case .call(let function):
            if exchange.isComplete { call(function, entry, exchange) }
        case .command(let function):
            guard exchange.isComplete || exchange.body.readableBytes >= Self.readAhead else { return }
            run(function, entry, exchange)
        }
    }
}
