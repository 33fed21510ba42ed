import CRuntime
import Glibc
import ModuleCache
import WasmModule
import WasmRuntime

/// One run of a module, from file to exit code.
enum ModuleRun {
    /// Runs, reports on standard error what went wrong, and returns the exit code.
    static func perform(_ arguments: RunArguments) -> Int32 {
        do {
            try run(arguments)
            return 0
        } catch let trap as Trap where trap.isGuests {
            return report(trap, of: arguments.file)
        } catch let error as InvocationError {
            StandardError.write("tfc: \(arguments.file.printable): \(error.description)\n")
            return ExitStatus.usage
        } catch let error as ModuleError {
            StandardError.write("tfc: \(error.description.printable)\n")
        } catch let error as GrantFailure {
            StandardError.write("tfc: \(error.description)\n")
        } catch let error as WASIError {
            StandardError.write("tfc: \(error.description.printable)\n")
        } catch {
            StandardError.write("tfc: \(arguments.file.printable): \(error)\n")
        }
        return ExitStatus.failure
    }

    private static func run(_ arguments: RunArguments) throws {
        let artifact = try artifact(arguments)
        let module = try LoadedModule(artifact)
        if arguments.invoke == nil { try checkEntry(of: module) }
        if let slots = arguments.limits.poolSlots { tf_pool_set_slots(UInt32(clamping: slots)) }
        let wasi = try WASIContext(arguments)
        let store = try Store(limits: InstanceLimits(arguments.limits))
        store.keep(wasi)
        // The process ends with the guest: the kernel takes down faster what the store holds. Not a folder, though.
        if artifact.isInCache { _ = Unmanaged.passRetained(store) }
        store.setHostData(UnsafeMutableRawPointer(wasi.handle))
        var linker = Linker(unknownImports: arguments.limits.unknownImports)
        linker.define(WASIContext.function)
        if let timeout = arguments.limits.timeout { store.setTimeout(.nanoseconds(Int64(clamping: timeout))) }
        if let time = arguments.limits.processorTime { store.setProcessorTime(.nanoseconds(Int64(clamping: time))) }
        let instance = try instantiate(module, linker, store)
        if let export = arguments.invoke {
            try invoke(export, of: instance, arguments.arguments)
        } else {
            try start(instance)
        }
    }

    /// A segment that doesn't fit or a start function that traps is the guest's doing; want of memory is ours.
    private static func instantiate(_ module: LoadedModule, _ linker: Linker, _ store: Store) throws -> Instance {
        do {
            return try linker.instantiate(module, in: store)
        } catch {
            guard case .trap(let trap) = error, trap.isGuests else { throw error }
            throw trap
        }
    }

    private static func artifact(_ arguments: RunArguments) throws -> Artifact {
        let cache = ModuleCache(configuration: .forCommands())
        let options = try CompileOptions(arguments.tier == .optimized ? .optimized : .quick, arguments.boundsChecks)
        if arguments.file == "-" {
            let contents = try readFile("-")
            return try Progress.show("-") {
                try cache.artifact(contents: contents, name: "-", options: options, observer: $0)
            }
        }
        if arguments.tier == .auto, let artifact = try optimizedArtifact(arguments, cache) { return artifact }
        return try Progress.show(arguments.file) {
            try cache.artifact(file: arguments.file, options: options, observer: $0)
        }
    }

    private static func optimizedArtifact(_ arguments: RunArguments, _ cache: ModuleCache) throws -> Artifact? {
        let options = try CompileOptions(.optimized, arguments.boundsChecks)
        guard options.compiler != nil else { return nil }
        return cache.cachedArtifact(file: arguments.file, options: options)
    }

    /// A command has `_start`; some reactors have a function without a name to be run by default.
    ///
    /// Asked before linking: that a module is a function for the server says more than that its imports are unknown.
    private static func checkEntry(of module: LoadedModule) throws {
        if let type = module.functionType(ofExport: "_start") {
            guard type.parameters.isEmpty else { throw CommandFailure("its _start is \(type), not () -> ()") }
            return
        }
        guard module.functionType(ofExport: "") == nil else { return }
        let isServed = module.functionType(ofExport: "run") != nil
        throw CommandFailure(
            "it exports no _start" + (isServed ? "; it is a function for tfc serve" : "; call an export by --invoke"))
    }

    private static func start(_ instance: Instance) throws {
        guard instance.function("_start") != nil else { return try invoke("", of: instance, []) }
        _ = try instance.invoke("_start")
    }

    private static func invoke(_ export: String, of instance: Instance, _ arguments: [String]) throws {
        let invocation = try Invocation(export, of: instance.module, arguments)
        // A reactor's constructors.
        if export != "_initialize", instance.function("_initialize") != nil { _ = try instance.invoke("_initialize") }
        for result in try instance.invoke(export, invocation.values) {
            StandardOutput.write(Invocation.text(result) + "\n")
        }
    }

    private static func report(_ trap: Trap, of file: String) -> Int32 {
        if case .exit(let code) = trap.kind { return ExitStatus.told(code) }
        var text = "tfc: \(file.printable): trap: \(trap.message.printable)\n"
        for (depth, frame) in trap.backtrace.enumerated() {
            text += "  \(depth): \(frame.description.printable)\n"
        }
        if trap.isCut { text += "  and so on\n" }
        for limit in trap.limits.sorted() {
            let advice = RunLimits.key(for: limit).map { "; raise it by -W \($0)" }
            text += "  limit reached: \(limit.rawValue)\(advice ?? "")\n"
        }
        StandardError.write(text)
        return ExitStatus.trap
    }
}

extension Trap {
    /// Whether the guest's code ended so: a heap that it filled too, but not want of memory before it ran.
    fileprivate var isGuests: Bool { kind != .outOfMemory || !backtrace.isEmpty }
}

extension InstanceLimits {
    fileprivate init(_ limits: RunLimits) {
        self.init()
        if let bytes = limits.maximumMemory { memoryBytes = bytes }
        if let bytes = limits.maximumStack { stackBytes = bytes }
        if let elements = limits.maximumTableElements { tableElements = elements }
    }
}
