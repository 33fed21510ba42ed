package import WasmRuntime

/// A function that can answer: one version of it, immutable.
///
/// Its code goes with the last reference.
package enum ServedFunction: Sendable {
    /// Gets a whole request and gives a whole response.
    case call(any CallFunction)
    /// Reads the request's body as it comes, and writes its response as it goes: CGI.
    case command(any CommandFunction)
}

/// A function of whole requests and whole responses: a guest of the host calls.
package protocol CallFunction: AnyObject, Sendable {
    /// Answers a request. Blocks; called on any worker thread, on several at once.
    func respond(to request: FunctionRequest, log: FunctionLog) throws(FunctionFailure) -> FunctionResponse
    /// Answers within ``CallPace/budget``, on an event loop; nil: it cannot, and nothing has happened that shows.
    func respondAtOnce(to request: FunctionRequest) -> FunctionResponse?
    /// How long its calls take.
    var pace: CallPace { get }
    /// What it was compiled to.
    var code: FunctionCode { get }
}

/// A program with standard streams.
package protocol CommandFunction: AnyObject, Sendable {
    /// Runs it to its end. Blocks; called on any worker thread, on several at once. Returns the exit code.
    func run(_ run: CommandRun) throws(FunctionFailure) -> Int32
    /// Nanoseconds for a request, if that is said of this one.
    var timeout: Int64? { get }
    /// What it was compiled to.
    var code: FunctionCode { get }
}

extension CallFunction {
    package var code: FunctionCode { FunctionCode() }
}

extension CommandFunction {
    package var timeout: Int64? { nil }
    package var code: FunctionCode { FunctionCode() }
}

/// What one run of a command gets.
package struct CommandRun: Sendable {
    /// Arguments, the name first.
    package var arguments: [String]
    /// Environment as `NAME=value`.
    package var environment: [String]
    /// Where it reads.
    package var input: any ByteSource
    /// Where it writes.
    package var output: any ByteSink
    /// Where it complains, and where the limits that it reaches are reported.
    package var log: FunctionLog
    /// When its time is up.
    ///
    /// The streams give up then.
    package var deadline: MonotonicTime

    /// Puts a run together.
    package init(
        arguments: [String], environment: [String], input: any ByteSource, output: any ByteSink,
        log: FunctionLog, deadline: MonotonicTime
    ) {
        self.deadline = deadline
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.output = output
        self.log = log
    }
}

/// Bytes that come.
package protocol ByteSource: AnyObject, Sendable {
    /// Fills the buffer as far as there is something, and waits if there is nothing. Zero is the end; nil says that
    /// nothing will ever come, because the sender left or time is up.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int?
}

/// Bytes that go.
package protocol ByteSink: AnyObject, Sendable {
    /// Takes all of the bytes, and waits while the reader is behind. False says that nobody reads any more.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool
}

/// Makes functions of files.
package protocol FunctionLoader: Sendable {
    /// Compiles, or finds compiled, and loads. Blocks; called on a thread for that.
    func load(name: String, contents: [UInt8]) throws(LoadFailure) -> ServedFunction
    /// The same of all that it is made of.
    func load(_ source: FunctionSource) throws(LoadFailure) -> ServedFunction
    /// What tells one content from all others: SHA-256, in hexadecimal.
    func digest(of contents: [UInt8]) -> String
    /// Nothing that is loaded is of use any more: what is being made ends soon, and leaves nothing behind.
    func stop()
}

extension FunctionLoader {
    package func stop() {}

    /// For loaders to which settings mean nothing.
    package func load(_ source: FunctionSource) throws(LoadFailure) -> ServedFunction {
        try load(name: source.name, contents: source.contents)
    }
}

/// Why a file is no function.
package struct LoadFailure: Error, CustomStringConvertible, Sendable {
    /// What is wrong with it, with its offset where there is one.
    package let description: String
    /// The limit that it is over.
    package let limit: Limit?
    /// How much is allowed, for people.
    package let amount: String?

    /// Says what is wrong.
    package init(_ description: String, limit: Limit? = nil, amount: String? = nil) {
        self.description = description
        self.limit = limit
        self.amount = amount
    }
}
