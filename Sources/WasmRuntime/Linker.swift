import CRuntime
import NativeCode
import WasmModule

/// What becomes of an imported function that nobody provides.
///
/// Other imports nobody provides are always errors.
package enum UnknownImports: String, Hashable, Sendable {
    /// The module is refused.
    case error
    /// A function that traps when it is called.
    case trap
    /// A function that returns zeros, or traps if a result can't be null.
    case zero
}

/// Names for everything that modules may import, and instances made with them.
package struct Linker {
    private struct Name: Hashable {
        var module: ExactName
        var name: ExactName

        init(module: String, name: String) {
            self.module = ExactName(module)
            self.name = ExactName(name)
        }
    }
    private enum Definition {
        case host(HostFunction)
        case extern(Extern)
    }

    package var unknownImports: UnknownImports
    private var definitions: [Name: Definition] = [:]
    private var interface: Interface?

    /// Host functions by their two names.
    package typealias Interface = (_ module: String, _ name: String) -> HostFunction?

    package init(unknownImports: UnknownImports = .error) {
        self.unknownImports = unknownImports
    }

    /// Later definitions replace earlier ones of the same names.
    package mutating func define(_ function: HostFunction) {
        definitions[Name(module: function.module, name: function.name)] = .host(function)
    }

    /// The same for several.
    package mutating func define(_ functions: [HostFunction]) {
        for function in functions { define(function) }
    }

    /// The same for many functions of which a module imports few: they are asked for by name, and only when nothing
    /// is defined by that name.
    package mutating func define(_ interface: @escaping Interface) {
        guard let earlier = self.interface else {
            self.interface = interface
            return
        }
        self.interface = { interface($0, $1) ?? earlier($0, $1) }
    }

    /// The same for anything of a store: modules that import it can be instantiated in that store only.
    package mutating func define(_ extern: Extern, module: String, name: String) {
        definitions[Name(module: module, name: name)] = .extern(extern)
    }

    /// Everything an instance exports, under this module name.
    package mutating func define(exportsOf instance: Instance, as module: String) {
        for export in instance.module.descriptor.exports {
            guard let extern = instance.extern(export.name) else { continue }
            define(extern, module: module, name: export.name)
        }
    }

    /// Makes an instance and runs its start function.
    package func instantiate(_ module: LoadedModule, in store: Store) throws(InstantiationError) -> Instance {
        let arrays = NativeArrays()
        let imports: [tf_extern]
        do {
            imports = try resolve(module, in: store, arrays)
        } catch {
            throw .link(error)
        }
        store.keep(arrays)
        do {
            return try imports.withUnsafeBufferPointer { (buffer) throws(Trap) in
                try Instance(module: module, imports: buffer.baseAddress, store: store)
            }
        } catch {
            throw .trap(error)
        }
    }

    /// Resolves a module's imports once, for many stores.
    ///
    /// All of them must be host functions.
    package func prepare(_ module: LoadedModule) throws(LinkError) -> PreparedModule {
        let arrays = NativeArrays()
        return PreparedModule(module: module, imports: try resolve(module, in: nil, arrays), texts: arrays)
    }

    /// The imports in order, checked.
    ///
    /// `arrays` gets what they point to.
    private func resolve(
        _ module: LoadedModule, in store: Store?, _ arrays: NativeArrays
    ) throws(LinkError) -> [tf_extern] {
        var imports: [tf_extern] = []
        imports.reserveCapacity(module.descriptor.imports.count)
        for item in module.descriptor.imports {
            switch definition(of: item) {
            case .host(let function): imports.append(function.native)
            case .extern(let extern) where extern.store === store: imports.append(extern.native)
            case .extern, nil: imports.append(try substitute(for: item, of: module, arrays))
            }
        }
        let mismatch = imports.withUnsafeBufferPointer { tf_module_mismatch(module.native.pointer, $0.baseAddress) }
        guard mismatch < 0 else {
            let item = module.descriptor.imports[Int(mismatch)]
            throw LinkError(
                reason: .incompatible, module: item.module, name: item.name, detail: detail(item, module, store))
        }
        return imports
    }

    private func definition(of item: Import) -> Definition? {
        definitions[Name(module: item.module, name: item.name)]
            ?? interface?(item.module, item.name).map(Definition.host)
    }

    private func substitute(
        for item: Import, of module: LoadedModule, _ arrays: NativeArrays
    ) throws(LinkError) -> tf_extern {
        guard unknownImports != .error, case .function(let index) = item.kind else {
            throw LinkError(reason: .unknown, module: item.module, name: item.name)
        }
        var native = tf_extern()
        native.kind = TF_EXTERN_FUNCTION.rawValue
        native.type = module.code.types.identifiers[index.offset]
        let results = module.descriptor.types[index.offset].function?.results ?? []
        // A reference that can't be null has no zero.
        if unknownImports == .zero, results.allSatisfy(\.isDefaultable) {
            native.call = tf_zero_import
            native.data = UnsafeMutableRawPointer(bitPattern: Value.cellCount(results))
        } else {
            let error = LinkError(reason: .unknown, module: item.module, name: item.name)
            native.call = tf_unknown_import
            native.data = arrays.copy("\(error)")
        }
        return native
    }

    /// What is wanted and what is offered.
    private func detail(_ item: Import, _ module: LoadedModule, _ store: Store?) -> String? {
        let wanted = ExternType(item.kind, types: module.descriptor.types)
        let offered: ExternType
        switch definition(of: item) {
        case .host(let function): offered = .function(function.type)
        case .extern(let extern) where extern.store === store: offered = extern.presentType
        case .extern, nil: return nil
        }
        let text = "the module wants \(wanted), and is offered \(offered)"
        // Indices are each module's own.
        return "\(wanted)" == "\(offered)" ? "\(text), of types that are declared differently" : text
    }
}
