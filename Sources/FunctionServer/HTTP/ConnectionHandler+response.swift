import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Writing responses.
extension ConnectionHandler {
    func write(_ part: HTTPServerResponsePart) {
        if case .body(let data) = part { written += Int64(data.readableBytes) }
        context?.write(wrapOutboundOut(part), promise: nil)
    }

    /// Answers with a whole response.
    func send(_ exchange: HTTPExchange, _ response: FunctionResponse) {
        guard let grant = exchange.grant else { return send(exchange, complete: response) }
        var response = response
        grant.addOrigin(to: &response.headers)
        send(exchange, complete: response)
    }

    private func send(_ exchange: HTTPExchange, complete response: FunctionResponse) {
        if sendAtOnce(exchange, response) { return }
        begin(exchange, response.status, response.headers, length: response.body.readableBytes)
        if exchange.head.method != .HEAD, mayHaveBody(response.status), response.body.readableBytes > 0 {
            write(.body(.byteBuffer(response.body)))
        }
        end(exchange)
    }

    /// Most responses are small, and so is what comes before and after them.
    ///
    /// False: this one is something else.
    private func sendAtOnce(_ exchange: HTTPExchange, _ response: FunctionResponse) -> Bool {
        guard exchange.head.version == .http1_1, exchange.isComplete, mayHaveBody(response.status),
            response.body.readableBytes <= ResponseBytes.largestCopy, let context, let watch
        else { return false }
        exchange.status = response.status
        let isLast = isLastResponse(exchange)
        let hasBody = exchange.head.method != .HEAD
        let bytes = ResponseBytes.make(
            secure == nil ? response : withStrictTransport(response), id: exchange.identity.id, date: date.now(),
            isLast: isLast, hasBody: hasBody, allocator: context.channel.allocator)
        if hasBody { written += Int64(response.body.readableBytes) }
        finished()
        if isLast {
            isClosing = true
            let promise = context.eventLoop.makePromise(of: Void.self)
            lastWrite = promise.futureResult
            watch.write(bytes, promise)
            close()
        } else {
            watch.write(bytes, nil)
            deliver()
        }
        return true
    }

    /// Whether the connection ends with the response to a request that is all here.
    private func isLastResponse(_ exchange: HTTPExchange) -> Bool {
        !exchange.head.isKeepAlive || exchange.wantsOtherProtocol || isClosing
            || frontend.isDraining.load(ordering: .relaxed)
    }

    /// Answers with a status and no more than its words.
    func refuse(_ exchange: HTTPExchange, _ status: Int, _ headers: [(name: String, value: String)] = []) {
        guard exchange.phase == .receiving || exchange.phase == .working else { return }
        exchange.input?.abandon()
        exchange.output?.abandon()
        let status = HTTPResponseStatus(statusCode: status)
        let body = ByteBuffer(string: "\(status.code) \(status.reasonPhrase)\n")
        let fields = [(name: "content-type", value: "text/plain; charset=utf-8")] + headers
        send(exchange, FunctionResponse(status: Int(status.code), headers: fields, body: body))
    }

