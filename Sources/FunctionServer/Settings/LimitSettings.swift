import Hostcalls
package import TOML
import WasmRuntime

/// Limits as a file names them, by the names and in the units of the flags: they lower what is in force, and never
/// raise it.
package struct LimitSettings: Equatable, Sendable {
    /// One of them.
    package enum Name: String, CaseIterable, Sendable {
        case timeout = "timeout"
        case processorTime = "max-cpu-time"
        case memory = "max-memory-size"
        case stack = "max-wasm-stack"
        case tableElements = "max-table-elements"
        case openFiles = "max-open-files"
        case output = "max-output-size"
        case hostBytes = "max-host-bytes"
        case hostHandles = "max-host-handles"
    }

    /// Nanoseconds, bytes, or a count.
    package private(set) var values: [Name: Int64] = [:]

    /// None.
    package init() {}

    /// Which there are, as files name them.
    package var names: [String] { Name.allCases.filter { values[$0] != nil }.map(\.rawValue) }

    /// Reads a table of them.
    package init(_ table: TOMLTable, in place: String = "limits.") throws(TOMLError) {
        let names = Name.allCases.map(\.rawValue)
        let settings = try SettingsTable(table, in: place, keys: names)
        for name in Name.allCases {
            guard let node = settings[name.rawValue] else { continue }
            values[name] = try Self.value(node, name, place)
        }
    }

    /// What it is while this and the operator's own are in force: the lower of each.
    package func lower(_ limits: inout GuestLimits) {
        func least<T: FixedWidthInteger>(_ limit: inout T, _ name: Name) {
            if let value = values[name] { limit = min(limit, T(clamping: value)) }
        }
        least(&limits.timeout, .timeout)
        least(&limits.processorTime, .processorTime)
        least(&limits.instance.memoryBytes, .memory)
        least(&limits.instance.stackBytes, .stack)
        least(&limits.instance.tableElements, .tableElements)
        least(&limits.openFiles, .openFiles)
        least(&limits.outputBytes, .output)
        least(&limits.hostcalls.responseBodyBytes, .hostBytes)
        least(&limits.hostcalls.sentBodyBytes, .hostBytes)
        least(&limits.hostcalls.receivedBodyBytes, .hostBytes)
        least(&limits.hostcalls.handles, .hostHandles)
    }

    private static func value(_ node: TOMLNode, _ name: Name, _ place: String) throws(TOMLError) -> Int64 {
        let (value, example) =
            switch name {
            case .timeout, .processorTime: (quantity(node, Quantity.nanoseconds), "10s, 500ms")
            case .memory, .stack, .output, .hostBytes: (quantity(node, Quantity.bytes), "64M, 65536")
            case .tableElements, .openFiles, .hostHandles: (count(node), "a whole number")
            }
        guard let value else { throw TOMLError(line: node.line, "\(place)\(name.rawValue) has to be as \(example)") }
        let least: Int64 = name == .openFiles ? 3 : name == .stack ? 4096 : 0
        guard value >= least else { throw TOMLError(line: node.line, "\(place)\(name.rawValue) is at least \(least)") }
        return value
    }

    private static func quantity(_ node: TOMLNode, _ parse: (String) -> Int64?) -> Int64? {
        switch node.value {
        case .string(let text): parse(text)
        case .integer(let number): parse(String(number))
        default: nil
        }
    }

    private static func count(_ node: TOMLNode) -> Int64? {
        guard case .integer(let number) = node.value, number >= 0 else { return nil }
        return number
    }
}
