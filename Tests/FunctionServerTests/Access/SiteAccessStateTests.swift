import Testing

@testable import FunctionServer

@Suite("What is known of a site's rules")
struct SiteAccessStateTests {
    private typealias State = SiteAccessState<String>

    private let start = MonotonicTime(nanoseconds: 1000 * .second)

    private func text(_ answer: State.Answer?) -> String {
        switch answer {
        case .standing(.open, let root): "open \(root)"
        case .standing(.rules(let rules), let root): "\(rules) \(root)"
        case .standing(.shut(let status, _), _): "\(status)"
        case .gone(let status, let retries): "gone \(status) \(retries)"
        case .wait: "wait"
        case nil: "nothing"
        }
    }

    private func check(_ expected: String, _ answer: State.Answer?, location: SourceLocation = #_sourceLocation) {
        #expect(text(answer) == expected, sourceLocation: location)
    }

    private func found(_ rules: String, root: UInt64 = 0) -> State.Finding {
        .standing(
            .rules(rules), root: root, file: FileIdentity(inode: 1, size: 1, modified: 0, changed: 0), readAt: .max)
    }

    @Test("The first request waits for a look, as does the first one a second after the last; the others do not")
    func waiting() {
        var state = State()
        let both = [state.request(at: start), state.request(at: start)]
        #expect(both.map { text($0.answer) } == ["wait", "wait"])
        #expect(both.map(\.looks) == [true, false])
        check("one 0", state.finished(found("one"), at: start))
        check("one 0", state.request(at: start.advanced(by: .second - 1)).answer)
        let later = start.advanced(by: .second)
        let (answer, looks) = state.request(at: later)
        #expect(text(answer) == "wait")
        #expect(looks)
        check("one 0", state.request(at: later).answer)
        check("one 0", state.finished(.unchanged, at: later))
    }

    @Test("A file that is being written changes nothing, and keeps those waiting who know nothing yet")
    func unstable() {
        var state = State()
        _ = state.request(at: start)
        check("nothing", state.finished(.unstable, at: start))
        check("wait", state.request(at: start).answer)
        _ = state.finished(found("one"), at: start)
        _ = state.request(at: start.advanced(by: .second))
        check("one 0", state.finished(.unstable, at: start.advanced(by: .second)))
        let again = state.request(at: start.advanced(by: .second))
        #expect(again.looks)
    }

    @Test("T19: rules of one root are nothing to another")
    func roots() {
        var state = State()
        _ = state.request(at: start)
        _ = state.finished(found("one", root: 1), at: start)
        #expect(state.file(of: 1) != nil)
        #expect(state.file(of: 2) == nil)
        #expect(state.standing(of: 2) == nil)
        let looks = [state.moved(), state.moved()]
        #expect(looks == [true, false])
        check("wait", state.request(at: start).answer)
        check("gone 503 true", state.finished(.unchanged, at: start))
    }
}