    /// Answers what is no request, and closes after a while: the client may still be sending.
    func refuse(_ status: Int) {
        isClosing = true
        frontend.report.count(status: status, after: 0)
        let identity = RequestIdentity(from: peer, frontend.numbers)
        tellOfNoRequest(identity, status)
        let headers = HTTPHeaders([("connection", "close"), ("content-length", "0"), ("x-request-id", identity.id)])
        write(
            .head(HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers))
        )
        context?.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context?.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(configuration.linger)) { self.close() }
    }

    /// A line of the access log for what was no request.
    func tellOfNoRequest(_ identity: RequestIdentity, _ status: Int) {
        frontend.accessLog?.add(
            AccessEntry(time: nanosecondsSinceEpoch(), id: identity.id, client: identity.client, status: status))
    }

    private func mayHaveBody(_ status: Int) -> Bool {
        status != 204 && status != 304
    }

    /// Writes the header.
    ///
    /// Without length the body ends with the last chunk, or with the connection.
    private func begin(
        _ exchange: HTTPExchange, _ status: Int, _ fields: [(name: String, value: String)], length: Int?
    ) {
        exchange.status = status
        var fields = fields
        exchange.grant?.addOrigin(to: &fields)
        var headers = HTTPHeaders()
        headers.reserveCapacity(fields.count + 4)
        var hasDate = false
        for field in fields where !field.name.isField("x-request-id") {
            headers.add(name: field.name, value: field.value)
            hasDate = hasDate || field.name.isField("date")
        }
        headers.add(name: "x-request-id", value: exchange.identity.id)
        if let length, mayHaveBody(status) { headers.add(name: "content-length", value: String(length)) }
        if !hasDate { headers.add(name: "date", value: date.now()) }
        if let policy = strictTransport(beside: fields) { headers.add(name: policy.name, value: policy.value) }
        let isOld = exchange.head.version == .http1_0
        // A body that is not all here makes no difference for the response but for the connection.
        let isLast =
            stream != nil || !exchange.head.isKeepAlive || exchange.wantsOtherProtocol
            || !exchange.isComplete && exchange.input == nil
            || isOld && length == nil || frontend.isDraining.load(ordering: .relaxed)
        if isLast {
            isClosing = true
            if stream == nil { headers.add(name: "connection", value: "close") }
        } else if isOld {
            headers.add(name: "connection", value: "keep-alive")
        }
        let version: HTTPVersion = isOld ? .http1_0 : .http1_1
        write(
            .head(HTTPResponseHead(version: version, status: HTTPResponseStatus(statusCode: status), headers: headers)))
    }

    /// Ends the response, and the connection if it is the last.
    func end(_ exchange: HTTPExchange) {
        guard let context else { return }
        guard exchange.isComplete, !isClosing else { return endLast(exchange, context) }
        finished()
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        deliver()
    }

    private func endLast(_ exchange: HTTPExchange, _ context: ChannelHandlerContext) {
        isClosing = true
        let promise = context.eventLoop.makePromise(of: Void.self)
        lastWrite = promise.futureResult
        if exchange.isComplete {
            finished()
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
            close()
        } else {
            // Closing now would reset the connection under a client that is still sending, and it might lose the
            // answer. So what it sends is read for a while.
            exchange.phase = .discarding
            exchange.isHeldUp = false
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
            context.read()
            context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(configuration.linger)) { self.close() }
        }
    }

    /// Closes after what is written has gone out.
    func close() {
        isClosing = true
        guard let lastWrite else {
            context?.close(promise: nil)
            return
        }
        lastWrite.assumeIsolated().whenComplete { _ in self.context?.close(promise: nil) }
    }

    // MARK: - Streams

    /// Takes what a command has written.
    func send(_ number: UInt64) {
        guard let exchange, exchange.number == number, let output = exchange.output else { return }
        let batch = output.take()
        if let head = batch.head {
            let length = head.length ?? (batch.isLast ? batch.body.readableBytes : nil)
            begin(exchange, head.status, head.headers, length: length)
            exchange.phase = .streaming
            exchange.isBodiless = !mayHaveBody(head.status)
        }
        let count = batch.body.readableBytes
        if exchange.isBodiless {
            // The client would take these bytes for the next response.
            output.wrote(count)
        } else if count > 0, exchange.phase == .streaming {
            written += Int64(count)
            let promise = context?.eventLoop.makePromise(of: Void.self)
            promise?.futureResult.whenComplete { _ in output.wrote(count) }
            context?.write(wrapOutboundOut(.body(.byteBuffer(batch.body))), promise: promise)
        }
        if batch.isLast { end(exchange) } else { context?.flush() }
    }

    // MARK: - Files

    /// Has a thread read a file, and sends it.
    func sendFile(_ exchange: HTTPExchange, path: String, isFolder: Bool) {
        guard let context else { return }
        exchange.phase = .working
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let (method, headers) = (exchange.head.method.rawValue, exchange.head.headers)
        let isQueued = frontend.readers.submit(frontend.readerLane) {
            [
                files = frontend.files, loop = context.eventLoop, number = exchange.number, grant = exchange.grant,
                root = exchange.root
            ] in
            let found = files.find(
                path: path, isFolder: isFolder, method: method, headers: headers, grant: grant, root: root)
            loop.execute { bound.value.send(number, found) }
        }
        if !isQueued { refuse(exchange, 503, [("retry-after", "1")]) }
    }

    private func send(_ number: UInt64, _ found: StaticFiles.Found) {
        guard let exchange, exchange.number == number else { return }
        switch found {
        case .missing: refuseWithPage(exchange, 404)
        case .page(let response): send(exchange, response)
        case .denied(let refusal): refuse(exchange, refusal)
        case .failing: refuse(exchange, 503, [("retry-after", "1")])
        case .moved:
            let path = exchange.head.uri.prefix { $0 != "?" }
            // An absolute path without host cannot lead elsewhere, unless it begins with two slashes.
            let place = path.hasPrefix("/") && !path.hasPrefix("//") ? String(path) + "/" : "/"
            refuse(exchange, 301, [("location", place)])
        case .small(let answer, let body, let length):
            begin(exchange, answer.status, answer.headers, length: length)
            if let body, body.readableBytes > 0 { write(.body(.byteBuffer(body))) }
            end(exchange)
        case .large(let answer, let file):
            sendLarge(exchange, answer, file)
        }
    }

    private func sendLarge(_ exchange: HTTPExchange, _ answer: StaticAnswer, _ file: OpenFile) {
        let range = answer.range
        if secure != nil {
            begin(exchange, answer.status, answer.headers, length: range.count)
            exchange.phase = .streaming
            exchange.file = file
            return sendPieces(exchange, file, range)
        }
        guard let context, let descriptor = file.duplicate() else { return refuse(exchange, 503) }
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
        begin(exchange, answer.status, answer.headers, length: range.count)
        exchange.phase = .streaming
        exchange.file = file
        written += Int64(range.count)
        let region = FileRegion(fileHandle: handle, readerIndex: range.lowerBound, endIndex: range.upperBound)
        let promise = context.eventLoop.makePromise(of: Void.self)
        let number = exchange.number
        promise.futureResult.assumeIsolated().whenComplete { result in
            try? handle.close()
            guard let exchange = self.exchange, exchange.number == number else { return }
            // Shorter than promised: only a broken connection says so.
            if case .failure = result { self.context?.close(promise: nil) } else { self.end(exchange) }
        }
        context.writeAndFlush(wrapOutboundOut(.body(.fileRegion(region))), promise: promise)
    }
}
