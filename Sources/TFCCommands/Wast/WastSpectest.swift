import CRuntime
import WasmModule
import WasmRuntime

/// The module `spectest` that scripts import from: functions that do nothing, and one of each other thing.
enum WastSpectest {
    static func define(in linker: inout Linker, _ store: Store) throws(Trap) {
        for (name, parameters) in functions {
            linker.define(
                HostFunction(
                    module: "spectest", name: name, type: FunctionType(parameters: parameters, results: []),
                    call: { _, _ in TF_OK }))
        }
        let globals: [(String, Value)] = [
            ("global_i32", .i32(666)), ("global_i64", .i64(666)),
            ("global_f32", .f32(Float(666.6).bitPattern)), ("global_f64", .f64(Double(666.6).bitPattern)),
        ]
        for (name, value) in globals {
            linker.define(try store.makeGlobal(value, isMutable: false), module: "spectest", name: name)
        }
        for (name, is64) in [("table", false), ("table64", true)] {
            let type = TableType(element: .funcref, limits: Limits(minimum: 10, maximum: 20), is64: is64)
            linker.define(try store.makeTable(type), module: "spectest", name: name)
        }
        for (name, isShared) in [("memory", false), ("shared_memory", true)] {
            let type = MemoryType(limits: Limits(minimum: 1, maximum: 2), isShared: isShared)
            linker.define(try store.makeMemory(type), module: "spectest", name: name)
        }
    }

    private static let functions: [(String, [ValueType])] = [
        ("print", []), ("print_i32", [.i32]), ("print_i64", [.i64]), ("print_f32", [.f32]), ("print_f64", [.f64]),
        ("print_i32_f32", [.i32, .f32]), ("print_f64_f64", [.f64, .f64]),
    ]
}
