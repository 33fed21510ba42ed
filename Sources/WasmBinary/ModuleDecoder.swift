package import WasmModule

/// Decodes a module of the binary format.
///
/// Function bodies and data stay where they are in the bytes.
///
/// What the module means is not looked at: indices may be out of range and types may not fit. That, and the
/// bodies, are for the validator.
/// <https://webassembly.github.io/spec/core/binary/modules.html>
package func decodeModule(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: ImplementationLimits = .init()
) throws(DecodeError) -> Module {
    var decoder = ModuleDecoder(limits: limits)
    try decoder.decode(bytes)
    return decoder.module
}

/// The module as decoded so far.
///
/// One extension per section.
struct ModuleDecoder {
    let limits: ImplementationLimits
    var module = Module()
    /// Instructions of all constant expressions so far.
    var constantInstructions = 0
    /// The function section's entries, counted apart from the imported functions.
    var definedFunctions = 0
    private var lastRank = 0

    init(limits: ImplementationLimits) {
        self.limits = limits
    }

    mutating func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(DecodeError) {
        var reader = ByteReader(bytes, range: 0..<bytes.count, isPart: false)
        guard bytes.count <= limits.moduleSize else {
            throw reader.failure("module size must be at most \(limits.moduleSize) bytes")
        }
        try header(&reader)
        while !reader.isAtEnd { try section(&reader) }
        guard module.bodies.count == definedFunctions else {
            throw reader.failure("function and code section have inconsistent lengths")
        }
        if let count = module.dataCount, Int(count) != module.dataSegments.count {
            throw reader.failure("data count and data section have inconsistent lengths")
        }
    }

    private func header(_ reader: inout ByteReader) throws(DecodeError) {
        guard try reader.littleEndian(4) == 0x6D73_6100 else {
            throw reader.failure("magic header not detected: not a binary module (for text: wat2wasm)", at: 0)
        }
        guard try reader.littleEndian(4) == 1 else { throw reader.failure("unknown binary version", at: 4) }
    }

    private mutating func section(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let id = try reader.byte()
        guard let section = Section(rawValue: id) else {
            throw reader.failure("malformed section id \(id)", at: start)
        }
        var content = try reader.part(Int(try reader.u32()))
        if section != .custom {
            guard section.rank > lastRank else {
                throw reader.failure("unexpected content after last section", at: start)
            }
            lastRank = section.rank
            module.sectionOffsets[section] = content.position
        }
        try decode(section, &content)
        guard content.isAtEnd else { throw content.failure("section size mismatch") }
    }

    private mutating func decode(_ section: Section, _ reader: inout ByteReader) throws(DecodeError) {
        switch section {
        case .custom: try customSection(&reader)
        case .type: try typeSection(&reader)
        case .import: try importSection(&reader)
        case .function: try functionSection(&reader)
        case .table: try tableSection(&reader)
        case .memory: try memorySection(&reader)
        case .tag: try tagSection(&reader)
        case .global: try globalSection(&reader)
        case .export: try exportSection(&reader)
        case .start: module.start = FunctionIndex(try reader.u32())
        case .element: try elementSection(&reader)
        case .code: try codeSection(&reader)
        case .data: try dataSection(&reader)
        case .dataCount: module.dataCount = try reader.u32()
        }
    }
}

extension Section {
    /// The place in the prescribed order, in which tags come before the globals and the data count before the code.
    var rank: Int {
        switch self {
        case .custom, .type, .import, .function, .table, .memory: Int(rawValue)
        case .tag: 6
        case .global, .export, .start, .element: Int(rawValue) + 1
        case .dataCount: 11
        case .code: 12
        case .data: 13
        }
    }
}
