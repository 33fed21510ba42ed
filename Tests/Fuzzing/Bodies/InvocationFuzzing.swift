import ModuleCache
import WasmModule
import WasmRuntime

/// From bytes to running code: whatever it does, it ends, and only its caller hears of it.
enum InvocationFuzzing {
    private static let mostFunctions = 12

    static func run(_ bytes: UnsafeBufferPointer<UInt8>) throws(Finding) {
        try ModuleFuzzing.withLoaded(bytes) { module throws(Finding) in
            guard let store = try? Store(limits: limits) else { throw Finding("no memory for a store") }
            store.setTimeout(.milliseconds(20))
            guard let instance = try? Linker(unknownImports: .zero).instantiate(module, in: store) else { return }
            for export in module.descriptor.exports.prefix(mostFunctions) {
                guard let type = module.functionType(ofExport: export.name) else { continue }
                for seed in [0, UInt64(bytes.count), 0xFFFF_FFF8, .max] {
                    guard let arguments = arguments(for: type.parameters, seed: seed) else { break }
                    _ = try? instance.invoke(export.name, arguments)
                }
            }
        }
    }

    private static var limits: InstanceLimits {
        InstanceLimits(memoryBytes: 64 << 20, tableElements: 100_000, stackBytes: 128 << 10)
    }

    /// Numbers; nil if references are asked for.
    private static func arguments(for types: [ValueType], seed: UInt64) -> [Value]? {
        var arguments: [Value] = []
        for type in types {
            switch type {
            case .i32: arguments.append(.i32(UInt32(truncatingIfNeeded: seed)))
            case .i64: arguments.append(.i64(seed))
            case .f32: arguments.append(.f32(UInt32(truncatingIfNeeded: seed)))
            case .f64: arguments.append(.f64(seed))
            case .v128: arguments.append(.v128(low: seed, high: ~seed))
            default: return nil
            }
        }
        return arguments
    }
}
