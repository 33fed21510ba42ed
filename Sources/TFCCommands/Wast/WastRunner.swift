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
        } catch is WastUnsupported {
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
            try add(try linker.instantiate(try load(module), in: store), name)
        case .definition(let module, let name):
            let loaded = try load(module)
            latestDefinition = loaded
            if let name { definitions[name] = loaded }
        case .instance(let name, let definition):
            guard let module = definition.map({ definitions[$0] }) ?? latestDefinition else {
                return .failed("there is no such definition")
            }
            try add(try linker.instantiate(module, in: store), name)
        case .register(let name, let alias): linker.define(exportsOf: try instance(name), as: alias)
        case .action(let action): _ = try results(action)
        case .assertReturn(let action, let expected): return compare(try results(action), expected)
        case .assertTrap(let action, let text), .assertExhaustion(let action, let text): return trap(action, text)
        case .assertInvalid(let module, _), .assertMalformed(let module, _): return try refusal(of: module)
        case .assertUnlinkable(let module, let text), .assertUninstantiable(let module, let text):
            return try failure(of: module, text, isLinking: step.isAboutLinking)
        case .other: return .skipped
        }
        return .passed
    }

    private mutating func add(_ instance: Instance, _ name: String?) throws {
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
        guard let file = module.file else { throw WastUnsupported() }
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
                guard let value = Value(argument) else { throw WastUnsupported() }
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
            return error is WastUnsupported ? .skipped : .failed("\(error)")
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

/// A command about something that we don't have.
struct WastUnsupported: Error {}

extension WastStep {
    fileprivate var isAboutLinking: Bool {
        if case .assertUnlinkable = self { true } else { false }
    }
}

extension String {
    /// Scripts have the beginning of the reference implementation's message, which sometimes says more than ours.
    fileprivate func begins(like text: String) -> Bool { hasPrefix(text) || text.hasPrefix(self) }
}

extension Value {
    /// Nil for what we don't have.
    fileprivate init?(_ value: WastValue) {
        switch value {
        case .i32(let bits): self = .i32(bits)
        case .i64(let bits): self = .i64(bits)
        case .f32(let bits): self = .f32(bits)
        case .f64(let bits): self = .f64(bits)
        case .v128(let low, let high): self = .v128(low: low, high: high)
        case .null(.funcref): self = .funcref(nil)
        case .null(.externref): self = .externref(nil)
        case .extern(let number): self = .externref(number)
        case .unsupported: return nil
        }
    }
}

extension WastResult {
    fileprivate init(_ value: Value) {
        switch value {
        case .i32(let bits): self = .value(.i32(bits))
        case .i64(let bits): self = .value(.i64(bits))
        case .f32(let bits): self = .value(.f32(bits))
        case .f64(let bits): self = .value(.f64(bits))
        case .v128(let low, let high): self = .value(.v128(low: low, high: high))
        case .funcref(let function): self = function == nil ? .value(.null(.funcref)) : .function
        case .externref(let number): self = .value(number.map(WastValue.extern) ?? .null(.externref))
        }
    }
}
