import WasmRuntime

/// What `-W` sets.
struct RunLimits: Equatable, Sendable {
    /// Wall time, in nanoseconds.
    var timeout: UInt64?
    /// Bytes of each linear memory.
    var maximumMemory: UInt64?
    /// Bytes of stack.
    var maximumStack: UInt64?
    var unknownImports = UnknownImports.error

    /// One `-W`: `KEY=VALUE`, several separated by commas.
    mutating func apply(_ text: String) throws(InvalidLimit) {
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { throw InvalidLimit("-W \(item): expected KEY=VALUE") }
            try set(String(pair[0]), String(pair[1]))
        }
    }

    private mutating func set(_ key: String, _ value: String) throws(InvalidLimit) {
        switch key {
        case "timeout":
            guard let nanoseconds = Self.nanoseconds(value), nanoseconds > 0 else {
                throw InvalidLimit("-W timeout=\(value): expected a duration such as 2s, 100ms, 50us or 10ns")
            }
            timeout = nanoseconds
        case "max-memory-size": maximumMemory = try Self.bytes(key, value)
        case "max-wasm-stack": maximumStack = try Self.bytes(key, value)
        case "unknown-imports":
            guard let choice = UnknownImports(rawValue: value) else {
                throw InvalidLimit("-W unknown-imports=\(value): expected error, trap or zero")
            }
            unknownImports = choice
        default: throw InvalidLimit("-W \(key): unknown; there are \(Self.keys)")
        }
    }

    static let keys = "timeout, max-memory-size, max-wasm-stack and unknown-imports"

    private static func bytes(_ key: String, _ value: String) throws(InvalidLimit) -> UInt64 {
        guard let bytes = UInt64(value) else { throw InvalidLimit("-W \(key)=\(value): expected a number of bytes") }
        return bytes
    }

    /// A duration: `1` and `1s` are a second; `ms`, `us` and `ns` are the other units.
    static func nanoseconds(_ text: String) -> UInt64? {
        let digits = text.prefix { $0 >= "0" && $0 <= "9" }
        let scale: UInt64? =
            switch text.dropFirst(digits.count) {
            case "", "s": 1_000_000_000
            case "ms": 1_000_000
            case "us": 1000
            case "ns": 1
            default: nil
            }
        guard let count = UInt64(digits), let scale else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: scale)
        return overflow ? nil : product
    }
}

/// A `-W` that makes no sense.
struct InvalidLimit: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
