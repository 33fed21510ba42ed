import Glibc
import ModuleCache
import NativeCode
import Testing
import WasmModule
import WasmRuntime

/// A module assembled for a test.
///
/// Everything is exported under its name; imports come before functions.
struct GuestModule {
    typealias Code = [UInt8]

    /// Binary codes of value types.
    static let i32: UInt8 = 0x7F
    static let i64: UInt8 = 0x7E

    private var types: [Code] = []
    private var imports: [Code] = []
    private var importedFunctions = 0
    private var functions: [Code] = []
    private var bodies: [Code] = []
    private var exports: [Code] = []
    private var names: [Code] = []
    private var memory: Code?
    private var table: Code?
    private var tags: [Code] = []
    private var globals: [Code] = []
    private var elements: [Code] = []
    private var data: [Code] = []
    private var start: Code?

    /// The index of a function type, made if it is new.
    mutating func type(_ parameters: Code, _ results: Code) -> UInt32 {
        let code = [0x60] + vector(parameters) + vector(results)
        if let index = types.firstIndex(of: code) { return UInt32(index) }
        types.append(code)
        return UInt32(types.count - 1)
    }

    /// Adds an entry of the type section as it is: a type, or a group of them.
    @discardableResult
    mutating func type(_ code: Code) -> UInt32 {
        types.append(code)
        return UInt32(types.count - 1)
    }

    @discardableResult
    mutating func importFunction(
        _ module: String, _ name: String, _ parameters: Code = [], _ results: Code = []
    ) -> UInt32 {
        imports.append(text(module) + text(name) + [0] + leb(type(parameters, results)))
        importedFunctions += 1
        return UInt32(importedFunctions - 1)
    }

    /// Imports a function of a type that is there already.
    @discardableResult
    mutating func importFunction(_ module: String, _ name: String, type: UInt32) -> UInt32 {
        imports.append(text(module) + text(name) + [0] + leb(type))
        importedFunctions += 1
        return UInt32(importedFunctions - 1)
    }

    mutating func importTag(_ module: String, _ name: String, type: UInt32) {
        imports.append(text(module) + text(name) + [4, 0] + leb(type))
    }

    /// Limits as in the binary format, flags first.
    mutating func importMemory(_ module: String, _ name: String, flags: UInt8, _ limits: UInt32...) {
        imports.append(text(module) + text(name) + [2, flags] + limits.flatMap(leb))
    }

    mutating func importMemory(_ module: String, _ name: String, _ minimum: UInt32, _ maximum: UInt32? = nil) {
        imports.append(text(module) + text(name) + [2] + limits(minimum, maximum))
    }

    mutating func importTable(_ module: String, _ name: String, _ minimum: UInt32, _ maximum: UInt32? = nil) {
        imports.append(text(module) + text(name) + [1, 0x70] + limits(minimum, maximum))
    }

    mutating func importGlobal(_ module: String, _ name: String, _ type: UInt8, isMutable: Bool = false) {
        imports.append(text(module) + text(name) + [3, type, isMutable ? 1 : 0])
    }

    /// Adds a function and exports it.
    ///
    /// `body` has no closing `end`.
    @discardableResult
    mutating func function(
        _ name: String, _ parameters: Code, _ results: Code, locals: Code = [], _ body: Code
    ) -> UInt32 {
        function(name, type: type(parameters, results), locals: locals, body)
    }

    /// Adds a function of a type that is there already, and exports it.
    @discardableResult
    mutating func function(_ name: String, type: UInt32, locals: Code = [], _ body: Code) -> UInt32 {
        functions.append(leb(type))
        let code = leb(UInt32(locals.count)) + locals.flatMap { [1, $0] } + body + [0x0B]
        bodies.append(leb(UInt32(code.count)) + code)
        let index = UInt32(importedFunctions + functions.count - 1)
        exports.append(text(name) + [0] + leb(index))
        names.append(leb(index) + text(name))
        return index
    }

    /// A function without parameters and results.
    @discardableResult
    mutating func function(_ name: String, _ body: Code) -> UInt32 { function(name, [], [], body) }

    /// Adds a tag and exports it.
    mutating func tag(_ name: String, type: UInt32) {
        tags.append([0] + leb(type))
        exports.append(text(name) + [4] + leb(UInt32(tags.count - 1)))
    }

    mutating func memory(_ minimum: UInt32, _ maximum: UInt32? = nil) {
        memory = limits(minimum, maximum)
        exports.append(text("memory") + [2, 0])
    }

    /// A memory with limits as in the binary format, flags first.
    mutating func memory(flags: UInt8, _ limits: UInt32...) {
        memory = [flags] + limits.flatMap(leb)
        exports.append(text("memory") + [2, 0])
    }

    mutating func table(_ minimum: UInt32, _ maximum: UInt32? = nil) {
        table = [0x70] + limits(minimum, maximum)
        exports.append(text("table") + [1, 0])
    }

    mutating func global(_ name: String, _ type: UInt8, isMutable: Bool, _ initial: Code) {
        global(name, [type], isMutable: isMutable, initial)
    }

    mutating func global(_ name: String, _ type: Code, isMutable: Bool, _ initial: Code) {
        globals.append(type + [isMutable ? 1 : 0] + initial + [0x0B])
        exports.append(text(name) + [3] + leb(UInt32(globals.count - 1)))
    }

