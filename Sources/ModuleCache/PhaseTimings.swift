import Glibc

/// Where the time of one artifact went, by phase, in the order of the work.
///
/// Phases that were not needed are zero.
package struct PhaseTimings: Hashable, Sendable {
    package var read: Duration = .zero
    package var hash: Duration = .zero
    package var decode: Duration = .zero
    /// Time of the processor: these two are done at the same time, if the module is not small.
    package var translate: Duration = .zero
    package var compile: Duration = .zero
    /// The memory image, the descriptor, the names.
    package var write: Duration = .zero
    package var publish: Duration = .zero
    /// Finding the entry, checking it and reading the descriptor.
    package var load: Duration = .zero

    /// Who compiles the C.
    package var compiler = "libtcc"

    package init() {}

    /// Names as the commands show them, with values.
    package var phases: [(name: String, duration: Duration)] {
        [
            ("read", read), ("hash", hash), ("decode and validate", decode), ("translate", translate),
            (compiler, compile), ("write", write), ("publish", publish), ("load", load),
        ]
    }

    package var total: Duration { phases.reduce(.zero) { $0 + $1.duration } }

    /// Adds the time that `work` takes to a phase.
    mutating func measure<R, E: Error>(
        _ phase: WritableKeyPath<PhaseTimings, Duration>, _ work: () throws(E) -> R
    ) throws(E) -> R {
        let start = ContinuousClock.now
        defer { self[keyPath: phase] += ContinuousClock.now - start }
        return try work()
    }
}
