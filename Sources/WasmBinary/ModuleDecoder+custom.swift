import WasmModule

extension ModuleDecoder {
    /// See <https://webassembly.github.io/spec/core/binary/modules.html#custom-section>.
    mutating func customSection(_ reader: inout ByteReader) throws(DecodeError) {
        let name = try reader.name()
        guard module.customSections.count < limits.customSections else {
            throw reader.failure("too many custom sections: limit \(limits.customSections)")
        }
        var content = try reader.part(reader.remaining)
        module.customSections.append(CustomSection(name: name, bytes: content.position..<content.end))
        // Names are a help for people; a section that is malformed is treated as missing.
        if name == "name", let names = try? nameSection(&content) { module.names = names }
    }

    /// See <https://webassembly.github.io/spec/core/appendix/custom.html#name-section>.
    private func nameSection(_ reader: inout ByteReader) throws(DecodeError) -> NameSection {
        var names = NameSection()
        while !reader.isAtEnd {
            let id = try reader.byte()
            var content = try reader.part(Int(try reader.u32()))
            switch id {
            case 0: names.module = try content.name()
            case 1: names.functions = try functionNames(&content)
            default: continue
            }
            guard content.isAtEnd else { throw content.failure("subsection size mismatch") }
        }
        return names
    }

    private func functionNames(_ reader: inout ByteReader) throws(DecodeError) -> [FunctionIndex: String] {
        let count = try reader.count("function names", limit: limits.functions)
        var names: [FunctionIndex: String] = [:]
        names.reserveCapacity(reader.reservable(count) / 2)
        for _ in 0..<count {
            let function = FunctionIndex(try reader.u32())
            let name = try reader.name()
            guard names.updateValue(name, forKey: function) == nil else {
                throw reader.failure("function \(function) named twice")
            }
        }
        return names
    }
}
