import Hostcalls
package import ModuleCache
import NativeCode
import Synchronization
import WasmModule
import WasmRuntime

/// Makes functions of modules: through the cache, into this process, linked as far as that can be done once.
package final class GuestLoader: FunctionLoader {
    let cache: ModuleCache
    private let policy: Mutex<GuestPolicy>
    private let options: CompileOptions
    /// Of code that is loaded instead if it is there, and never made here; nil: of none.
    let optimized: CompileOptions?
    private let services: GuestServices
    private let isStopped = Atomic<Bool>(false)

    /// A loader for guests with these limits.
    package convenience init(
        cache: ModuleCache, limits: GuestLimits, options: CompileOptions = CompileOptions(),
        services: GuestServices = GuestServices()
    ) {
        self.init(cache: cache, policy: GuestPolicy(limits: limits), options: options, services: services)
    }

    /// A loader for guests under this policy.
    package init(
        cache: ModuleCache, policy: GuestPolicy, options: CompileOptions = CompileOptions(),
        optimized: CompileOptions? = nil, services: GuestServices = GuestServices()
    ) {
        self.optimized = optimized
        self.services = services
        self.cache = cache
        self.policy = Mutex(policy)
        self.options = options
    }

    /// From now on another policy is in force, for what is loaded next; see ``GuestTerms/adopt(_:)`` for the rest.
    package func adopt(_ policy: GuestPolicy) {
        self.policy.withLock { $0 = policy }
    }

    package func digest(of contents: [UInt8]) -> String { hexadecimalDigest(of: contents) }

    package func stop() { isStopped.store(true, ordering: .relaxed) }

    package func load(name: String, contents: [UInt8]) throws(LoadFailure) -> ServedFunction {
        try load(FunctionSource(name: name, contents: contents))
    }

    package func load(_ source: FunctionSource) throws(LoadFailure) -> ServedFunction {
        // Whatever is wrong with it shows again with the other one, if it is the module's.
        if let artifact = optimizedArtifact(of: source), let function = try? load(source, artifact) {
            CacheReport.hit.count()
            return function
        }
        return try load(source, nil)
    }

    /// From now on the policy in force is that of a version, which may have been loaded under the one before.
    func bringUpToDate(_ function: ServedFunction) { function.adopt(policy.withLock { $0 }) }

    /// Of this code; nil: of what the quick tier makes.
    func load(_ source: FunctionSource, _ artifact: Artifact?) throws(LoadFailure) -> ServedFunction {
        let settings = try FunctionSettings(of: source, under: policy.withLock { $0 })
        let (module, code) = if let artifact { try optimizedModule(artifact) } else { try quickModule(of: source) }
        guard let kind = GuestKind(of: module) else {
            throw LoadFailure("neither run nor _start is exported as a function without parameters and results")
        }
        let (prepared, importsWASI) = try prepare(module)
        if kind == .call, settings.needsWASI, !importsWASI {
            source.warn("environment, arguments and folders are for programs of WASI, which this is not")
        }
        // Once it is loaded: a policy that comes later finds it.
        let terms = GuestTerms(settings: settings, site: source.site, policy: policy.withLock { $0 })
        let folders = GuestFolders(settings.folders, of: source)
        switch kind {
        case .call:
            let world = importsWASI ? CallWorld(terms: terms, folders: folders, name: source.name) : nil
            let values = services.values(ofFunction: source.name)
            return .call(
                CallGuest(
                    module: prepared, code: code, terms: terms, world: world, values: values,
                    resolver: services.resolver))
        case .command: return .command(CommandGuest(module: prepared, code: code, terms: terms, folders: folders))
        }
    }

    private func optimizedModule(_ artifact: Artifact) throws(LoadFailure) -> (LoadedModule, FunctionCode) {
        do throws(LoadError) {
            return (try LoadedModule(artifact), FunctionCode(tier: .optimized, size: artifact.sizeOut))
        } catch {
            throw LoadFailure("\(error)")
        }
    }

    private func quickModule(of source: FunctionSource) throws(LoadFailure) -> (LoadedModule, FunctionCode) {
        do {
            var observer = CompileObserver()
            observer.isWanted = { [self] in !isStopped.load(ordering: .relaxed) }
            let artifact = try cache.artifact(
                contents: source.contents, name: source.name, options: options, observer: observer)
            (artifact.wasCached ? CacheReport.hit : .compiled).count()
            return (try LoadedModule(artifact), FunctionCode(tier: options.tier, size: artifact.sizeOut))
        } catch let error as ModuleError where error.isTimeLimit {
            CacheReport.failed.count()
            throw LoadFailure("\(error)", limit: .compileTime, amount: options.timeLimit.map { "\($0)" })
        } catch {
            if error is ModuleError { CacheReport.failed.count() }
            throw LoadFailure("\(error)")
        }
    }

    /// Links it; and whether it imports anything of WASI.
    private func prepare(_ module: LoadedModule) throws(LoadFailure) -> (module: PreparedModule, importsWASI: Bool) {
        var importsWASI = false
        var linker = Linker()
        linker.define(TerrafirmaHostcalls.functions)
        linker.define { module, name in
            let function = WASIContext.function(module: module, name: name)
            importsWASI = importsWASI || function != nil
            return function
        }
        do {
            return (try linker.prepare(module), importsWASI)
        } catch {
            throw LoadFailure("\(error)")
        }
    }
}

/// Which interface a module speaks.
enum GuestKind: Equatable {
    case call
    case command

    /// Nil: none of ours.
    init?(of module: LoadedModule) {
        if Self.isEntry("run", of: module) {
            self = .call
        } else if Self.isEntry("_start", of: module) {
            self = .command
        } else {
            return nil
        }
    }

    private static func isEntry(_ name: String, of module: LoadedModule) -> Bool {
        guard let type = module.functionType(ofExport: name) else { return false }
        return type.parameters.isEmpty && type.results.isEmpty
    }
}
