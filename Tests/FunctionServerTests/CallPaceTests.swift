import FunctionServer
import Testing

@Suite("Short functions")
struct CallPaceTests {
    private static func proven() -> CallPace {
        let pace = CallPace()
        for _ in 0..<CallPace.proof { pace.took(CallPace.short - 1) }
        return pace
    }

    /// Short calls until it may run on a loop again.
    private static func callsOwed(_ pace: CallPace) -> Int {
        var count = 0
        while !pace.mayRunOnLoop(), count < 1_000_000 {
            pace.took(0)
            count += 1
        }
        return count
    }

    @Test("a function is called on a loop after some short calls in a row, not before")
    func proof() {
        let pace = CallPace()
        for _ in 0..<CallPace.proof {
            #expect(!pace.mayRunOnLoop())
            pace.took(CallPace.short - 1)
        }
        #expect(pace.mayRunOnLoop())
        pace.took(CallPace.short)
        #expect(Self.callsOwed(pace) == CallPace.proof)
    }

    @Test("who overruns owes twice as many short calls each time")
    func overruns() {
        let pace = Self.proven()
        var owed: [Int] = []
        for _ in 0..<4 {
            pace.overran()
            owed.append(Self.callsOwed(pace))
        }
        #expect(owed == [3, 5, 9, 17].map { $0 * CallPace.proof })
    }

    @Test("what is owed has an end")
    func mostOwed() {
        let pace = Self.proven()
        for _ in 0..<200 { pace.overran() }
        #expect(!pace.mayRunOnLoop())
    }

    @Test("an overrun is forgotten after many good calls")
    func atonement() {
        let pace = Self.proven()
        pace.overran()
        _ = Self.callsOwed(pace)
        for _ in 0..<CallPace.atonement { pace.tookOnLoop(0) }
        pace.overran()
        #expect(Self.callsOwed(pace) == 3 * CallPace.proof)
    }

    @Test("a call that others held up puts one call on a thread, and no more")
    func heldUp() {
        let pace = Self.proven()
        pace.wasHeldUp()
        #expect(!pace.mayRunOnLoop())
        #expect(pace.mayRunOnLoop())
        pace.tookOnLoop(CallPace.short)
        #expect(!pace.mayRunOnLoop())
        #expect(pace.mayRunOnLoop())
    }

    @Test("T36: an answer that comes late from an event loop is an overrun, and held the loop up")
    func lateAnswer() {
        let pace = Self.proven()
        let late = CallPace.longCall + 1
        #expect(pace.endedOnLoop(isAnswer: true, after: late) { late })
        #expect(Self.callsOwed(pace) == 3 * CallPace.proof)
    }

    @Test("who was late by the clock alone is only doubted, and one that failed at once held nobody up")
    func othersTookTheTime() {
        let pace = Self.proven()
        #expect(!pace.endedOnLoop(isAnswer: true, after: 10 * CallPace.budget) { 0 })
        #expect(!pace.mayRunOnLoop())
        #expect(pace.mayRunOnLoop())
        #expect(!pace.endedOnLoop(isAnswer: false, after: 10 * CallPace.budget) { 0 })
        #expect(!pace.mayRunOnLoop())
        #expect(pace.mayRunOnLoop())
        #expect(!pace.endedOnLoop(isAnswer: false, after: 1) { 1 })
        #expect(Self.callsOwed(pace) == 3 * CallPace.proof)
    }

    @Test("an answer that came late by the clock has the next call on the loop measured, whose time counts")
    func measured() {
        let pace = Self.proven()
        #expect(!pace.isToBeMeasured())
        #expect(!pace.endedOnLoop(isAnswer: true, after: CallPace.short) { 0 })
        #expect(pace.mayRunOnLoop() && pace.isToBeMeasured() && !pace.isToBeMeasured())
        #expect(!pace.endedOnLoop(isAnswer: true, after: CallPace.short - 1, isMeasured: true) { 0 })
        #expect(pace.mayRunOnLoop() && !pace.isToBeMeasured())
        // It was not the others: a worker's call has to tell.
        #expect(!pace.endedOnLoop(isAnswer: true, after: CallPace.short, isMeasured: true) { CallPace.short })
        #expect(!pace.isToBeMeasured() && !pace.mayRunOnLoop() && pace.mayRunOnLoop())
        #expect(pace.endedOnLoop(isAnswer: true, after: CallPace.longCall + 1, isMeasured: true) { .max })
        #expect(Self.callsOwed(pace) == 3 * CallPace.proof)
    }
}
