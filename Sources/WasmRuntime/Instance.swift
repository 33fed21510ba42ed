package import CRuntime
import NativeCode
package import WasmModule

/// An instance of a module.
///
/// Lives as long as its store.
package final class Instance {
    package let module: LoadedModule
    package let store: Store
    /// The C runtime's instance.
    package let pointer: UnsafeMutablePointer<tf_instance>

    /// `imports` must be of this store and fit the module.
    init(module: LoadedModule, imports: UnsafePointer<tf_extern>?, store: Store) throws(Trap) {
        self.module = module
        self.store = store
        store.keep(module)
        var instance: UnsafeMutablePointer<tf_instance>?
        let result = tf_instantiate(store.pointer, module.native.pointer, imports, &instance)
        guard let instance, result == TF_OK else {
            throw store.trap(result == TF_OK ? TF_TRAP_OUT_OF_MEMORY : result)
        }
        pointer = instance
    }

    /// An export, for other modules to import; nil if there is none of that name.
    package func extern(_ name: String) -> Extern? {
        guard let kind = module.exports[name] else { return nil }
        let native =
            switch kind {
            case .function(let index): tf_instance_function(pointer, index.rawValue)
            case .table(let index): tf_instance_table(pointer, index.rawValue)
            case .memory(let index): tf_instance_memory(pointer, index.rawValue)
            case .global(let index): tf_instance_global(pointer, index.rawValue)
            case .tag(let index): tf_instance_tag(pointer, index.rawValue)
            }
        return Extern(native: native, type: ExternType(kind, of: module.descriptor), store: store)
    }

    /// An exported function, for ``Store/call(_:_:)`` and `tf_host_call_guest`.
    package func function(_ name: String) -> UnsafePointer<tf_function>? {
        module.exportedFunction(name).flatMap(function)
    }

    /// One of the module's functions, which has been looked up before.
    package func function(_ index: FunctionIndex) -> UnsafePointer<tf_function>? {
        tf_instance_function(pointer, index.rawValue).function
    }

    /// Calls an exported function.
    ///
    /// A missing export and arguments of other types are a trap of kind ``Trap/Kind/host``.
    package func invoke(_ name: String, _ arguments: [Value] = []) throws(Trap) -> [Value] {
        guard let function = function(name), let type = module.functionType(ofExport: name) else {
            throw Trap(kind: .host, message: "there is no exported function \(name.debugDescription)")
        }
        try check(arguments, name, type)
        var values = arguments.flatMap(\.cells)
        let missing = max(1, Value.cellCount(type.results)) - values.count
        if missing > 0 { values.append(contentsOf: repeatElement(0, count: missing)) }
        try values.withUnsafeMutableBufferPointer { (cells) throws(Trap) in
            guard let first = cells.baseAddress else { return }
            try store.call(function, first)
        }
        return Value.values(values, type.results, in: module.descriptor.types)
    }

    private func check(_ arguments: [Value], _ name: String, _ type: FunctionType) throws(Trap) {
        let types = module.code.types
        guard arguments.count == type.parameters.count,
            zip(arguments, type.parameters).allSatisfy({ $0.isOf(types.packed($1)) })
        else {
            let isTooLarge = arguments.contains { ($0.externalNumber ?? 0) >= Value.externalLimit }
            let reason = isTooLarge ? "; the number of an external reference has at most 62 bits" : ""
            throw Trap(kind: .host, message: "\(name.debugDescription) is a function \(type)\(reason)")
        }
    }

    /// The present value of an exported global; nil if there is none of that name.
    package func global(_ name: String) -> Value? {
        guard case .global(let index) = module.exports[name] else { return nil }
        guard let cell = tf_instance_global(pointer, index.rawValue).data else { return nil }
        let type = module.descriptor.globals[index.offset].type.value
        let upper = type == .v128 ? cell.load(fromByteOffset: 8, as: UInt64.self) : 0
        return Value(cell: cell.load(as: UInt64.self), upper: upper, type: type, in: module.descriptor.types)
    }

    /// The bytes of memory 0 as they are now; empty without a memory.
    ///
    /// Only valid until a guest runs again.
    package var memory: UnsafeMutableRawBufferPointer {
        guard let memory = pointer.pointee.memory_zero else {
            return UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeMutableRawBufferPointer(start: memory.pointee.base, count: Int(memory.pointee.bytes))
    }
}
