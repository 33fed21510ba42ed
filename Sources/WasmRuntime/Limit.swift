import CRuntime

/// What guests are limited in, by the names that operators know.
package enum Limit: String, CaseIterable, Comparable, Sendable {
    /// Bytes of linear memories and of the garbage-collected heap.
    case memory
    /// Elements of tables.
    case tableElements = "table-elements"
    /// Bytes of stack.
    case stack
    /// Time by the clock.
    case wallTime = "wall-time"
    /// Time of a processor.
    case processorTime = "cpu-time"
    /// Open files.
    case openFiles = "open-files"
    /// Bytes of a folder in memory.
    case memoryFolder = "tmpfs"
    /// Bytes of the response.
    case outputBytes = "output-bytes"
    /// Bytes that the host holds for a guest, of one kind.
    case hostBytes = "host-bytes"
    /// Requests and responses that the host holds for a guest.
    case hostHandles = "host-handles"
    /// Bytes of a key, of a value and of all that a site keeps.
    case storedBytes = "stored-bytes"
    /// Instances at a time, of one function or in all.
    case instances
    /// Bytes of a module.
    case moduleBytes = "module-bytes"
    /// Time to compile a module.
    case compileTime = "compile-time"

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Store {
    /// The limits that guests of this store have run into, whatever came of it.
    package var limitsReached: Set<Limit> {
        let bits = tf_store_limits_reached(pointer)
        return bits == 0 ? [] : Set(Self.limits.filter { bits & UInt32($0.bit) != 0 }.map(\.limit))
    }

    private static let limits: [(bit: Int, limit: Limit)] = [
        (TF_LIMIT_MEMORY, .memory), (TF_LIMIT_TABLES, .tableElements), (TF_LIMIT_STACK, .stack),
        (TF_LIMIT_DEADLINE, .wallTime), (TF_LIMIT_CPU_TIME, .processorTime),
    ]
}
