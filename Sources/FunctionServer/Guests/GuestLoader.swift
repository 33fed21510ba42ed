import Hostcalls
package import ModuleCache
import Synchronization
import WasmModule
import WasmRuntime

/// Makes functions of modules: through the cache, into this process, linked as far as that can be done once.
package final class GuestLoader: FunctionLoader {
    private let cache: ModuleCache
    private let limits: GuestLimits
    private let options: CompileOptions
    private let services: GuestServices
    private let isStopped = Atomic<Bool>(false)

    /// A loader for guests with these limits.
    package init(
        cache: ModuleCache, limits: GuestLimits, options: CompileOptions = CompileOptions(),
        services: GuestServices = GuestServices()
    ) {
        self.services = services
        self.cache = cache
        self.limits = limits
        self.options = options
    }

    package func digest(of contents: [UInt8]) -> String { hexadecimalDigest(of: contents) }

    package func stop() { isStopped.store(true, ordering: .relaxed) }

    package func load(name: String, contents: [UInt8]) throws(LoadFailure) -> ServedFunction {
        let module: LoadedModule
        do {
            var observer = CompileObserver()
            observer.isWanted = { [self] in !isStopped.load(ordering: .relaxed) }
            let artifact = try cache.artifact(contents: contents, name: name, options: options, observer: observer)
            (artifact.wasCached ? CacheReport.hit : .compiled).count()
            module = try LoadedModule(artifact)
        } catch let error as ModuleError where error.isTimeLimit {
            CacheReport.failed.count()
            throw LoadFailure("\(error)", limit: .compileTime, amount: options.timeLimit.map { "\($0)" })
        } catch {
            if error is ModuleError { CacheReport.failed.count() }
            throw LoadFailure("\(error)")
        }
        guard let kind = GuestKind(of: module) else {
            throw LoadFailure("neither run nor _start is exported as a function without parameters and results")
        }
        var linker = Linker()
        linker.define(TerrafirmaHostcalls.functions)
        linker.define(WASIContext.function)
        let prepared: PreparedModule
        do {
            prepared = try linker.prepare(module)
        } catch {
            throw LoadFailure("\(error)")
        }
        switch kind {
        case .call:
            let values = services.values(ofFunction: name)
            return .call(CallGuest(module: prepared, limits: limits, values: values, resolver: services.resolver))
        case .command: return .command(CommandGuest(module: prepared, limits: limits))
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
