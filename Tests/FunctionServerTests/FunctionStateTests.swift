import Testing

@testable import FunctionServer

@Suite("Function state")
struct FunctionStateTests {
    private typealias State = FunctionState<String>

    private func at(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * .second) }

    /// An identity whose stamps are old when it is read at `readAt`.
    private func live(_ version: String, inode: UInt64 = 1, readAt: Int64 = 100 * .second) -> State.Finding {
        .loaded(.init(identity: identity(inode), version: version, readAt: readAt))
    }

    private func identity(_ inode: UInt64, settings: UInt64? = nil) -> FunctionIdentity {
        FunctionIdentity(
            module: FileIdentity(inode: inode, size: 5, modified: 1, changed: 1),
            settings: settings.map { FileIdentity(inode: $0, size: 5, modified: 1, changed: 1) })
    }

    private func text(_ answer: State.Answer) -> String { "\(answer)" }

    private func text(_ verdict: State.Verdict?) -> String { verdict.map { "\($0)" } ?? "waits" }

    @Test("the first request waits for the first version")
    func first() {
        var state = State()
        let (answer, work) = state.request(at: at(10))
        #expect(text(answer) == "wait")
        #expect(work == State.Work(known: nil))
        #expect(state.request(at: at(10)).work == nil)
        let outcome = state.finished(live("a"), at: at(11))
        #expect(text(outcome.answer) == #"serve("a")"#)
        #expect(!outcome.isForgotten)
        #expect(text(state.request(at: at(11)).answer) == #"serve("a")"#)
    }

    @Test("a file that is not there is forgotten")
    func missing() {
        var state = State()
        _ = state.request(at: at(10))
        let outcome = state.finished(.missing, at: at(10))
        #expect(text(outcome.answer) == "missing")
        #expect(outcome.isForgotten)
    }

    @Test("other code takes the place of the version that it was made for, and of no other")
    func exchange() {
        var state = State()
        _ = state.request(at: at(10))
        #expect(state.exchange({ _ in true }, by: "early") == nil)
        _ = state.finished(live("a"), at: at(11))
        #expect(state.exchange({ $0 == "b" }, by: "of another") == nil)
        #expect(text(state.request(at: at(11)).answer) == #"serve("a")"#)
        #expect(state.exchange({ $0 == "a" }, by: "fast a") == "a")
        #expect(text(state.request(at: at(11)).answer) == #"serve("fast a")"#)
        // Of the same files: there is nothing to be read anew.
        #expect(state.live?.identity == identity(1))
        // A piece of work that was under way has the last word.
        _ = state.changed()
        #expect(state.exchange({ $0 == "fast a" }, by: "faster a") == "fast a")
        _ = state.finished(live("b", inode: 2), at: at(12))
        #expect(text(state.request(at: at(12)).answer) == #"serve("b")"#)
    }

    @Test("while a new version is made the old one serves, and the last change wins")
    func replacing() {
        var state = State()
        _ = state.request(at: at(10))
        _ = state.finished(live("a"), at: at(10))
        #expect(state.changed() != nil)
        #expect(text(state.request(at: at(20)).answer) == #"serve("a")"#)
        #expect(state.changed() == nil)
        let outcome = state.finished(live("b"), at: at(20))
        #expect(text(outcome.answer) == #"serve("b")"#)
        #expect(outcome.work == State.Work(known: nil))
        #expect(text(state.finished(live("c"), at: at(20)).answer) == #"serve("c")"#)
    }

    @Test("a broken version leaves the old one serving; a broken first one is unavailable, not missing")
    func broken() {
        var state = State()
        _ = state.request(at: at(10))
        let outcome = state.finished(.broken(identity(1), readAt: 100 * .second), at: at(10))
        #expect(text(outcome.answer) == "unavailable")
        #expect(!outcome.isForgotten)
        #expect(text(state.request(at: at(10)).answer) == "unavailable")
        _ = state.changed()
        _ = state.finished(live("a", inode: 2), at: at(11))
        _ = state.changed()
        let second = state.finished(.broken(identity(3), readAt: 100 * .second), at: at(11))
        #expect(text(second.answer) == #"serve("a")"#)
        #expect(text(state.request(at: at(11)).answer) == #"serve("a")"#)
    }

    @Test("a file that is being written changes nothing and is looked at again")
    func unstable() {
        var state = State()
        _ = state.request(at: at(10))
        let first = state.finished(.unstable, at: at(10))
        #expect(text(first.answer) == "waits")
        #expect(first.looksAgain)
        #expect(!first.isForgotten)
        _ = state.changed()
        _ = state.finished(live("a"), at: at(10))
        _ = state.changed()
        let second = state.finished(.unstable, at: at(10))
        #expect(second.looksAgain)
        #expect(text(second.answer) == #"serve("a")"#)
    }

    @Test("the file is looked at once a second at most, and not read if it is the same")
    func looking() {
        var state = State()
        _ = state.request(at: at(10))
        _ = state.finished(live("a", inode: 7), at: at(10))
        #expect(state.request(at: at(10)).work == nil)
        let (answer, work) = state.request(at: at(11))
        #expect(text(answer) == "wait")
        #expect(work == State.Work(known: identity(7)))
        #expect(text(state.request(at: at(11)).answer) == #"serve("a")"#)
        #expect(text(state.finished(.unchanged, at: at(11)).answer) == #"serve("a")"#)
        #expect(state.request(at: at(11)).work == nil)
    }

    @Test("a file read soon after it was written is read again: a second change might look the same")
    func unsettled() {
        var state = State()
        _ = state.request(at: at(10))
        _ = state.finished(live("a", readAt: 1 * .second), at: at(10))
        #expect(state.request(at: at(12)).work == State.Work(known: nil))
    }

    @Test("a file that went takes its version with it")
    func removed() {
        var state = State()
        _ = state.request(at: at(10))
        _ = state.finished(live("a"), at: at(10))
        _ = state.changed()
        let outcome = state.finished(.missing, at: at(10))
        #expect(text(outcome.answer) == "missing")
        #expect(outcome.isForgotten)
        #expect(state.live == nil)
    }

    @Test("a look that fails changes nothing")
    func failing() {
        var state = State()
        _ = state.request(at: at(10))
        #expect(text(state.finished(.failing, at: at(10)).answer) == "unavailable")
        _ = state.changed()
        _ = state.finished(live("a"), at: at(10))
        _ = state.changed()
        #expect(text(state.finished(.failing, at: at(10)).answer) == #"serve("a")"#)
    }

    @Test("a change of the settings alone has both looked at, and nothing read if they are the same")
    func settings() {
        var state = State()
        _ = state.request(at: at(10))
        #expect(state.changed(readsAgain: false) == nil)
        #expect(state.finished(live("a", inode: 7), at: at(10)).work == State.Work(known: identity(7)))
        _ = state.finished(.unchanged, at: at(10))
        #expect(state.changed(readsAgain: false) == State.Work(known: identity(7)))
        // Another change meanwhile, of the module itself, is always read.
        #expect(state.changed() == nil)
        #expect(state.finished(.unchanged, at: at(10)).work == State.Work(known: nil))
        #expect(identity(7) != identity(7, settings: 8))
    }
}
