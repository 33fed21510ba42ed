import ArgumentParser
import FunctionServer
import Glibc
import Logging
import Metrics
import ModuleCache
import NameResolution
import Synchronization

/// `tfc-serve`: serves a folder until it is told to stop.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tfc-serve",
        abstract: "Serve the WebAssembly functions and the files of a folder over HTTP.",
        discussion: """
            /hello.wasm runs hello.wasm of the folder; what follows it in the path, and the query, are the function's. \
            A file that is overwritten is live as soon as it is compiled. SIGTERM lets requests under way end; a second \
            one ends them.
            """)

    @Argument(help: "The folder to serve; the present one unless said otherwise.", completion: .directory)
    var folder: String?

    @OptionGroup(title: "Sites")
    var sites: SiteOptions

    @Option(
        help: ArgumentHelp(
            "The address to listen on; :8080 is all of IPv4, [::]:8080 of both. Unless said: the socket of LISTEN_FDS (systemd), else all "
                + "addresses on PORT, else 127.0.0.1:8080.",
            valueName: "host:port"))
    var addr: ListenAddress?

    @Option(
        help: ArgumentHelp(
            "Where to tell of the server: /healthz, /readyz, /metrics, /functions. Nowhere unless said; not for clients.",
            valueName: "host:port"))
    var admin: ListenAddress?

    @OptionGroup(title: "TLS")
    var security: SecurityOptions

    @Option(
        help: ArgumentHelp(
            "A file with settings: each flag is a key of its name. Unless said: terrafirma/serve.toml in "
                + "XDG_CONFIG_HOME, if it is there.",
            valueName: "file"),
        completion: .file(extensions: ["toml"]))
    var config: String?

    @Flag(
        help:
            "Look at the configuration and at every function, tell what is in force and what is wrong, and serve nothing."
    )
    var check = false

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    @OptionGroup(title: "Code")
    var tiers: TierOptions

    @OptionGroup(title: "Requests")
    var requests: RequestOptions

    @Option(help: "What keeps functions within their memories.")
    var boundsChecks = CompileOptions.BoundsChecks.guardPages

    @Option(
        help: ArgumentHelp(
            "A host that functions may send requests to: example.com, *.example.com, with :port or without. Never to "
                + "private addresses.",
            valueName: "host"))
    var allowOutbound: [String] = []

    @Option(
        help: ArgumentHelp(
            "The folder for what functions keep between requests. Unless said: terrafirma in $XDG_DATA_HOME, else in "
                + "~/.local/share.",
            valueName: "dir"),
        completion: .directory)
    var data: String?

    @Option(
        help: ArgumentHelp(
            "A name server to ask, an address with :port or without; up to three. Unless said: the system's, of "
                + "/etc/resolv.conf when the server starts.",
            valueName: "host:port"))
    var resolver: [String] = []

    @Flag(help: "Functions may change folders of their site that the .toml beside them names as writable.")
    var allowWritableFolders = false

    @Option(help: "Whether the process gives up what it does not need before it runs functions.")
    var containment = Switch.on

    @Option(help: "Whether a server that ends abnormally is started again, by a process that does nothing else.")
    var supervise = Switch.on

    func validate() throws {
        guard folder == nil || sites.isEmpty else { throw ValidationError("either a folder, or \(SiteOptions.flags)") }
        guard resolver.isEmpty || Resolver(servers: resolver) != nil else {
            throw ValidationError(
                "--resolver: a name server is 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:5353; up to 3")
        }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        guard let configuration = EffectiveConfiguration.current.withLock({ $0 }) else { return }
        LoggingSystem.bootstrap { [format = requests.logFormat] _ in
            format == .json ? JSONLogHandler() as any LogHandler : TextLogHandler()
        }
        let logger = Logger(label: "tfc-serve")
        if check { return try runCheck(configuration, logger) }
        do {
            let settings = try settings(configuration)
            tiers.tell(settings.optimization, logger)
            let inherited = try InheritedSockets(environment: ProcessInfo.environment)
            let socket = try socket(inherited)
            let others = try security.sockets(inherited)
            let adminSocket = try admin.map { try ListeningSocket(host: $0.host, port: $0.port) } ?? inherited.admin
            let counters = CounterRegistry()
            MetricsSystem.bootstrap(counters)
            // Before any other thread is there, which no copy would have, and which would take the signals.
            let signals =
                supervise == .on ? Supervisor(sockets: [socket] + others.all, logger: logger).run() : .fromAnybody
            signals.block()
            // A copy after the first begins with what the file says by now.
            let (latest, current) = reread(configuration, settings, logger)
            let server = try RunningServer(
                folder: sites.isEmpty ? folder ?? "." : nil, settings: current, socket: socket, others: others,
                admin: adminSocket.map { AdminAddress(socket: $0, counters: counters) }, logger: logger)
            serve(Reloading(server, latest, current, logger), until: signals)
        } catch let error as ValidationError {
            throw error
        } catch {
            FileDescriptorOutput.error.write("tfc-serve: \(error)\n")
            throw ExitCode(1)
        }
    }

    private func runCheck(_ configuration: EffectiveConfiguration, _ logger: Logger) throws {
        let settings = try settings(configuration)
        let check = ConfigurationCheck(
            configuration: configuration, folder: sites.isEmpty ? folder ?? "." : nil,
            settings: settings, compiler: tiers.description(settings.optimization), logger: logger)
        guard check.run() else { throw ExitCode(1) }
    }

    private func reread(
        _ configuration: EffectiveConfiguration, _ settings: ServerSettings, _ logger: Logger
    ) -> (EffectiveConfiguration, ServerSettings) {
        guard configuration.path != nil else { return (configuration, settings) }
        do {
            let next = try EffectiveConfiguration(
                commandLine: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.environment)
            return (next, try next.command().settings(next))
        } catch {
            logger.error("the configuration has mistakes; that of the start is in force: \(error)")
            return (configuration, settings)
        }
    }

    private func serve(_ initial: Reloading, until signals: StopSignals) {
        var reloading = initial
        let (server, logger) = (initial.server, initial.logger)
        logger.info("listening on http://\(server.address)")
        if let address = server.secureAddress { logger.info("listening on https://\(address)") }
        if let address = server.redirectAddress { logger.info("sending on from http://\(address)") }
        if let address = server.adminAddress { logger.info("the admin's pages are on http://\(address)") }
        var signal = signals.wait()
        while signal == StopSignals.reload {
            server.reopenLogs()
            reloading.reload()
            signal = signals.wait()
        }
        logger.info("\(signal): finishing the requests under way", metadata: ["requests": "\(server.requestsUnderWay)"])
        signals.endAtTheNext()
        server.shutDown()
        logger.info("stopped")
    }

    /// Where to serve: what the flag says, what we were started with, what the environment says, in this order.
    private func socket(_ inherited: InheritedSockets) throws -> ListeningSocket {
        if addr == nil, let socket = inherited.server { return socket }
        let address = try addr ?? ListenAddress(environment: ProcessInfo.environment)
        return try ListeningSocket(host: address.host, port: address.port)
    }

    private func settings(_ configuration: EffectiveConfiguration) throws -> ServerSettings {
        var settings = try guestSettings(configuration)
        security.apply(to: &settings)
        requests.apply(to: &settings)
        settings.dataFolder = data
        settings.resolver = Resolver(servers: resolver)
        settings.configuration.sites = sites.sources(resolver: settings.resolver ?? Resolver(ofSystem: 5 * .second))
        settings.configurationFolder = configuration.folder
        settings.optimization = try tiers.settings()
        return settings
    }

    /// What is said of guests: all that can change while the server runs.
    func guestSettings(_ configuration: EffectiveConfiguration) throws -> ServerSettings {
        var settings = ServerSettings()
        limits.apply(to: &settings)
        settings.compilation.boundsChecks = boundsChecks
        settings.isContained = containment == .on
        settings.allowsWritableFolders = allowWritableFolders
        settings.siteLimits = configuration.layers.siteLimits
        guard settings.allow(outbound: allowOutbound) else {
            throw ValidationError("--allow-outbound: a host is example.com, *.example.com or *, with :port or without")
        }
        return settings
    }
}
