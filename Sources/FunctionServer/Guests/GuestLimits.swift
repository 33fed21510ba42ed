package import Hostcalls
package import WasmRuntime

/// What each request's guest may use.
package struct GuestLimits: Sendable {
    /// Memory, tables, stack.
    package var instance = InstanceLimits(memoryBytes: 256 << 20, stackBytes: 512 << 10)
    /// What the host calls hold.
    package var hostcalls = HostcallLimits()
    /// Where guests may send requests.
    package var outbound = OutboundPolicy.denied
    /// Time for one request, in nanoseconds.
    package var timeout: Int64 = 10 * .second

    /// The defaults.
    package init() {}
}
