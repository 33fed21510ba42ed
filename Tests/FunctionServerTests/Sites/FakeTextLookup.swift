import FunctionServer
import Synchronization

/// Records that a test sets; no other name has any.
final class FakeTextLookup: TextLookup {
    private struct State {
        var answers: [String: Result<[String], TextLookupFailure>] = [:]
        var asked: [String] = []
    }

    private let state = Mutex(State())
    /// Runs before each answer, on the thread that asks.
    private let before: @Sendable (String) -> Void

    init(before: @escaping @Sendable (String) -> Void = { _ in }) {
        self.before = before
    }

    subscript(name: String) -> Result<[String], TextLookupFailure>? {
        get { state.withLock { $0.answers[name] } }
        set { state.withLock { $0.answers[name] = newValue } }
    }

    /// The names that were asked for, in order.
    var asked: [String] { state.withLock { $0.asked } }

    func forget() {
        state.withLock { $0.asked = [] }
    }

    /// Makes a domain a site.
    func point(_ domain: String, to root: String) {
        self["_keybase_pages." + domain] = .success(["kbp=" + root])
    }

    func texts(of name: String, deadline: MonotonicTime) throws(TextLookupFailure) -> [String] {
        before(name)
        let answer = state.withLock { state in
            state.asked.append(name)
            return state.answers[name]
        }
        return try (answer ?? .failure(.noSuchName)).get()
    }
}