    mutating func elements(at offset: Int32, _ items: [UInt32]) {
        elements.append([0] + Op.i32(offset) + [0x0B] + leb(UInt32(items.count)) + items.flatMap(leb))
    }

    mutating func data(at offset: Int32, _ bytes: Code) {
        data.append([0] + Op.i32(offset) + [0x0B] + vector(bytes))
    }

    mutating func start(_ function: UInt32) { start = leb(function) }

    var bytes: Code {
        var module: Code = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
        module += list(1, types) + list(2, imports) + list(3, functions)
        module += list(4, table.map { [$0] } ?? []) + list(5, memory.map { [$0] } ?? [])
        module += list(13, tags) + list(6, globals) + list(7, exports)
        if let start { module += section(8, start) }
        module += list(9, elements) + list(10, bodies) + list(11, data)
        let functionNames = leb(UInt32(names.count)) + names.flatMap { $0 }
        return module + section(0, text("name") + section(1, functionNames))
    }

    /// The module as native code: of the quick tier, or of the one that `TERRAFIRMA_TEST_TIER` names.
    func load() throws -> LoadedModule {
        let cache = ModuleCache(configuration: CacheConfiguration(directory: TestFolder.shared.path + "/cache"))
        return try LoadedModule(cache.artifact(contents: bytes, name: "test.wasm", options: Self.options))
    }

    /// For tests that count on work which nobody sees, or on functions that are not inlined.
    static var isAsWritten: ConditionTrait {
        .disabled(if: options.tier == .optimized, "an optimizing compiler leaves out what makes no difference")
    }

    private static let options: CompileOptions = {
        var options = CompileOptions()
        guard let name = getenv("TERRAFIRMA_TEST_TIER"), String(cString: name) == "optimized" else { return options }
        options.tier = .optimized
        options.compiler = .installed()
        return options
    }()

    /// One instance in a store of its own, with these host functions.
    func instantiate(_ host: [HostFunction] = [], limits: InstanceLimits = InstanceLimits()) throws -> Instance {
        var linker = Linker()
        linker.define(host)
        return try linker.instantiate(load(), in: Store(limits: limits))
    }

    private func list(_ id: UInt8, _ items: [Code]) -> Code {
        items.isEmpty ? [] : section(id, leb(UInt32(items.count)) + items.flatMap { $0 })
    }
}

/// Instructions.
enum Op {
    typealias Code = [UInt8]

    static let unreachable: Code = [0x00]
    static let drop: Code = [0x1A]
    static let end: Code = [0x0B]
    /// `loop … br 0 … end`.
    static func forever(_ body: Code = []) -> Code { [0x03, 0x40] + body + [0x0C, 0, 0x0B] }
    static func call(_ function: UInt32) -> Code { [0x10] + leb(function) }
    static func callIndirect(_ type: UInt32) -> Code { [0x11] + leb(type) + [0] }
    static func get(_ local: UInt32) -> Code { [0x20] + leb(local) }
    static func set(_ local: UInt32) -> Code { [0x21] + leb(local) }
    static func globalGet(_ global: UInt32) -> Code { [0x23] + leb(global) }
    static func globalSet(_ global: UInt32) -> Code { [0x24] + leb(global) }
    static func i32(_ value: Int32) -> Code { [0x41] + signed(Int64(value)) }
    static func i64(_ value: Int64) -> Code { [0x42] + signed(value) }
    static let memoryGrow: Code = [0x40, 0]
    static let memorySize: Code = [0x3F, 0]
    static let memoryFill: Code = [0xFC, 11, 0]
    static let memoryCopy: Code = [0xFC, 10, 0, 0]
    static let tableGet: Code = [0x25, 0]
    static let tableSize: Code = [0xFC, 16, 0]
    static let tableGrow: Code = [0xFC, 15, 0]
    static let i32Add: Code = [0x6A]
    static let i32Sub: Code = [0x6B]

    /// A load or store: opcode, static offset.
    static func access(_ opcode: UInt8, _ offset: UInt32 = 0) -> Code { [opcode, 0] + leb(offset) }
    static let i32Load: UInt8 = 0x28
    static let i32Store: UInt8 = 0x36
    static let i32Load8: UInt8 = 0x2D
    static let i32Store8: UInt8 = 0x3A

    private static func signed(_ value: Int64) -> Code {
        var rest = value
        var bytes: Code = []
        while true {
            let byte = UInt8(truncatingIfNeeded: rest & 0x7F)
            rest >>= 7
            if (rest == 0 && byte & 0x40 == 0) || (rest == -1 && byte & 0x40 != 0) { return bytes + [byte] }
            bytes.append(byte | 0x80)
        }
    }
}

private func leb(_ value: UInt32) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    repeat {
        bytes.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
        rest >>= 7
    } while rest > 0
    return bytes
}

private func vector(_ bytes: [UInt8]) -> [UInt8] { leb(UInt32(bytes.count)) + bytes }
private func text(_ text: String) -> [UInt8] { vector(Array(text.utf8)) }
private func section(_ id: UInt8, _ contents: [UInt8]) -> [UInt8] { [id] + vector(contents) }
private func limits(_ minimum: UInt32, _ maximum: UInt32?) -> [UInt8] {
    maximum.map { [1] + leb(minimum) + leb($0) } ?? [0] + leb(minimum)
}
