import CRuntime
import Logging
import NIOCore
import NIOHTTP1
import WasmRuntime

/// Handing requests to threads.
extension ConnectionHandler {
    /// Calls the function with the whole request: here, if it has proved to be short, else on a thread.
    func call(_ function: any CallFunction, _ entry: FunctionTable.Entry, _ exchange: HTTPExchange) {
        guard let context, let request = takeRequest(exchange) else { return }
        exchange.phase = .working
        if let response = callAtOnce(function, entry, request, exchange) { return send(exchange, response) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let refusal = frontend.calls.offer(entry.lane) {
            [
                frontend, loop = context.eventLoop, number = exchange.number, log = log(exchange, entry),
                now = MonotonicTime.now()
            ] in
            let result = frontend.call(function, request, log: log, queuedAt: now)
            loop.execute { bound.value.finish(number, result) }
        }
        if let refusal { refuseForWant(refusal, exchange) }
    }

    /// The answer of a function that is short; nil: a thread has to make it.
    ///
    /// Handing a request to a thread and its answer back costs more than most functions take. What a function does here
    /// shows nowhere until it is done, so whoever overruns its time is ended, and begins again on a thread.
    private func callAtOnce(
        _ function: any CallFunction, _ entry: FunctionTable.Entry, _ request: FunctionRequest,
        _ exchange: HTTPExchange
    ) -> FunctionResponse? {
        let pace = function.pace
        guard frontend.callsOnLoops, request.body.readableBytes <= Self.largestAtOnce, pace.mayRunOnLoop() else {
            return nil
        }
        frontend.table.urgency.giveWay(at: exchange.startedAt)
        let start = MonotonicTime.now()
        guard !frontend.stalls.isSpent(at: start) else { return nil }
        tf_pace_begin(start.nanoseconds)
        let measured = pace.isToBeMeasured() ? ThreadTime.now() : nil
        let response = function.respondAtOnce(to: request).flatMap { try? ResponseHeaderRules.checked($0) }
        let elapsed = MonotonicTime.now().nanoseconds - start.nanoseconds
        // Without answer it is the clock on the wall that ended the call.
        let used = response == nil ? nil : measured.map { ThreadTime.now() - $0 }
        entry.report.calledOnLoop(isAnswer: response != nil)
        entry.report.used(used ?? elapsed)
        let isLong = pace.endedOnLoop(isAnswer: response != nil, after: used ?? elapsed, isMeasured: used != nil) {
            used ?? tf_pace_used() - tf_pace_error
        }
        if isLong { frontend.stalls.spend(at: start) }
        return response
    }

    /// Bytes of the largest body that a function gets on an event loop, where it is copied for it.
    private static let largestAtOnce = 64 * 1024

    private func takeRequest(_ exchange: HTTPExchange) -> FunctionRequest? {
        exchange.takeRequest(
            port: port, localHost: localHost, isSecure: secure != nil, numbers: frontend.numbers)
    }

    /// Too many requests wait for an instance: of the function or its site, which is theirs to mend, or in all.
    private func refuseForWant(_ refusal: WorkerPool.Refusal, _ exchange: HTTPExchange) {
        let bounds = configuration.bounds(threads: configuration.callThreads)
        let (status, amount) =
            switch refusal {
            case .lane: (429, "\(bounds.laneCapacity) wait")
            case .group: (429, "\(bounds.groupCapacity) of the site wait")
            case .pool: (503, "\(bounds.capacity) wait")
            }
        let report = LimitReport(limit: .instances, amount: amount)
        let line = report.count(function: exchange.name)
        if frontend.complaints.take() != .drop {
            frontend.logger.warning("\(LogEscaping.escape(exchange.name)): \(line)")
        }
        refuse(exchange, status, [("retry-after", "1")])
    }

    private func log(_ exchange: HTTPExchange, _ entry: FunctionTable.Entry) -> FunctionLog {
        FunctionLog(
            name: exchange.name, logger: frontend.logger, budget: entry.log, report: entry.report,
            request: exchange.identity.id)
    }

    private func finish(_ number: UInt64, _ result: Frontend.CallResult) {
        guard let exchange, exchange.number == number else { return }
        switch result {
        case .response(let response): send(exchange, response)
        case .failed(let failure): refuse(exchange, failure.status)
        case .late: refuse(exchange, 503, [("retry-after", "1")])
        }
    }

    /// Has a thread run the command, with streams both ways.
    func run(_ function: any CommandFunction, _ entry: FunctionTable.Entry, _ exchange: HTTPExchange) {
        guard let context else { return }
        let loop = context.eventLoop
        let number = exchange.number
        let bound = NIOLoopBound(self, eventLoop: loop)
        let deadline = MonotonicTime.now().advanced(by: function.timeout ?? configuration.timeout)
        let input = BodyStream(deadline: deadline) { loop.execute { bound.value.resume(number) } }
        let output = ResponseStream(deadline: deadline) { loop.execute { bound.value.send(number) } }
        let body = exchange.body
        guard let request = takeRequest(exchange) else { return }
        exchange.phase = .working
        exchange.input = input
        exchange.output = output
        exchange.isHeldUp = !input.push(body)
        if exchange.isComplete { input.end() }
        let refusal = frontend.commands.offer(entry.lane) { [frontend, log = log(exchange, entry)] in
            guard MonotonicTime.now() < deadline else { return loop.execute { bound.value.stop(number, nil) } }
            let failure = frontend.run(
                function, request, log: log, input: input, output: output, deadline: deadline)
            input.abandon()
            if let failure { loop.execute { bound.value.stop(number, failure) } }
        }
        if let refusal { refuseForWant(refusal, exchange) }
    }

    /// There is room for more of the body.
    private func resume(_ number: UInt64) {
        guard let exchange, exchange.number == number, exchange.isHeldUp else { return }
        exchange.isHeldUp = false
        context?.read()
    }

    /// A command came to nothing, or was never begun (nil).
    private func stop(_ number: UInt64, _ failure: FunctionFailure?) {
        guard let exchange, exchange.number == number else { return }
        // A client that has read a header can be told only by a connection that breaks.
        guard exchange.phase == .working else { return close() }
        if let failure { refuse(exchange, failure.status) } else { refuse(exchange, 503, [("retry-after", "1")]) }
    }
}

extension Frontend {
    enum CallResult: Sendable {
        case response(FunctionResponse)
        case failed(FunctionFailure)
        /// It waited for a thread for as long as it may take.
        case late
    }

