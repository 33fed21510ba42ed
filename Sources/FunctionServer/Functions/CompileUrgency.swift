import Glibc
import Synchronization

/// Whether somebody waits for a small module to be compiled: event loops, which could take all the processors there are,
/// then let others run between two requests.
///
/// A version that is overwritten is to be replaced in a moment, and the thread that compiles has no better claim to a
/// processor than threads that are never out of work. Only for a while after each begins, so that whoever overwrites
/// without pause slows others down no more than by what compiling takes.
final class CompileUrgency: Sendable {
    /// Bytes of the largest module that counts.
    private static let largest = 512 << 10
    /// Nanoseconds after its begin for which one counts.
    private static let patience: Int64 = 60 * .millisecond

    private let count = Atomic<Int>(0)
    private let until = Atomic<Int64>(0)

    /// Compiling a module of so many bytes begins; ``end(bytes:)`` has to follow.
    func begin(bytes: Int) {
        guard bytes <= Self.largest else { return }
        until.store(MonotonicTime.now().advanced(by: Self.patience).nanoseconds, ordering: .relaxed)
        count.add(1, ordering: .relaxed)
    }

    func end(bytes: Int) {
        if bytes <= Self.largest { count.subtract(1, ordering: .relaxed) }
    }

    /// Whether somebody waits.
    func isPressing(at now: MonotonicTime) -> Bool {
        count.load(ordering: .relaxed) > 0 && until.load(ordering: .relaxed) > now.nanoseconds
    }

    /// Lets others run, if there are any, while that is urgent.
    func giveWay(at now: MonotonicTime) {
        if isPressing(at: now) { sched_yield() }
    }
}
