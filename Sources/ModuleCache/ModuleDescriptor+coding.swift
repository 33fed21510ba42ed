import WasmModule

extension ModuleDescriptor {
    /// Raised when the coding changes; part of every cache key.
    static let codingVersion: UInt32 = 3

    func encode() -> [UInt8] {
        var encoder = ByteEncoder()
        encoder.number(Self.codingVersion)
        encoder.types(types, recursionGroups)
        encoder.list(imports) { $0.moduleImport($1) }
        encoder.list(functions) { $0.index($1) }
        encoder.list(tables) { $0.table($1) }
        encoder.list(memories) { $0.memoryType($1) }
        encoder.list(globals) { $0.global($1) }
        encoder.list(tags) { $0.index($1) }
        encoder.list(exports) { $0.export($1) }
        encoder.optional(start) { $0.index($1) }
        encoder.list(elements) { $0.element($1) }
        encoder.list(data) { $0.data($1) }
        encoder.list(image) { $0.extent($1) }
        encoder.layout(layout)
        encoder.seal()
        return encoder.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(DamagedFile) -> ModuleDescriptor {
        var decoder = try ByteDecoder(sealed: bytes)
        guard try decoder.number(UInt32.self) == codingVersion else { throw DamagedFile() }
        var descriptor = ModuleDescriptor()
        (descriptor.types, descriptor.recursionGroups) = try decoder.types()
        descriptor.imports = try decoder.list { d throws(DamagedFile) in try d.moduleImport() }
        descriptor.functions = try decoder.list { d throws(DamagedFile) in try d.index() }
        descriptor.tables = try decoder.list { d throws(DamagedFile) in try d.table() }
        descriptor.memories = try decoder.list { d throws(DamagedFile) in try d.memoryType() }
        descriptor.globals = try decoder.list { d throws(DamagedFile) in try d.global() }
        descriptor.tags = try decoder.list { d throws(DamagedFile) in try d.index() }
        descriptor.exports = try decoder.list { d throws(DamagedFile) in try d.export() }
        descriptor.start = try decoder.optional { d throws(DamagedFile) in try d.index() }
        descriptor.elements = try decoder.list { d throws(DamagedFile) in try d.element() }
        descriptor.data = try decoder.list { d throws(DamagedFile) in try d.data() }
        descriptor.image = try decoder.list { d throws(DamagedFile) in try d.extent() }
        descriptor.layout = try decoder.layout()
        try decoder.expectEnd()
        guard descriptor.isConsistent else { throw DamagedFile() }
        return descriptor
    }
}

extension NameSection {
    /// The function names, in the order of their indices, so that equal names give equal bytes.
    func encode() -> [UInt8] {
        var encoder = ByteEncoder()
        encoder.optional(module) { $0.text($1) }
        encoder.list(functions.sorted { $0.key < $1.key }) {
            $0.index($1.key)
            $0.text($1.value)
        }
        encoder.seal()
        return encoder.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(DamagedFile) -> NameSection {
        var decoder = try ByteDecoder(sealed: bytes)
        var names = NameSection()
        names.module = try decoder.optional { d throws(DamagedFile) in try d.text() }
        let pairs = try decoder.list { d throws(DamagedFile) in (try d.index(FunctionIndex.self), try d.text()) }
        names.functions = Dictionary(pairs, uniquingKeysWith: { $1 })
        try decoder.expectEnd()
        return names
    }
}