    /// Calls a function, on a worker's thread.
    func call(
        _ function: any CallFunction, _ request: FunctionRequest, log: FunctionLog, queuedAt: MonotonicTime
    ) -> CallResult {
        let start = MonotonicTime.now()
        guard start < queuedAt.advanced(by: configuration.loadTimeout) else { return .late }
        log.report?.beginInstance()
        let before = ThreadTime.now()
        defer {
            log.report?.endInstance()
            log.report?.used(ThreadTime.now() - before)
            function.pace.took(MonotonicTime.now().nanoseconds - start.nanoseconds)
            log.finish()
        }
        do throws(FunctionFailure) {
            return .response(try ResponseHeaderRules.checked(try function.respond(to: request, log: log)))
        } catch {
            log.fail(error)
            return .failed(error)
        }
    }

    /// Runs a command, on a worker's thread.
    ///
    /// Returns why it gave no response, or not all of it.
    func run(
        _ function: any CommandFunction, _ request: FunctionRequest, log: FunctionLog, input: any ByteSource,
        output: ResponseStream, deadline: MonotonicTime
    ) -> FunctionFailure? {
        log.report?.beginInstance()
        let before = ThreadTime.now()
        defer {
            log.report?.endInstance()
            log.report?.used(ThreadTime.now() - before)
            log.finish()
        }
        do throws(FunctionFailure) {
            try CGIGateway.run(function, request: request, input: input, stream: output, log: log, deadline: deadline)
            return nil
        } catch {
            if error.kind != .clientLeft { log.fail(error) }
            return error
        }
    }
}

extension FunctionFailure {
    /// All that the client learns.
    var status: Int {
        switch kind {
        case .trap: 500
        case .badOutput, .clientLeft: 502
        case .deadline: 504
        }
    }
}
