/// What the instances of one store may use.
package struct InstanceLimits: Hashable, Sendable {
    /// Bytes of all linear memories and of the guests' garbage-collected heap together.
    ///
    /// A module that needs more is refused; growth beyond it fails.
    package var memoryBytes: UInt64
    /// Elements of all tables together.
    package var tableElements: UInt64
    /// Bytes of stack for guests' frames.
    ///
    /// Recursion beyond it is a trap.
    package var stackBytes: UInt64

    package init(
        memoryBytes: UInt64 = 4 << 30, tableElements: UInt64 = 10_000_000, stackBytes: UInt64 = 1 << 20
    ) {
        self.memoryBytes = memoryBytes
        self.tableElements = tableElements
        self.stackBytes = stackBytes
    }
}
