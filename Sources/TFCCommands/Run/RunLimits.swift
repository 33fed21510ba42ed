import WasmRuntime

/// What `-W` sets.
struct RunLimits: Equatable, Sendable {
    /// Wall time, in nanoseconds.
    var timeout: UInt64?
    /// Time of a processor, in nanoseconds.
    var processorTime: UInt64?
    /// Elements of all tables together.
    var maximumTableElements: UInt64?
    /// Descriptors that are open at a time.
    var maximumOpenFiles: UInt64?
    /// Memories that are kept ready for the next instances.
    var poolSlots: UInt64?
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
        case "timeout": timeout = try Self.duration(key, value)
        case "max-cpu-time": processorTime = try Self.duration(key, value)
        case "max-table-elements": maximumTableElements = try Self.count(key, value)
        case "max-open-files": maximumOpenFiles = try Self.count(key, value, 3...1_000_000)
        case "pool-slots": poolSlots = try Self.count(key, value)
        case "max-memory-size": maximumMemory = try Self.bytes(key, value)
        case "max-wasm-stack":
            maximumStack = try Self.bytes(key, value)
            guard let maximumStack, maximumStack >= Self.leastStack else {
                throw InvalidLimit("-W \(key)=\(value): at least \(Self.leastStack) bytes")
            }
        case "unknown-imports":
            guard let choice = UnknownImports(rawValue: value) else {
                throw InvalidLimit("-W unknown-imports=\(value): expected error, trap or zero")
            }
            unknownImports = choice
        default: throw InvalidLimit("-W \(key): unknown; there are \(Self.keys)")
        }
    }

    static let keys =
        "timeout, max-cpu-time, max-memory-size, max-wasm-stack, max-table-elements, max-open-files, pool-slots and "
        + "unknown-imports"

    /// What sets a limit.
    static func key(for limit: Limit) -> String? {
        switch limit {
        case .memory: "max-memory-size"
        case .tableElements: "max-table-elements"
        case .stack: "max-wasm-stack"
        case .wallTime: "timeout"
        case .processorTime: "max-cpu-time"
        case .openFiles: "max-open-files"
        default: nil
        }
    }

    private static func duration(_ key: String, _ value: String) throws(InvalidLimit) -> UInt64 {
        guard let nanoseconds = nanoseconds(value), nanoseconds > 0 else {
            throw InvalidLimit("-W \(key)=\(value): expected a duration above 0 such as 2s, 100ms, 50us or 10ns")
        }
        return nanoseconds
    }

    /// A page.
    private static let leastStack: UInt64 = 4096

    private static func count(
        _ key: String, _ value: String, _ range: ClosedRange<UInt64> = 0...UInt64(UInt32.max)
    ) throws(InvalidLimit) -> UInt64 {
        guard let count = UInt64(value), range.contains(count) else {
            throw InvalidLimit(
                "-W \(key)=\(value): expected a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return count
    }

    private static func bytes(_ key: String, _ value: String) throws(InvalidLimit) -> UInt64 {
        guard let bytes = MemoryFolder.bytes(value[...]) else {
            throw InvalidLimit("-W \(key)=\(value): expected a number of bytes such as 65536, 64k, 16m or 1g")
        }
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
