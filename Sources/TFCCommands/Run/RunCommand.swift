import ArgumentParser
import ModuleCache
import WasmRuntime

/// `tfc run`, declared: its help, and every spelling that ``RunArguments/init(plain:)`` leaves to it.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a module as a command.",
        discussion: """
            Flags stand before FILE; all that follows it is the guest's.
            The exit code is the guest's own; 134 after a trap, 1 for an error of ours, 2 for a mistake in the flags.
            """)

    @Option(
        name: .customLong("dir"),
        help: ArgumentHelp(
            "Grant access to a folder, under its own name or another; with :ro only to read.",
            valueName: "host[::guest][:ro]"))
    var dirs: [String] = []

    @Option(
        help: ArgumentHelp(
            "Grant an empty folder in memory that ends with the guest; 16m unless said otherwise.",
            valueName: "guest[:size=bytes]"))
    var tmpfs: [String] = []

    @Option(
        help: ArgumentHelp(
            "Listen there, and let the guest accept connections: descriptor 3, and so on.", valueName: "address:port"))
    var tcplisten: [String] = []

    @Flag(help: "Hand on the sockets that we were started with, as LISTEN_FDS says.")
    var listenfd = false

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp("Set an environment variable, or hand on our own.", valueName: "name[=value]"))
    var environment: [String] = []

    @Option(help: ArgumentHelp("What the guest is told it is called.", valueName: "name"))
    var argv0: String?

    @Option(help: ArgumentHelp("Call this export with the arguments, and print its results.", valueName: "export"))
    var invoke: String?

    @Option(help: "How to compile; auto is optimized code if the cache has it, else quick.")
    var tier = RunTier.quick

    @Option(help: "What keeps guests within their memories.")
    var boundsChecks = BoundsChecks.guardPages

    @Option(
        name: .customShort("W"),
        help: ArgumentHelp(
            "Limits, separated by commas: timeout=2s (ms, us, ns), max-cpu-time=2s, max-memory-size=BYTES, "
                + "max-wasm-stack=BYTES, max-table-elements=COUNT, max-open-files=COUNT, pool-slots=COUNT, unknown-imports=error|trap|zero.",
            valueName: "key=value"))
    var limits: [String] = []

    @Argument(help: "The module; - reads it from standard input.")
    var file: String

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The guest's arguments.", valueName: "arg"))
    var arguments: [String] = []

    func validate() throws { _ = try runArguments() }

    func run() throws { throw ExitCode(ModuleRun.perform(try runArguments())) }

    /// The same as a plain value.
    func runArguments() throws -> RunArguments {
        var result = RunArguments(
            argv0: argv0, invoke: invoke, tier: tier, boundsChecks: boundsChecks, file: file, arguments: arguments)
        for text in dirs {
            guard let grant = DirectoryGrant(text) else {
                throw ValidationError("--dir \(text): expected HOST or HOST::GUEST, and perhaps :ro")
            }
            result.grants.append(grant)
        }
        for text in tmpfs {
            guard let folder = MemoryFolder(text) else {
                throw ValidationError("--tmpfs \(text): expected GUEST or GUEST:size=BYTES, as /tmp:size=64m")
            }
            result.memoryFolders.append(folder)
        }
        for text in tcplisten {
            guard let address = ListenAddress(text) else {
                throw ValidationError("--tcplisten \(text): expected ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080")
            }
            result.listeners.append(address)
        }
        result.inheritsListeners = listenfd
        for text in environment {
            guard let entry = EnvironmentEntry(text) else {
                throw ValidationError("--env \(text): expected NAME or NAME=VALUE")
            }
            result.environment.append(entry)
        }
        do {
            for text in limits { try result.limits.apply(text) }
        } catch {
            throw ValidationError(error.description)
        }
        return result
    }
}

extension RunTier: ExpressibleByArgument {}
