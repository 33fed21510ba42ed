import Glibc
import NIOCore
import Synchronization

/// Runs a command for a request, and makes a response of its output.
final class CGIGateway: ByteSink, Sendable {
    private struct State {
        var output = CGIOutput()
        var failure: FunctionFailure?
        var dropped = 0
    }

    private let stream: ResponseStream
    private let dropsBody: Bool
    private let state = Mutex(State())

    private init(stream: ResponseStream, dropsBody: Bool) {
        self.stream = stream
        self.dropsBody = dropsBody
    }

    /// Runs it to its end.
    ///
    /// What it throws has to be answered by the caller, unless the response has begun.
    static func run(
        _ function: any CommandFunction, request: FunctionRequest, input: any ByteSource, stream: ResponseStream,
        log: FunctionLog, deadline: MonotonicTime
    ) throws(FunctionFailure) {
        let gateway = CGIGateway(stream: stream, dropsBody: request.method == "HEAD")
        let run = CommandRun(
            arguments: CGIEnvironment.arguments(of: request), environment: CGIEnvironment.variables(of: request),
            input: input, output: gateway, log: log, deadline: deadline)
        let code: Int32
        do throws(FunctionFailure) {
            code = try function.run(run)
        } catch {
            // A command whose output was refused may well give up for that reason.
            throw gateway.state.withLock { $0.failure } ?? error
        }
        if stream.isAbandoned { throw FunctionFailure(.clientLeft, "the client left") }
        try gateway.finish()
        if code != 0 { log.say("exit code \(code)") }
        stream.end()
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let rest = state.withLock { state -> Int? in
            guard state.failure == nil else { return nil }
            do throws(FunctionFailure) {
                let wasComplete = state.output.head != nil
                let taken = try state.output.take(bytes)
                if dropsBody {
                    state.dropped += bytes.count - taken
                } else if !wasComplete, let head = state.output.head {
                    stream.begin(head)
                }
                return taken
            } catch {
                state.failure = error
                return nil
            }
        }
        guard let rest else { return false }
        return dropsBody || stream.write(UnsafeRawBufferPointer(rebasing: bytes[rest...]))
    }

    private func finish() throws(FunctionFailure) {
        let failure = state.withLock { state -> FunctionFailure? in
            if let failure = state.failure { return failure }
            do throws(FunctionFailure) {
                try state.output.finish()
                // What answers HEAD has the length of the body that is not sent, so it waits for it.
                if dropsBody, var head = state.output.head {
                    head.length = state.dropped
                    stream.begin(head)
                }
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }
}
