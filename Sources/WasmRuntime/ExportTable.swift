import WasmModule

/// What a module exports, by name.
struct ExportTable: Sendable {
    /// Up to so many are looked through one by one: that is faster, and spares the start of a process the making of
    /// a dictionary's types.
    private static let smallCount = 16

    private let exports: [Export]
    private let large: [ExactName: ExportKind]

    init(_ exports: [Export]) {
        self.exports = exports
        large =
            exports.count <= Self.smallCount
            ? [:] : Dictionary(exports.map { (ExactName($0.name), $0.kind) }) { first, _ in first }
    }

    subscript(name: String) -> ExportKind? {
        let name = ExactName(name)
        guard large.isEmpty else { return large[name] }
        return exports.first { ExactName($0.name) == name }?.kind
    }
}
