import Hostcalls
import NIOCore
import NameResolution
import WasmModule
import WasmRuntime

/// A guest of the host calls: a fresh instance for each request, whose `run` makes the response.
final class CallGuest: CallFunction, GuestOnTerms {
    private let module: PreparedModule
    private let world: CallWorld?
    /// What makes the response; nil: nothing does.
    private let main: FunctionIndex?
    let terms: GuestTerms
    let code: FunctionCode
    let pace = CallPace()
    private let values: SiteValues?
    private let resolver: Resolver?

    /// `world` is for one that imports WASI too.
    init(
        module: PreparedModule, code: FunctionCode, terms: GuestTerms, world: CallWorld?, values: SiteValues? = nil,
        resolver: Resolver? = nil
    ) {
        self.module = module
        main = module.module.exportedFunction("run")
        self.code = code
        self.terms = terms
        self.world = world
        self.values = values
        self.resolver = resolver
    }

    func respond(to request: FunctionRequest, log: FunctionLog) throws(FunctionFailure) -> FunctionResponse {
        let limits = terms.limits
        let world = try world?.make(log, limits)
        let exchange = exchange(for: request, limits)
        exchange.note = { log.take($0) }
        defer {
            if !exchange.limitsReached.isEmpty { log.report(exchange.limitsReached, of: limits) }
        }
        do throws(Trap) {
            // The world has to outlive the store.
            try withExtendedLifetime((world, log)) { () throws(Trap) in
                try run(exchange, world?.context, limits, log, for: limits.timeout)
            }
        } catch {
            if let message = exchange.response.panicMessage { log.say(message) }
            throw FunctionFailure(error)
        }
        if let message = exchange.response.panicMessage {
            throw FunctionFailure(.trap, "panic: \(message)")
        }
        return FunctionResponse(exchange.response)
    }

    /// The answer, if it takes no more than a moment and waits for nothing.
    ///
    /// Whatever is out of the ordinary is left to a worker, who has the time to tell of it.
    func respondAtOnce(to request: FunctionRequest) -> FunctionResponse? {
        // What WASI has shows outside: the log, files.
        guard world == nil else { return nil }
        let limits = terms.limits
        let exchange = exchange(for: request, limits)
        exchange.mayWait = false
        do throws(Trap) {
            try run(exchange, nil, limits, nil, for: min(CallPace.budget, limits.timeout))
        } catch {
            return nil
        }
        guard exchange.limitsReached.isEmpty, exchange.response.panicMessage == nil else { return nil }
        return FunctionResponse(exchange.response)
    }

    private func exchange(for request: FunctionRequest, _ limits: GuestLimits) -> Exchange {
        let exchange = Exchange(
            request: GuestRequest(request), limits: limits.hostcalls, outbound: limits.outbound)
        exchange.values = values
        exchange.resolver = resolver
        exchange.clockResolution = limits.clockResolution
        return exchange
    }

    /// Without log, limits that are reached are a failure.
    private func run(
        _ exchange: Exchange, _ context: WASIContext?, _ limits: GuestLimits, _ log: FunctionLog?, for time: Int64
    ) throws(Trap) {
        let store = try Store(limits: limits.instance)
        defer { if let log { store.report(to: log, limits) } }
        store.setHostPointer(exchange.hostPointer)
        if let context { store.setHostData(UnsafeMutableRawPointer(context.handle)) }
        store.setTimeout(nanoseconds: time)
        store.setProcessorTime(nanoseconds: limits.processorTime)
        let instance = try module.instantiate(in: store)
        exchange.findExport = { instance.function($0) }
        guard let run = main.flatMap(instance.function) else { return }
        var nothing: UInt64 = 0
        try store.call(run, &nothing)
        if log == nil, !store.limitsReached.isEmpty { throw Trap(kind: .host) }
    }
}

extension Store {
    /// Tells of the limits that were reached, whether or not the guest came to its end.
    func report(to log: FunctionLog, _ limits: GuestLimits) {
        let reached = limitsReached
        if !reached.isEmpty { log.report(reached, of: limits) }
    }
}

extension GuestRequest {
    /// Header fields between the client and us alone.
    private static let withheld: Set<String> = [
        "connection", "expect", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    fileprivate init(_ request: FunctionRequest) {
        self.init(method: request.method, target: request.target, body: Array(request.body.readableBytesView))
        makeHeaders = { [fields = request.makeHeaders] in
            fields().compactMap { field in
                Self.withheld.contains(field.name.lowercased())
                    ? nil : HeaderField(name: field.name, value: field.value)
            }
        }
    }
}

extension FunctionResponse {
    fileprivate init(_ response: GuestResponse) {
        self.init(
            status: Int(response.status), headers: response.headers.map { ($0.name, $0.value) },
            body: ByteBuffer(bytes: response.body))
        let hasType = response.headers.contains { $0.name.isField("content-type") }
        if !hasType, !response.body.isEmpty {
            let isText = String(validating: response.body, as: UTF8.self) != nil
            headers.append(("content-type", isText ? "text/plain; charset=utf-8" : "application/octet-stream"))
        }
    }
}

extension FunctionFailure {
    /// A trap, with its backtrace, a line per function.
    init(_ trap: Trap) {
        var lines = [trap.description]
        var frames = trap.backtrace[...]
        while let frame = frames.first {
            let count = frames.prefix { $0 == frame }.count
            lines.append("    in \(frame)" + (count > 1 ? ", \(count) times" : ""))
            frames = frames.dropFirst(count)
        }
        if trap.isCut { lines.append("    and so on") }
        let isTime = trap.kind == .deadline || trap.kind == .processorTime
        self.init(isTime ? .deadline : .trap, lines.joined(separator: "\n"), trap: trap.kind.label)
    }
}
