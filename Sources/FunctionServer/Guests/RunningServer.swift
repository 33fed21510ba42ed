import CRuntime
import Glibc
import Hostcalls
import KeyValueStorage
package import Logging
package import ModuleCache
import NIOCore
package import NameResolution
import NativeCode
import WasmRuntime

/// What an operator sets.
package struct ServerSettings: Sendable {
    /// The front.
    package var configuration = ServerConfiguration()
    /// What each function's guests may use; their time and where they send requests is set elsewhere.
    package var limits = GuestLimits()
    /// How functions are compiled.
    package var compilation = CompileOptions()
    /// How hot functions are compiled again; nil: they are not.
    package var optimization: OptimizationSettings?
    /// How answers are logged; nil: not at all.
    package var accessLog: LogFormat?
    /// The file that they are logged to; nil: the standard output stream.
    package var accessLogFile: String?
    /// Whether the process gives up what it does not need, before any function runs.
    package var isContained = false
    /// Who is asked for names; nil: the system's servers, as they are when the server starts.
    package var resolver: Resolver?
    /// Where values are kept that outlive the server; nil: in the user's folder for data, if it can be written.
    package var dataFolder: String?
    /// Whether functions may be granted folders to change, by the settings beside them.
    package var allowsWritableFolders = false
    /// Lower limits for the functions of sites, by their folders' names.
    package var siteLimits: [String: LimitSettings] = [:]
    /// Where the configuration file is, which is read again while the server runs.
    package var configurationFolder: String?
    private var outbound: [HostPattern] = []

    /// The defaults.
    package init() {}

    /// Lets guests send requests to these hosts.
    ///
    /// False if one of them is none.
    package mutating func allow(outbound hosts: [String]) -> Bool {
        let patterns = hosts.compactMap { HostPattern($0) }
        outbound += patterns
        return patterns.count == hosts.count
    }

    /// Keeps what functions may do beyond their folder as it is in other settings.
    package mutating func keep(outboundOf other: ServerSettings) { outbound = other.outbound }

    /// Whether anything goes out: requests of guests, questions about domains.
    var connects: Bool { !outbound.isEmpty || configuration.sites.dns != nil }

    /// Folders beside the cache in which files are made.
    var writableFolders: [String] {
        guard accessLog != nil, let accessLogFile else { return [] }
        guard let slash = accessLogFile.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ["."] }
        return [slash == accessLogFile.startIndex ? "/" : String(accessLogFile[..<slash])]
    }

    /// What guests get of it.
    var guestLimits: GuestLimits {
        var limits = limits
        limits.timeout = configuration.timeout
        limits.outbound = OutboundPolicy(allowed: outbound)
        return limits
    }

    /// How optimized code is made, elsewhere; nil: it is not.
    var optimizedCompilation: CompileOptions? {
        guard let optimization else { return nil }
        var options = compilation
        options.tier = .optimized
        options.compiler = optimization.compiler
        return options
    }

    /// What all of them may, and each of them less.
    var guestPolicy: GuestPolicy {
        GuestPolicy(limits: guestLimits, siteLimits: siteLimits, allowsWritableFolders: allowsWritableFolders)
    }
}

