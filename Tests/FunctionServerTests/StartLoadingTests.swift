import Testing

@testable import FunctionServer

@Suite("Loading what is there at the start")
struct StartLoadingTests {
    private func at(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * .millisecond) }

    @Test("is over when all that was named is live, broken or gone, and tells now and then how far it is")
    func progress() {
        var state = StartLoading.State(at: at(0))
        for name in ["a", "b", "c", "d", "a"] { state.add(name) }
        #expect(state.total == 4)
        #expect(state.finished("a", .live, at: at(100)) == nil)
        #expect(state.finished("a", .live, at: at(5000)) == nil, "it counts once")
        #expect(state.finished("other", .live, at: at(5000)) == nil)
        #expect(state.finished("b", .failed, at: at(5000)) == .progress(done: 2, of: 4))
        #expect(state.finished("c", .gone, at: at(6000)) == nil)
        #expect(!state.isOver)
        #expect(state.listed(at: at(6000)) == nil)
        state.add("later")
        let end = StartLoading.Notice.end(live: 2, failed: 1, nanoseconds: 7100 * .millisecond)
        #expect(state.finished("d", .live, at: at(7100)) == end)
        #expect(state.isOver)
        #expect(state.finished("d", .live, at: at(9000)) == nil)
    }

    @Test("is over at once where nothing is, and also if the last one is loaded before all were named")
    func empty() {
        var state = StartLoading.State(at: at(0))
        #expect(state.listed(at: at(50)) == .end(live: 0, failed: 0, nanoseconds: 50 * .millisecond))
        var quick = StartLoading.State(at: at(0))
        quick.add("a")
        #expect(quick.finished("a", .live, at: at(1)) == nil)
        #expect(!quick.isOver)
        #expect(quick.listed(at: at(2)) == .end(live: 1, failed: 0, nanoseconds: 2 * .millisecond))
    }

    @Test("keeps the server from being ready, until it is over or has taken too long")
    func readiness() throws {
        let files = Dictionary(
            uniqueKeysWithValues: (0..<8).map { ("f\($0).wasm", $0 == 3 ? "nonsense" : "say \($0)") })
        let server = try TestServer(files, loader: FakeLoader(delay: 200_000))
        let early = try server.admin("/readyz")
        #expect(early.status == 503 && early.body.hasPrefix("loading: "), "\(early.body)")
        #expect(eventually { (try? server.admin("/readyz").status) == 200 })
        #expect(server.log.contains("7 functions live, 1 failed, in "))
        let slow = try TestServer(files, loader: FakeLoader(delay: 400_000)) { $0.readyTimeout = 1 }
        #expect(try slow.admin("/readyz").status == 200)
        #expect(!slow.log.contains("functions live"))
    }
}
