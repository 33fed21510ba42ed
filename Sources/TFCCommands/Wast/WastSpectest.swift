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
        let table = TableType(element: .funcref, limits: Limits(minimum: 10, maximum: 20))
        linker.define(try store.makeTable(table), module: "spectest", name: "table")
        let memory = MemoryType(limits: Limits(minimum: 1, maximum: 2))
        linker.define(try store.makeMemory(memory), module: "spectest", name: "memory")
    }

    private static let functions: [(String, [ValueType])] = [
        ("print", []), ("print_i32", [.i32]), ("print_i64", [.i64]), ("print_f32", [.f32]), ("print_f64", [.f64]),
        ("print_i32_f32", [.i32, .f32]), ("print_f64_f64", [.f64, .f64]),
    ]
}
