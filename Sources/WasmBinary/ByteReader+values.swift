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

    mutating func mutability() throws(DecodeError) -> Bool {
        let start = position
        let flag = try byte()
        guard flag <= 1 else { throw failure("malformed mutability", at: start) }
        return flag == 1
    }

    mutating func globalType() throws(DecodeError) -> GlobalType {
        let value = try valueType()
        return GlobalType(value: value, isMutable: try mutability())
    }

    mutating func tableType() throws(DecodeError) -> TableType {
        let element = try referenceType()
        let (flags, limits) = try limits(allowed: [.maximum, .is64])
        return TableType(element: element, limits: limits, is64: flags.contains(.is64))
    }

    mutating func memoryType() throws(DecodeError) -> MemoryType {
        let (flags, limits) = try limits(allowed: [.maximum, .shared, .is64, .pageSize])
        var type = MemoryType(limits: limits, is64: flags.contains(.is64), isShared: flags.contains(.shared))
        if flags.contains(.pageSize) {
            let start = position
            let exponent = try u32()
            guard exponent <= 64 else { throw failure("invalid custom page size", at: start) }
            type.pageSizeExponent = UInt8(exponent)
        }
        return type
    }

    /// A tag's attribute, of which there is one kind, and its function type.
    mutating func tagType() throws(DecodeError) -> TypeIndex {
        try zeroByte()
        return TypeIndex(try u32())
    }

    /// See <https://webassembly.github.io/spec/core/binary/types.html#limits>.
    private mutating func limits(allowed: LimitFlags) throws(DecodeError) -> (LimitFlags, Limits) {
        let start = position
        let flags = LimitFlags(rawValue: try byte())
        guard allowed.isSuperset(of: flags) else { throw failure("malformed limits flags", at: start) }
        // The numbers have 64 bits even for 32-bit addresses; whether they fit is for the validator.
        let minimum = try u64()
        return (flags, Limits(minimum: minimum, maximum: flags.contains(.maximum) ? try u64() : nil))
    }
}

/// The byte before a limit's numbers.
private struct LimitFlags: OptionSet {
    let rawValue: UInt8

    static let maximum = LimitFlags(rawValue: 1)
    static let shared = LimitFlags(rawValue: 2)
    static let is64 = LimitFlags(rawValue: 4)
    /// A third number follows, see <https://github.com/WebAssembly/custom-page-sizes>.
    static let pageSize = LimitFlags(rawValue: 8)
}

func hex(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }

/// At least two hexadecimal digits, as the official test suite writes opcodes.
func digits(_ value: some BinaryInteger) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
