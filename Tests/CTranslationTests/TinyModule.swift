import CTranslation
import WasmBinary
import WasmModule
import WasmValidation

/// A module of one function, assembled from the bytes of its body: enough to look at the C that is made of it.
struct TinyModule {
    /// Binary codes of the function's parameters and results.
    var parameters: [UInt8] = []
    var results: [UInt8] = []
    /// Run-length local declarations, as in the binary format.
    var locals: [(count: Int, type: UInt8)] = []
    /// Instructions, without the closing `end`.
    var body: [UInt8] = []
    var exportName = "f"
    /// Tables of one funcref each.
    var tables: UInt8 = 1
    /// The limits of the tables: at least one element.
    var tableLimits: [UInt8] = [0, 1]
    /// The types of the memories: one of at least one page.
    var memories: [[UInt8]] = [[0, 1]]
    var boundsChecks = BoundsChecks.guardPages
    var dialect = Dialect.quick
    /// The types of the tags.
    var tags: [UInt8] = []
    /// The bytes of type 2, if there is one.
    var furtherType: [UInt8] = []

    static let i32: UInt8 = 0x7F
    static let i64: UInt8 = 0x7E
    static let f32: UInt8 = 0x7D
    static let f64: UInt8 = 0x7C

    /// The whole module: function 0 imported with type () -> (i32), function 1 the body; a memory, a table, a global.
    var bytes: [UInt8] {
        var module: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
        let type = [0x60] + Self.vector(parameters) + Self.vector(results)
        module += Self.section(1, [furtherType.isEmpty ? 2 : 3, 0x60, 0, 1, Self.i32] + type + furtherType)
        module += Self.section(2, [1] + Self.name("m") + Self.name("callee") + [0, 0])
        module += Self.section(3, [1, 1])
        module += Self.section(4, [tables] + (0..<tables).flatMap { _ in [0x70] + tableLimits })
        module += Self.section(5, Self.leb(memories.count) + memories.flatMap { $0 })
        if !tags.isEmpty { module += Self.section(13, Self.leb(tags.count) + tags.flatMap { [0, $0] }) }
        module += Self.section(6, [1, Self.i32, 1, 0x41, 0, 0x0B])
        module += Self.section(7, [1] + Self.name(exportName) + [0, 1])
        var code = Self.leb(locals.count)
        for run in locals { code += Self.leb(run.count) + [run.type] }
        code += body + [0x0B]
        module += Self.section(10, [1] + Self.leb(code.count) + code)
        return module
    }

    /// The C of the function under test, from its head to its closing brace; each statement with a semicolon, as if
    /// none was joined to the next by a comma.
    func function(limit: Int = 40) throws -> String {
        let source = try source(limit: limit).replacing(",\n", with: ";\n")
        guard let start = source.firstRange(of: "/* function 1 */\n")?.upperBound else { return "" }
        guard let end = source[start...].firstRange(of: "static void e")?.lowerBound else { return "" }
        return String(source[start..<end])
    }

    func source(limit: Int = 40, prelude: String = "", vectorPrelude: String = "") throws -> String {
        let bytes = bytes
        return try bytes.withUnsafeBufferPointer { buffer in
            let module = try validate(try decodeModule(buffer))
            let options = TranslationOptions(
                prelude: Array(prelude.utf8), vectorPrelude: Array(vectorPrelude.utf8), expressionLimit: limit,
                boundsChecks: boundsChecks, dialect: dialect)
            let text = try translate(module, bytes: buffer, options: options)
            return String(decoding: text, as: UTF8.self)
        }
    }

    static func leb(_ value: Int) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        repeat {
            let more: UInt8 = rest > 127 ? 0x80 : 0
            bytes.append(UInt8(rest & 127) | more)
            rest >>= 7
        } while rest > 0
        return bytes
    }

    static func vector(_ bytes: [UInt8]) -> [UInt8] { leb(bytes.count) + bytes }

    static func name(_ text: String) -> [UInt8] { vector(Array(text.utf8)) }

    static func section(_ id: UInt8, _ contents: [UInt8]) -> [UInt8] { [id] + vector(contents) }
}
