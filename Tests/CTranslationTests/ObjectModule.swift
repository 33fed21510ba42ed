import CTranslation
import WasmBinary
import WasmValidation

/// A module of one exported function, with types of objects: enough to look at the C that is made of it.
struct ObjectModule {
    /// The type section's entries; the function's own type comes last.
    var types: [[UInt8]] = []
    var parameters: [UInt8] = []
    var results: [UInt8] = []
    /// Declarations of locals as in the binary format, how many and their type.
    var locals: [[UInt8]] = []
    /// Instructions, without the closing `end`.
    var body: [UInt8] = []
    /// Constant expressions of funcref globals' types and values, as in the binary format.
    var globals: [[UInt8]] = []

    /// `parameters` and `results` are value types as in the binary format, one after another; `arity` counts them.
    static func function(_ parameters: [[UInt8]], _ results: [[UInt8]]) -> [UInt8] {
        [0x60] + vector(parameters) + vector(results)
    }

    /// Fields are pairs of a storage type's bytes and whether it is mutable.
    static func structure(_ fields: [([UInt8], Bool)]) -> [UInt8] {
        [0x5F] + vector(fields.map { $0.0 + [$0.1 ? 1 : 0] })
    }

    static func array(_ storage: [UInt8], isMutable: Bool = true) -> [UInt8] { [0x5E] + storage + [isMutable ? 1 : 0] }

    /// A type that may have subtypes.
    static func open(_ type: [UInt8]) -> [UInt8] { [0x50, 0] + type }

    private static func vector(_ entries: [[UInt8]]) -> [UInt8] { TinyModule.leb(entries.count) + entries.joined() }

    var bytes: [UInt8] {
        var module: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
        module += TinyModule.section(1, Self.vector(types))
        module += TinyModule.section(3, [1] + TinyModule.leb(types.count - 1))
        module += TinyModule.section(5, [1, 0, 1])
        if !globals.isEmpty { module += TinyModule.section(6, Self.vector(globals)) }
        module += TinyModule.section(7, [1] + TinyModule.name("f") + [0, 0])
        // Data segment 0, passive; and so the number of segments before the code.
        module += TinyModule.section(12, [1])
        let code = Self.vector(locals) + body + [0x0B]
        module += TinyModule.section(10, [1] + TinyModule.leb(code.count) + code)
        module += TinyModule.section(11, [1, 1, 4, 1, 2, 3, 4])
        return module
    }

    /// The C of the function's body.
    func function(limit: Int = 40) throws -> String {
        let source = try source(limit: limit).replacing(",\n", with: ";\n")
        guard let start = source.firstRange(of: "/* function 0 */\n")?.upperBound else { return "" }
        guard let end = source[start...].firstRange(of: "static void e")?.lowerBound else { return "" }
        return String(source[start..<end])
    }

    func source(limit: Int = 40) throws -> String {
        let bytes = bytes
        return try bytes.withUnsafeBufferPointer { buffer in
            let module = try validate(try decodeModule(buffer))
            let text = try translate(
                module, bytes: buffer, options: TranslationOptions(prelude: [], expressionLimit: limit))
            return String(decoding: text, as: UTF8.self)
        }
    }
}
