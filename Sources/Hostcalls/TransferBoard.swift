/// Where the transfers of one exchange put what came of them, and where the guest's thread waits for that.
///
/// SAFETY: what changes is touched only with the condition's lock.
final class TransferBoard: @unchecked Sendable {
    /// What came of a transfer.
    struct Outcome: Sendable {
        /// Nil if there was none within the limits.
        var response: ReceivedResponse?
        var wasTooLarge = false
        /// Hosts that were not reached because they must not be.
        var refusals: [Refusal] = []
    }

    /// A host that was not reached, and why.
    struct Refusal: Sendable, Equatable {
        var host: String
        var reason: String
    }

    private let condition = TimedCondition()
    private var outcomes: [Int: Outcome] = [:]
    private var underWay = 0
    private var held = 0
    private var isAbandoned = false
    private let mostHeld: Int

    /// A board whose transfers hold so many bytes at most, of all bodies together.
    init(mostBytes: Int) {
        mostHeld = mostBytes
    }

    /// Whether somebody waits.
    var isWanted: Bool { condition.withLock { !isAbandoned } }

    /// Nobody waits any more: what is under way is of no use.
    ///
    /// Whether there is something under way.
    func abandon() -> Bool {
        condition.withLock {
            isAbandoned = true
            outcomes = [:]
            return underWay > 0
        }
    }

    /// One more transfer is under way, until its outcome is put down.
    func begin() { condition.withLock { underWay += 1 } }

    /// Counts bytes that a transfer holds from now on, or no longer; false if they are too many.
    func hold(_ count: Int) -> Bool {
        condition.withLock {
            guard count <= mostHeld - held else { return false }
            held += count
            return true
        }
    }

    /// Puts down what came of a transfer.
    func post(_ outcome: Outcome, of transfer: Int) {
        condition.withLock {
            underWay -= 1
            if !isAbandoned { outcomes[transfer] = outcome }
            condition.broadcast()
        }
    }

    /// What came of a transfer, once; nil: nothing yet.
    func take(_ transfer: Int) -> Outcome? {
        condition.withLock { outcomes.removeValue(forKey: transfer) }
    }

    /// Waits until one of the transfers is done, and says which: the first of them in this order.
    ///
    /// Nil when the deadline has passed, in nanoseconds of the monotonic clock.
    func wait(for transfers: [Int], until deadline: Int64) -> Int? {
        condition.withLock {
            while true {
                if let done = transfers.first(where: { outcomes[$0] != nil }) { return done }
                if !condition.wait(until: deadline) {
                    return transfers.first { outcomes[$0] != nil }
                }
            }
        }
    }
}