/// A server of WebAssembly functions, with the user's cache.
package final class RunningServer: Sendable {
    private let server: Server
    private let loader: GuestLoader
    /// Nil: functions stay in the quick tier.
    private let optimizer: Optimizer?

    /// Begins to serve, on a socket that listens already.
    ///
    /// If it is to be contained, no other thread may have been started: only those that are started here will be.
    package init(
        folder: String?, settings: ServerSettings, socket: ListeningSocket, others: OtherSockets = OtherSockets(),
        admin: AdminAddress? = nil, logger: Logger
    ) throws {
        var settings = settings
        Self.raiseDescriptorLimit(&settings.configuration)
        tf_pool_set_slots(UInt32(settings.configuration.poolSlots))
        var places = CacheConfiguration(log: { logger.warning("\(LogEscaping.escape($0))") })
        if settings.isContained { places.gatherTemporaryFolders() }
        let cache = ModuleCache(configuration: places)
        let broker = Self.compileBroker(settings, places, logger)
        let accessLog = try settings.accessLog.map { format throws(ServerError) in
            try AccessLog(format: format, path: settings.accessLogFile, logger: logger)
        }
        let data = try Self.dataFolder(settings, logger)
        let services = Self.services(settings, data)
        if settings.isContained {
            let served = folder.map { [$0] } ?? settings.configuration.sites.folders
            let folders = served + settings.configuration.securityFolders(logger)
            let writable =
                cache.writableFolders() + settings.writableFolders + (data.map { [$0.values] } ?? [])
                + (settings.allowsWritableFolders ? served : [])
            let configured = settings.configurationFolder.map { [$0] } ?? []
            Self.contain(folders: folders + configured, writable: writable, connects: settings.connects, logger)
        } else {
            logger.info("containment: off")
        }
        loader = GuestLoader(
            cache: cache, policy: settings.guestPolicy, options: settings.compilation,
            optimized: settings.optimizedCompilation, services: services)
        server = try Server.start(
            folder: folder, loader: loader, configuration: settings.configuration, socket: socket, others: others,
            admin: admin, logger: logger, accessLog: accessLog)
        optimizer = broker.map { [table = server.frontend.table, loader, checks = settings.compilation.boundsChecks] in
            Optimizer(table: table, loader: loader, broker: $0, boundsChecks: checks, logger: logger)
        }
    }

    /// Where it listens, as in a URL.
    package var address: String { Self.text(server.address) }

    /// Where connections in TLS are taken, as in a URL; nil: nowhere.
    package var secureAddress: String? { server.secureAddress.map(Self.text) }

    /// Where connections are sent on to those, as in a URL; nil: nowhere.
    package var redirectAddress: String? { server.redirectAddress.map(Self.text) }

    /// Where the admin's pages are, as in a URL; nil: nowhere.
    package var adminAddress: String? { server.adminAddress.map(Self.text) }

    private static func text(_ address: SocketAddress) -> String {
        let host = address.ipAddress ?? ""
        return (host.contains(":") ? "[\(host)]" : host) + ":\(address.port ?? 0)"
    }

    /// Requests being answered.
    package var requestsUnderWay: Int { server.requestsUnderWay }

    /// Opens the files anew that are logged to.
    package func reopenLogs() { server.reopenLogs() }

    /// Lets requests under way end, within the time for that; the process is to end next.
    ///
    /// Blocks.
    package func shutDown() {
        optimizer?.stop()
        server.shutDown(endingLoops: false)
        _ = optimizer?.waitUntilEnded(until: MonotonicTime.now().advanced(by: .second))
    }

    /// Without it the server serves all the same.
    private static func compileBroker(
        _ settings: ServerSettings, _ cache: CacheConfiguration, _ logger: Logger
    ) -> CompileBroker? {
        guard let optimization = settings.optimization else { return nil }
        do throws(ServerError) {
            let broker = try CompileBroker(
                optimization, cache: cache, maximumModule: settings.configuration.maximumModule,
                isContained: settings.isContained)
            let compiler = LogEscaping.escape(optimization.compiler.path)
            logger.log(
                level: broker.isContained ? .info : .warning,
                "hot functions are optimized by \(compiler); its containment: \(broker.containment)")
            return broker
        } catch {
            logger.warning("functions stay in the quick tier: \(error)")
            return nil
        }
    }

    /// A folder that was named has to be there; the user's need not.
    private static func dataFolder(_ settings: ServerSettings, _ logger: Logger) throws -> DataFolder? {
        if let path = settings.dataFolder { return try DataFolder(path) }
        do {
            return try DataFolder(DataFolder.defaultPath)
        } catch {
            logger.warning("functions keep no values, for want of a folder: \(LogEscaping.escape("\(error)"))")
            return nil
        }
    }

    private static func services(_ settings: ServerSettings, _ data: DataFolder?) -> GuestServices {
        var services = GuestServices()
        services.store = data.map { SQLiteStore(folder: $0.values, limits: settings.limits.values) }
        services.holdsSites = settings.configuration.holdsSites
        // Read before the process gives up what it does not need.
        if settings.connects { services.resolver = settings.resolver ?? Resolver(ofSystem: Resolver.defaultTimeout) }
        return services
    }

    /// From now on other settings hold, as far as that is possible while it runs; all functions are looked at again.
    package func adopt(_ settings: ServerSettings) {
        let policy = settings.guestPolicy
        // In this order: what is being loaded meanwhile has the new policy, or is loaded once more.
        loader.adopt(policy)
        server.frontend.table.eachVersion { $0.adopt(policy) }
        server.frontend.table.everythingChanged()
    }

    private static func contain(folders: [String], writable: [String], connects: Bool, _ logger: Logger) {
        let report = Containment(folders: folders, writable: writable, connects: connects).enter()
        logger.log(level: report.isComplete ? .info : .warning, "containment: \(report)")
    }

    /// A connection is a descriptor; the usual limit is for programs with few files.
    private static func raiseDescriptorLimit(_ configuration: inout ServerConfiguration) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
        // Beside them there are files: without any left, not even those who are connected already get an answer.
        configuration.bound(toDescriptors: Int(clamping: limit.rlim_cur))
    }
}
