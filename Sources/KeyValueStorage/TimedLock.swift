import Hostcalls

/// A lock that is waited for until a deadline, in nanoseconds of the monotonic clock.
///
/// SAFETY: whether it is held is touched only with the condition's lock.
final class TimedLock: @unchecked Sendable {
    private let condition = TimedCondition()
    private var isHeld = false

    /// False if others hold it until then.
    func lock(until deadline: Int64) -> Bool {
        condition.withLock {
            while isHeld {
                if !condition.wait(until: deadline), isHeld { return false }
            }
            isHeld = true
            return true
        }
    }

    func unlock() {
        condition.withLock {
            isHeld = false
            condition.broadcast()
        }
    }
}
