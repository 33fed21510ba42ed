import FunctionServer
import Glibc
import NIOCore
import NIOHTTP1
import Synchronization

/// Makes functions of files that hold one word and an argument, instead of modules.
final class FakeLoader: FunctionLoader {
    /// Loads so far.
    let loads = Mutex(0)
    /// Functions alive, by their text.
    let alive = AliveCount()
    /// How long each load takes, in microseconds.
    let delay: UInt32

    init(delay: UInt32 = 0) {
        self.delay = delay
    }

    func digest(of contents: [UInt8]) -> String { "digest of \(contents.count) bytes" }

    func load(name: String, contents: [UInt8]) throws(LoadFailure) -> ServedFunction {
        loads.withLock { $0 += 1 }
        if delay > 0 { usleep(delay) }
        let text = String(decoding: contents, as: UTF8.self)
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard let word = parts.first else { throw LoadFailure("an empty file") }
        let argument = parts.count > 1 ? parts[1] : ""
        switch word {
        case "say": return .call(Fake(alive) { _, _ in FunctionResponse(body: ByteBuffer(string: argument)) })
        case "echo": return .call(Fake(alive, echo))
        case "header":
            return .call(
                Fake(alive) { request, _ in
                    FunctionResponse(body: ByteBuffer(string: request.headers.first(name: argument) ?? ""))
                })
        case "slow":
            return .call(
                Fake(alive) { _, _ in
                    usleep(UInt32(argument) ?? 0)
                    return FunctionResponse(body: ByteBuffer(string: "slept"))
                })
        case "headers":
            return .call(
                Fake(alive) { _, _ in
                    let fields = argument.split(separator: "|").map { $0.split(separator: "=", maxSplits: 1) }
                    return FunctionResponse(
                        headers: fields.map { (String($0[0]), String($0[1])) }, body: ByteBuffer(string: "body"))
                })
        case "status":
            return .call(
                Fake(alive) { _, _ in FunctionResponse(status: Int(argument) ?? 0, body: ByteBuffer(string: "body")) })
        case "fail":
            let kinds: [String: FunctionFailure.Kind] = ["trap": .trap, "deadline": .deadline, "output": .badOutput]
            return .call(
                Fake(alive) { _, log throws(FunctionFailure) in
                    log.say("before it failed")
                    throw FunctionFailure(kinds[argument] ?? .trap, "secret cause\nin secret_function")
                })
        case "large": return .call(Fake(alive) { _, _ in FunctionResponse(body: filled(Int(argument) ?? 0)) })
        case "counted":
            return .call(
                Fake(alive) { _, _ in
                    counted.withLock { $0 += 1 }
                    return FunctionResponse(body: filled(Int(argument) ?? 0))
                })
        default: return .command(try command(word, argument))
        }
    }

    private func command(_ word: String, _ argument: String) throws(LoadFailure) -> FakeCommand {
        switch word {
        case "cgi": return FakeCommand { run in output(run, argument) }
        case "strict":
            return FakeCommand { run throws(FunctionFailure) in
                guard output(run, argument) == 0 else { throw FunctionFailure(.trap, "gave up") }
                return 0
            }
        case "cat": return FakeCommand(cat)
        case "environment":
            return FakeCommand { run in
                let lines = run.arguments.map { "ARG=" + $0 } + run.environment
                return output(run, "Content-Type: text/plain\n\n" + lines.joined(separator: "\n"))
            }
        case "flood": return FakeCommand { run in flood(run, Int(argument) ?? 0) }
        default: throw LoadFailure("0x0: no such fake: \(word)")
        }
    }
}

/// Counts what is alive.
final class AliveCount: Sendable {
    let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
}

private final class Fake: CallFunction {
    typealias Body = @Sendable (FunctionRequest, FunctionLog) throws(FunctionFailure) -> FunctionResponse

    let alive: AliveCount
    let body: Body
    let pace = CallPace()

    init(_ alive: AliveCount, _ body: @escaping Body) {
        self.alive = alive
        self.body = body
        alive.count.withLock { $0 += 1 }
    }

    deinit {
        alive.count.withLock { $0 -= 1 }
    }

    func respond(to request: FunctionRequest, log: FunctionLog) throws(FunctionFailure) -> FunctionResponse {
        try body(request, log)
    }

    func respondAtOnce(to request: FunctionRequest) -> FunctionResponse? { nil }
}

private final class FakeCommand: CommandFunction {
    typealias Body = @Sendable (CommandRun) throws(FunctionFailure) -> Int32

    let body: Body

    init(_ body: @escaping Body) {
        self.body = body
    }

    func run(_ run: CommandRun) throws(FunctionFailure) -> Int32 { try body(run) }
}

private func echo(_ request: FunctionRequest, _ log: FunctionLog) -> FunctionResponse {
    var body = ByteBuffer(string: "\(request.method) \(request.target) [\(request.pathInfo)] [\(request.query)] ")
    body.writeImmutableBuffer(request.body)
    return FunctionResponse(headers: [("content-type", "text/plain")], body: body)
}

private func output(_ run: CommandRun, _ text: String) -> Int32 {
    Array(text.utf8).withUnsafeBytes { run.output.write($0) } ? 0 : 1
}

private func cat(_ run: CommandRun) -> Int32 {
    guard output(run, "Content-Type: text/plain\r\n\r\n") == 0 else { return 1 }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 1)
    defer { buffer.deallocate() }
    while let count = run.input.read(into: buffer) {
        if count == 0 { return 0 }
        guard run.output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { return 1 }
    }
    return 1
}

/// Responses that counted functions made.
let counted = Mutex(0)

/// How much the last flood could write before it was told to end.
let flooded = Mutex(0)

private func flood(_ run: CommandRun, _ bytes: Int) -> Int32 {
    guard output(run, "Content-Type: text/plain\n\n") == 0 else { return 1 }
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 65536)
    var left = bytes
    while left > 0 {
        let isTaken = chunk.withUnsafeBytes { run.output.write(UnsafeRawBufferPointer(rebasing: $0.prefix(left))) }
        guard isTaken else { return 1 }
        left -= min(left, chunk.count)
        flooded.withLock { $0 = bytes - left }
    }
    return 0
}

func filled(_ count: Int) -> ByteBuffer {
    ByteBuffer(repeating: UInt8(ascii: "x"), count: count)
}
