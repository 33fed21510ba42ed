package import Hostcalls
package import WasmRuntime

/// What a function's guests may use: one value for each function.
package struct GuestLimits: Sendable {
    /// Memory, tables, stack.
    package var instance = InstanceLimits(memoryBytes: 128 << 20, tableElements: 1_000_000, stackBytes: 1 << 20)
    /// What the host calls hold.
    package var hostcalls = HostcallLimits()
    /// How much of what outlives requests is kept.
    package var values = KeyValueLimits()
    /// Where guests may send requests.
    package var outbound = OutboundPolicy.denied
    /// Time for one request by the clock, in nanoseconds.
    package var timeout: Int64 = 10 * .second
    /// Time of a processor for one request, in nanoseconds.
    package var processorTime: Int64 = 10 * .second
    /// Descriptors that a command may have open, its standard streams included.
    package var openFiles: UInt32 = 64
    /// A folder in memory that each run of a command begins with, empty.
    package var memoryFolder: MemoryFolder?
    /// What clocks tell multiples of, in nanoseconds.
    package var clockResolution: UInt32 = 1000
    /// Bytes that a command may answer.
    ///
    /// What the host calls hold of a response is limited by itself.
    package var outputBytes: Int64 = 1 << 30

    /// The defaults.
    package init() {}

    /// How much there is of something, for people; of the output for a command, or for who answers by host calls.
    func amount(of limit: Limit, isCommand: Bool) -> String? {
        switch limit {
        case .memory: "\(instance.memoryBytes) bytes"
        case .tableElements: "\(instance.tableElements) elements"
        case .stack: "\(instance.stackBytes) bytes"
        case .wallTime: "\(Duration.nanoseconds(timeout))"
        case .processorTime: "\(Duration.nanoseconds(processorTime))"
        case .openFiles: "\(openFiles)"
        case .memoryFolder: memoryFolder.map { "\($0.bytes) bytes in \($0.guest)" }
        case .outputBytes: isCommand ? "\(outputBytes) bytes" : "\(hostcalls.responseBodyBytes) bytes"
        case .hostBytes: "\(hostcalls.sentBodyBytes) bytes of a body, \(hostcalls.headerBytes) of a header"
        case .hostHandles: "\(hostcalls.handles) requests and responses, \(hostcalls.sentRequests) sent requests"
        case .storedBytes:
            "\(values.keyBytes) bytes of a key, \(values.valueBytes) of a value, \(values.siteBytes) of a site"
        case .instances, .moduleBytes, .compileTime: nil
        }
    }
}
