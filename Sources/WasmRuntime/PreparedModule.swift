import CRuntime

/// A module whose imports are resolved: the way to instances that costs least.
///
/// SAFETY: nothing is written after `init`.
package final class PreparedModule: @unchecked Sendable {
    package let module: LoadedModule
    private let imports: UnsafeMutableBufferPointer<tf_extern>
    /// What the imports point to.
    private let texts: NativeArrays

    init(module: LoadedModule, imports: [tf_extern], texts: NativeArrays) {
        self.module = module
        self.texts = texts
        self.imports = .allocate(capacity: imports.count)
        _ = self.imports.initialize(from: imports)
    }

    deinit {
        imports.deallocate()
    }

    /// Makes an instance and runs its start function.
    package func instantiate(in store: Store) throws(Trap) -> Instance {
        store.keep(self)
        return try Instance(module: module, imports: UnsafePointer(imports.baseAddress), store: store)
    }
}
