import WasmModule

// Value, reference, heap, storage and block types. Each begins with a byte that is a small negative number; a type
// index in the same place is a positive number of 33 bits.

extension ByteReader {
    /// See <https://webassembly.github.io/spec/core/binary/types.html#value-types>.
    mutating func valueType() throws(DecodeError) -> ValueType {
        let start = position
        let code = try byte()
        if let type = ValueType(code: code) { return type }
        guard let type = try reference(code) else { throw failure("malformed value type \(hex(code))", at: start) }
        return type
    }

    /// See <https://webassembly.github.io/spec/core/binary/types.html#reference-types>.
    mutating func referenceType() throws(DecodeError) -> ValueType {
        let start = position
        let code = try byte()
        if let type = ValueType(code: code), type.isReference { return type }
        guard let type = try reference(code) else { throw failure("malformed reference type \(hex(code))", at: start) }
        return type
    }

    /// See <https://webassembly.github.io/spec/core/binary/types.html#field-types>.
    mutating func fieldType() throws(DecodeError) -> FieldType {
        let start = position
        let code = try byte()
        let storage: ValueType
        if code == 0x78 || code == 0x77 {
            storage = ValueType(rawValue: UInt32(code))
        } else if let type = ValueType(code: code) {
            storage = type
        } else if let type = try reference(code) {
            storage = type
        } else {
            throw failure("malformed storage type \(hex(code))", at: start)
        }
        return FieldType(storage, isMutable: try mutability())
    }

    /// A heap type, as the reference to it that may be null.
    ///
    /// <https://webassembly.github.io/spec/core/binary/types.html#heap-types>
    mutating func heapType() throws(DecodeError) -> ValueType {
        let start = position
        if let code = peek(), code & 0xC0 == 0x40 {
            _ = try byte()
            guard let type = ValueType(code: code), type.isReference else {
                throw failure("malformed heap type \(hex(code))", at: start)
            }
            return type
        }
        let index = try signed(bits: 33)
        guard index >= 0 else { throw failure("malformed heap type", at: start) }
        guard index <= ValueType.maximumIndex else { throw failure("unknown type \(index)", at: start) }
        return ValueType(reference: TypeIndex(Int(index)), isNullable: true)
    }

    /// A block type is one of a value type, a byte for nothing, or a type index.
    ///
    /// <https://webassembly.github.io/spec/core/binary/instructions.html#control-instructions>
    mutating func blockType() throws(DecodeError) -> BlockType {
        let start = position
        if let code = peek(), code & 0xC0 == 0x40 {
            _ = try byte()
            if code == 0x40 { return .empty }
            if let type = ValueType(code: code) { return .result(type) }
            guard let type = try reference(code) else { throw failure("malformed block type \(hex(code))", at: start) }
            return .result(type)
        }
        let index = try signed(bits: 33)
        guard index >= 0 else { throw failure("malformed block type", at: start) }
        return .type(TypeIndex(UInt32(truncatingIfNeeded: index)))
    }

    /// What follows the codes for references of either kind to any heap type; nil for other codes.
    private mutating func reference(_ code: UInt8) throws(DecodeError) -> ValueType? {
        switch code {
        case 0x63: try heapType()
        case 0x64: try heapType().nonNull
        default: nil
        }
    }
}

extension ValueType {
    /// The largest type index that fits beside the flags of ``ValueType/rawValue``: far beyond the limit on types.
    fileprivate static let maximumIndex: Int64 = (1 << 23) - 2

    /// The type that a single byte encodes; nil for all others.
    ///
    /// For a heap type's code it is the nullable reference.
    fileprivate init?(code: UInt8) {
        switch code {
        case 0x7B...0x7F: self.init(rawValue: UInt32(code))
        case 0x69...0x74: self.init(rawValue: 0x100 | UInt32(code))
        default: return nil
        }
    }
}
