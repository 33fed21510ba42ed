import WasmModule

// What several sections have in common.

extension ByteReader {
    /// The number of entries that follow; the caller must not trust it further than ``reservable(_:)``.
    mutating func count(_ what: String, limit: Int) throws(DecodeError) -> Int {
        let start = position
        let count = Int(try u32())
        guard count <= limit else { throw failure("too many \(what): \(count), limit \(limit)", at: start) }
        return count
    }

    /// How many entries to make room for: each takes at least a byte, whatever the file says.
    func reservable(_ count: Int) -> Int { min(count, remaining) }

    /// See <https://webassembly.github.io/spec/core/binary/values.html#names>.
    mutating func name() throws(DecodeError) -> String {
        let range = try skip(Int(try u32()))
        guard let name = String(validating: bytes(in: range), as: UTF8.self) else {
            throw failure("malformed UTF-8 encoding", at: range.lowerBound)
        }
        return name
    }

    mutating func zeroByte() throws(DecodeError) {
        let start = position
        guard try byte() == 0 else { throw failure("zero byte expected", at: start) }
    }

    /// See <https://webassembly.github.io/spec/core/binary/types.html#value-types>.
    mutating func valueType() throws(DecodeError) -> ValueType {
        let start = position
        let code = try byte()
        guard let type = ValueType(code: code) else { throw failure("malformed value type \(hex(code))", at: start) }
        return type
    }

    mutating func referenceType() throws(DecodeError) -> ValueType {
        let start = position
        let code = try byte()
        guard let type = ValueType(code: code), type.isReference else {
            throw failure("malformed reference type \(hex(code))", at: start)
        }
        return type
    }

    mutating func mutability() throws(DecodeError) -> Bool {
        let start = position
        let flag = try byte()
        guard flag <= 1 else { throw failure("malformed mutability", at: start) }
        return flag == 1
    }

    /// See <https://webassembly.github.io/spec/core/binary/types.html#limits>.
    mutating func limits() throws(DecodeError) -> Limits {
        let start = position
        let flags = try byte()
        guard flags <= 1 else { throw failure("malformed limits flags", at: start) }
        let minimum = UInt64(try u32())
        return Limits(minimum: minimum, maximum: flags == 1 ? UInt64(try u32()) : nil)
    }

    mutating func globalType() throws(DecodeError) -> GlobalType {
        let value = try valueType()
        return GlobalType(value: value, isMutable: try mutability())
    }

    mutating func tableType() throws(DecodeError) -> TableType {
        let element = try referenceType()
        return TableType(element: element, limits: try limits())
    }
}

extension ValueType {
    /// The type that a single byte encodes; nil for those that this compiler doesn't know.
    init?(code: UInt8) {
        switch code {
        case 0x7F: self = .i32
        case 0x7E: self = .i64
        case 0x7D: self = .f32
        case 0x7C: self = .f64
        case 0x7B: self = .v128
        case 0x70: self = .funcref
        case 0x6F: self = .externref
        default: return nil
        }
    }
}

func hex(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }
