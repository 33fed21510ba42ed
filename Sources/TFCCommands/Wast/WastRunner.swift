import ModuleCache
import WasmRuntime

/// Carries out one script.
///
/// Its instances share a store and live to its end.
struct WastRunner {
    /// Where the script's modules are.
    private let folder: String
    private let cache: ModuleCache
    private let options: CompileOptions
    private let store: Store
    private var linker = Linker()
    private var instances: [String: Instance] = [:]
    private var definitions: [String: LoadedModule] = [:]
    private var latestInstance: Instance?
    private var latestDefinition: LoadedModule?

    init(folder: String, cache: ModuleCache, options: CompileOptions = CompileOptions()) throws {
        self.folder = folder
        self.cache = cache
        self.options = options
        store = try Store(limits: InstanceLimits(memoryBytes: 64 << 30, tableElements: 1 << 28))
        try WastSpectest.define(in: &linker, store)
    }

    /// Runs all commands, whatever becomes of single ones.
    mutating func run(_ script: WastScript) -> WastReport {
        var report = WastReport()
        for entry in script.commands { report.add(perform(entry.step), line: entry.line) }
        return report
    }

    private mutating func perform(_ step: WastStep) -> WastOutcome {
        do {
            return try attempt(step)
        } catch is WastTextOnly {
            return .skipped
        } catch {
            return .failed("\(error)")
        }
    }

    private mutating func attempt(_ step: WastStep) throws -> WastOutcome {
        switch step {
        case .module(let module, let name):
            // The commands that follow are about this one, even if there is none.
            latestInstance = nil
            add(try linker.instantiate(try define(module, name), in: store), name)
        case .definition(let module, let name): _ = try define(module, name)
        case .instance(let name, let definition):
            guard let module = definition.map({ definitions[$0] }) ?? latestDefinition else {
                return .failed("there is no such definition")
            }
            add(try linker.instantiate(module, in: store), name)
        case .register(let name, let alias): linker.define(exportsOf: try instance(name), as: alias)
        case .action(let action): _ = try results(action)
        case .assertReturn(let action, let expected): return compare(try results(action), expected)
        case .assertTrap(let action, let text), .assertExhaustion(let action, let text): return trap(action, text)
        case .assertInvalid(let module, _), .assertMalformed(let module, _): return try refusal(of: module)
        case .assertUnlinkable(let module, let text), .assertUninstantiable(let module, let text):
            return try failure(of: module, text, isLinking: step.isAboutLinking)
        case .assertException(let action): return exception(action)
        case .aboutText: return .skipped
        }
        return .passed
    }

    /// Every module can be instantiated again.
    private mutating func define(_ module: WastModule, _ name: String?) throws -> LoadedModule {
        let loaded = try load(module)
        latestDefinition = loaded
        if let name { definitions[name] = loaded }
        return loaded
    }

    private mutating func add(_ instance: Instance, _ name: String?) {
        latestInstance = instance
        if let name { instances[name] = instance }
    }

    private func instance(_ name: String?) throws -> Instance {
        guard let instance = name.map({ instances[$0] }) ?? latestInstance else {
            throw CommandFailure("there is no instance \(name ?? "")")
        }
        return instance
    }

    private func load(_ module: WastModule) throws -> LoadedModule {
        guard let file = module.file else { throw WastTextOnly() }
        return try LoadedModule(try cache.artifact(file: folder + "/" + file, options: options))
    }
}

// MARK: - Actions

extension WastRunner {
    private func results(_ action: WastAction) throws -> [Value] {
        let instance = try instance(action.module)
        switch action.kind {
        case .get:
            guard let value = instance.global(action.field) else { throw CommandFailure("there is no such global") }
            return [value]
        case .invoke:
            let arguments = try action.arguments.map { argument in
                guard let value = Value(argument) else { throw CommandFailure("an argument without type") }
                return value
            }
            // A loop for ever is a failure of one command.
            store.setTimeout(.seconds(60))
            return try instance.invoke(action.field, arguments)
        }
    }

    private func compare(_ results: [Value], _ expected: [WastExpectation]) -> WastOutcome {
        guard results.count == expected.count else {
            return .failed("\(results.count) results instead of \(expected.count)")
        }
        for (result, expectation) in zip(results, expected) where !expectation.matches(WastResult(result)) {
            return .failed("\(result) instead of \(expectation)")
        }
        return .passed
    }
}

// MARK: - Failures that are expected

extension WastRunner {
    private func trap(_ action: WastAction, _ text: String) -> WastOutcome {
        do {
            return .failed("no trap, but \(try results(action)), instead of: \(text)")
        } catch let trap as Trap {
            return trap.message.begins(like: text) ? .passed : .failed("trap: \(trap.message), instead of: \(text)")
        } catch {
            return .failed("\(error)")
        }
    }

    private func exception(_ action: WastAction) -> WastOutcome {
        do {
            return .failed("no exception, but \(try results(action))")
        } catch let trap as Trap where trap.kind == .uncaughtException {
            return .passed
        } catch {
            return .failed("\(error), instead of an exception")
        }
    }

    /// The module must be refused, and by us: what the C compiler refuses has no place in the module.
    private func refusal(of module: WastModule) throws -> WastOutcome {
        do {
            _ = try load(module)
            return .failed("accepted")
        } catch let error as ModuleError {
            return error.offset == nil ? .failed("refused without a place: \(error)") : .passed
        }
    }

    private func failure(of module: WastModule, _ text: String, isLinking: Bool) throws -> WastOutcome {
        let module = try load(module)
        do {
            _ = try linker.instantiate(module, in: store)
            return .failed("instantiated, instead of: \(text)")
        } catch .link(let error) where isLinking {
            return error.reason.rawValue.begins(like: text) ? .passed : .failed("\(error), instead of: \(text)")
        } catch .trap(let trap) where !isLinking {
            return trap.message.begins(like: text) ? .passed : .failed("\(trap), instead of: \(text)")
        } catch {
            return .failed("\(error), instead of: \(text)")
        }
    }
}

/// A command about a module that there is only as text.
struct WastTextOnly: Error {}

extension WastStep {
    fileprivate var isAboutLinking: Bool {
        if case .assertUnlinkable = self { true } else { false }
    }
}

extension String {
    /// Scripts have the beginning of the reference implementation's message, which sometimes says more than ours.
    fileprivate func begins(like text: String) -> Bool { hasPrefix(text) || text.hasPrefix(self) }
}
