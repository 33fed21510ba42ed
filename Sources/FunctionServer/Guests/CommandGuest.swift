import CRuntime
import Glibc
import WasmRuntime

/// A WASI command: a fresh instance for each request, with the request as environment and streams.
final class CommandGuest: CommandFunction, GuestOnTerms {
    private let module: PreparedModule
    private let folders: GuestFolders
    let terms: GuestTerms
    let code: FunctionCode

    init(module: PreparedModule, code: FunctionCode, terms: GuestTerms, folders: GuestFolders) {
        self.module = module
        self.code = code
        self.terms = terms
        self.folders = folders
    }

    var timeout: Int64? { terms.limits.timeout }

    func run(_ run: CommandRun) throws(FunctionFailure) -> Int32 {
        let limits = terms.limits
        let streams = GuestStreams(run, outputLimit: limits.outputBytes)
        do {
            let world = try world(of: run, streams, limits)
            // The world has to outlive the store, and the streams the world.
            let code = try withExtendedLifetime((streams, world)) {
                try start(world.context, until: run.deadline, limits, run.log)
            }
            if streams.isOutputTooLarge { throw streams.excess(run.log, limits) }
            return code
        } catch let trap as Trap {
            if streams.isOutputTooLarge { throw streams.excess(run.log, limits) }
            if case .exit(let code) = trap.kind { return Int32(truncatingIfNeeded: code) }
            throw FunctionFailure(trap)
        } catch let failure as FunctionFailure {
            throw failure
        } catch {
            throw FunctionFailure(.trap, "\(error)")
        }
    }

    private func start(
        _ context: WASIContext, until deadline: MonotonicTime, _ limits: GuestLimits, _ log: FunctionLog
    ) throws(Trap) -> Int32 {
        let store = try Store(limits: limits.instance)
        defer {
            log.report(context.limitsReached, of: limits, isCommand: true)
            store.report(to: log, limits)
        }
        store.setHostData(UnsafeMutableRawPointer(context.handle))
        let left = deadline.nanoseconds - MonotonicTime.now().nanoseconds
        store.setTimeout(.nanoseconds(max(0, min(left, limits.timeout))))
        store.setProcessorTime(.nanoseconds(limits.processorTime))
        let instance = try module.instantiate(in: store)
        guard let start = instance.function("_start") else { return 0 }
        var nothing: UInt64 = 0
        try store.call(start, &nothing)
        return 0
    }

    private func world(
        of run: CommandRun, _ streams: GuestStreams, _ limits: GuestLimits
    ) throws -> GuestWorld {
        let context = try WASIContext()
        context.setDescriptorLimit(limits.openFiles)
        context.setClockResolution(limits.clockResolution)
        if let folder = limits.memoryFolder { try context.grant(folder) }
        let files = try folders.grant(to: context)
        for argument in run.arguments + terms.settings.arguments { try context.addArgument(argument) }
        for variable in terms.settings.environment where !run.sets(variable.name) {
            try context.addEnvironment(name: variable.name, value: variable.value)
        }
        for variable in run.environment {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            try context.addEnvironment(name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
        }
        let pointer = Unmanaged.passUnretained(streams).toOpaque()
        try context.setStream(
            tf_stream(context: pointer, read: { GuestStreams.of($0).read($1, $2) }, write: nil), as: 0)
        try context.setStream(
            tf_stream(context: pointer, read: nil, write: { GuestStreams.of($0).writeOutput($1, $2) }), as: 1)
        try context.setStream(
            tf_stream(context: pointer, read: nil, write: { GuestStreams.of($0).writeErrors($1, $2) }), as: 2)
        return GuestWorld(context: context, folders: files)
    }
}

extension CommandRun {
    /// Whether the request has a variable of that name: it is what programs believe, so it wins.
    fileprivate func sets(_ name: String) -> Bool {
        environment.contains { $0.utf8.prefix { $0 != UInt8(ascii: "=") }.elementsEqual(name.utf8) }
    }
}

/// The streams of one run, as the C interface wants them.
private final class GuestStreams {
    private let run: CommandRun
    private var outputLeft: Int64
    private(set) var isOutputTooLarge = false

    init(_ run: CommandRun, outputLimit: Int64) {
        self.run = run
        outputLeft = outputLimit
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> GuestStreams {
        guard let context else { preconditionFailure("a stream without context") }
        return Unmanaged<GuestStreams>.fromOpaque(context).takeUnretainedValue()
    }

    func read(_ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        run.input.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: count)) ?? failure(EIO)
    }

    /// What is over the limit is refused, and with it all that follows.
    func writeOutput(_ buffers: UnsafePointer<iovec>?, _ count: Int32) -> Int {
        let size = UnsafeBufferPointer(start: buffers, count: Int(count)).reduce(Int64(0)) { $0 + Int64($1.iov_len) }
        guard size <= outputLeft, !isOutputTooLarge else {
            isOutputTooLarge = true
            return -Int(EFBIG)
        }
        outputLeft -= size
        return write(buffers, count, to: run.output)
    }

    func writeErrors(_ buffers: UnsafePointer<iovec>?, _ count: Int32) -> Int { write(buffers, count, to: run.log) }

    /// Why there is no response, or not all of it.
    func excess(_ log: FunctionLog, _ limits: GuestLimits) -> FunctionFailure {
        log.report([.outputBytes], of: limits, isCommand: true)
        return FunctionFailure(.badOutput, "the response is larger than \(limits.outputBytes) bytes")
    }

    private func write(_ buffers: UnsafePointer<iovec>?, _ count: Int32, to sink: any ByteSink) -> Int {
        var written = 0
        for buffer in UnsafeBufferPointer(start: buffers, count: Int(count)) {
            let bytes = UnsafeRawBufferPointer(start: buffer.iov_base, count: buffer.iov_len)
            guard sink.write(bytes) else { return failure(EPIPE) }
            written += bytes.count
        }
        return written
    }

    /// The guest learns of a client that left; of its deadline it doesn't: the caller looks at it after EINTR.
    private func failure(_ number: Int32) -> Int {
        Int(MonotonicTime.now() >= run.deadline ? -EINTR : -number)
    }
}
