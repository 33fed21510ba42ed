import ArgumentParser
import FunctionServer
import Glibc
import Logging
import ModuleCache

/// `tfc-serve`: serves a folder until it is told to stop.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tfc-serve",
        abstract: "Serve the WebAssembly functions and the files of a folder over HTTP.",
        discussion: """
            /hello.wasm runs hello.wasm of the folder; what follows it in the path, and the query, are the function's. \
            A file that is overwritten is live with the next request. SIGTERM lets requests under way end; a second \
            one ends them.
            """)

    @Argument(help: "The folder to serve.", completion: .directory)
    var folder = "."

    @Option(help: ArgumentHelp("The address to listen on; :8080 is all of them.", valueName: "host:port"))
    var addr = ListenAddress(host: "127.0.0.1", port: 8080)

    @Option(help: "How long a function may take for a request, in s, ms, us or ns: 10s, 500ms.")
    var timeout = TimeSpan(nanoseconds: 10 * .second)

    @Option(help: ArgumentHelp("Bytes of memory a function may use: 64M, 1G.", valueName: "bytes"))
    var maxMemorySize = ByteCount(bytes: 256 << 20)

    @Option(help: ArgumentHelp("Bytes of the largest request body.", valueName: "bytes"))
    var maxBodySize = ByteCount(bytes: 10 << 20)

    @Option(help: "Threads that run functions. Default: four per processor.")
    var workers: Int?

    @Option(help: "What keeps functions within their memories.")
    var boundsChecks = CompileOptions.BoundsChecks.guardPages

    @Option(
        help: ArgumentHelp(
            "A host that functions may send requests to: example.com, *.example.com, with :port or without.",
            valueName: "host"))
    var allowOutbound: [String] = []

    func validate() throws {
        if let workers, !(1...10_000).contains(workers) { throw ValidationError("--workers is from 1 to 10000") }
    }

    func run() throws {
        // Before any other thread is there, so that none of them takes the signals.
        let signals = StopSignals()
        LoggingSystem.bootstrap { _ in TextLogHandler() }
        let logger = Logger(label: "tfc-serve")
        let server: RunningServer
        do {
            server = try RunningServer(folder: folder, settings: try settings(), logger: logger)
        } catch let error as ValidationError {
            throw error
        } catch {
            FileDescriptorOutput.error.write("tfc-serve: \(error)\n")
            throw ExitCode(1)
        }
        logger.info("listening on http://\(server.address)")
        let signal = signals.wait()
        logger.info("\(signal): finishing the requests under way", metadata: ["requests": "\(server.requestsUnderWay)"])
        signals.endAtTheNext()
        server.shutDown()
        logger.info("stopped")
    }

    private func settings() throws -> ServerSettings {
        var settings = ServerSettings()
        settings.configuration.host = addr.host
        settings.configuration.port = addr.port
        settings.configuration.timeout = timeout.nanoseconds
        settings.configuration.maximumBody = maxBodySize.bytes
        if let workers {
            settings.configuration.callThreads = workers
            settings.configuration.commandThreads = workers
        }
        settings.maximumMemory = maxMemorySize.bytes
        settings.compilation.boundsChecks = boundsChecks
        guard settings.allow(outbound: allowOutbound) else {
            throw ValidationError("--allow-outbound: a host is example.com, *.example.com or *, with :port or without")
        }
        return settings
    }
}
