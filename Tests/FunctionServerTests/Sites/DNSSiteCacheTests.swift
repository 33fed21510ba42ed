import Testing

@testable import FunctionServer

@Suite("What is known of domains")
struct DNSSiteCacheTests {
    private let start = MonotonicTime(nanoseconds: 1000 * .second)

    private func after(_ seconds: Int64) -> MonotonicTime { start.advanced(by: seconds * .second) }

    private func root(_ name: String) throws(DNSSiteFailure) -> DNSRoot {
        try DNSRoot(record: "/keybase/public/" + name)
    }

    private func cache(_ change: (inout DNSSiteCache.Settings) -> Void = { _ in }) -> DNSSiteCache {
        var settings = DNSSiteCache.Settings()
        change(&settings)
        return DNSSiteCache(settings: settings)
    }

    @Test(
        "T19: one lookup for all that ask at once; its answer counts for ten seconds, whatever the record's time to live"
    )
    func validity() throws {
        var cache = cache()
        #expect(cache.request("a.test", at: start) == (.wait, true))
        #expect(cache.request("a.test", at: start) == (.wait, false))
        let bound = cache.finished("a.test", .success(try root("a")), at: start).answer
        #expect(cache.request("a.test", at: after(9)) == (bound, false))
        #expect(cache.request("a.test", at: after(10)) == (.wait, true))
        // Those who come meanwhile do not wait, for as long as a lookup may take.
        #expect(cache.request("a.test", at: after(11)) == (bound, false))
        #expect(cache.request("a.test", at: after(15)) == (.wait, false))
        #expect(cache.finished("a.test", .success(try root("a")), at: after(15)).answer == bound)
        #expect(cache.request("a.test", at: after(24)) == (bound, false))
    }

    @Test("T19: a root that changes has another number, and is said to have changed")
    func rebinding() throws {
        var cache = cache()
        _ = cache.request("a.test", at: start)
        guard case .bound(let first) = cache.finished("a.test", .success(try root("a")), at: start).answer else {
            Issue.record("not bound")
            return
        }
        _ = cache.request("a.test", at: after(10))
        let (answer, changed) = cache.finished("a.test", .success(try root("b")), at: after(10))
        guard case .bound(let second) = answer else {
            Issue.record("not bound")
            return
        }
        #expect(second.id != first.id)
        #expect(second.root == (try root("b")))
        #expect(changed == ["a.test"])
        // Back again is another one again.
        _ = cache.request("a.test", at: after(20))
        guard case .bound(let third) = cache.finished("a.test", .success(try root("a")), at: after(20)).answer else {
            Issue.record("not bound")
            return
        }
        #expect(![first.id, second.id].contains(third.id))
    }

    @Test("T19: failures count for five seconds, and a bounded number of them is remembered")
    func failures() throws {
        var cache = cache { $0.maximumFailures = 10 }
        for number in 0..<100 {
            let host = "\(number).test"
            #expect(cache.request(host, at: start) == (.wait, true))
            #expect(cache.finished(host, .failure(.noSuchName), at: start).answer == .failed(.noSuchName))
        }
        #expect(cache.counts.failures == 10)
        #expect(cache.counts.sites == 0)
        #expect(cache.request("99.test", at: after(4)) == (.failed(.noSuchName), false))
        #expect(cache.request("99.test", at: after(5)) == (.wait, true))
        _ = cache.finished("99.test", .failure(.noSuchName), at: after(5))
        #expect(cache.sweep(at: after(10)).isEmpty)
        #expect(cache.counts.failures == 0)
    }

    @Test("T19: made-up hosts get so many lookups at a time, and known ones theirs")
    func amplification() throws {
        var cache = cache { $0.maximumLookups = 3 }
        _ = cache.request("known.test", at: start)
        _ = cache.finished("known.test", .success(try root("a")), at: start)
        for number in 0..<3 { #expect(cache.request("\(number).test", at: after(10)) == (.wait, true)) }
        for number in 3..<1000 {
            #expect(cache.request("\(number).test", at: after(10)) == (.failed(.overloaded), false))
        }
        #expect(cache.request("0.test", at: after(10)) == (.wait, false))
        #expect(cache.request("known.test", at: after(10)) == (.wait, true))
        _ = cache.finished("0.test", .failure(.noSuchName), at: after(10))
        #expect(cache.request("1000.test", at: after(10)) == (.wait, true))
        #expect(cache.counts.lookups == 4)
    }

    @Test("T19: what was known serves while nobody can say, for five minutes, and not once somebody says no")
    func stale() throws {
        var cache = cache()
        _ = cache.request("a.test", at: start)
        let bound = cache.finished("a.test", .success(try root("a")), at: start).answer
        #expect(cache.request("a.test", at: after(100)) == (.wait, true))
        #expect(cache.finished("a.test", .failure(.unanswered("slow")), at: after(105)).answer == bound)
        // Nobody waits for the next attempts.
        #expect(cache.request("a.test", at: after(106)) == (bound, false))
        #expect(cache.request("a.test", at: after(110)) == (.wait, true))
        #expect(cache.request("a.test", at: after(111)) == (bound, false))
        #expect(cache.finished("a.test", .failure(.unanswered("slow")), at: after(115)).answer == bound)
        #expect(cache.request("a.test", at: after(300)) == (.wait, true))
        let last = cache.finished("a.test", .failure(.unanswered("slow")), at: after(300))
        #expect(last.answer == .failed(.unanswered("slow")))
        #expect(last.changed == ["a.test"])

        _ = cache.request("b.test", at: start)
        _ = cache.finished("b.test", .success(try root("b")), at: start)
        _ = cache.request("b.test", at: after(10))
        let gone = cache.finished("b.test", .failure(.noSuchName), at: after(10))
        #expect(gone.answer == .failed(.noSuchName))
        #expect(gone.changed == ["b.test"])
        #expect(cache.binding(of: "b.test") == nil)
    }

    @Test("A bounded number of sites is known: those that nobody asks for go first, and are named")
    func bounded() throws {
        var cache = cache { $0.maximumSites = 3 }
        var gone: [String] = []
        for number in 0..<5 {
            _ = cache.request("\(number).test", at: start)
            gone += cache.finished("\(number).test", .success(try root("a")), at: start).changed
            _ = cache.request("0.test", at: start)
        }
        #expect(cache.counts.sites == 3)
        #expect(gone == ["1.test", "2.test"])
        #expect(cache.binding(of: "0.test") != nil)
        _ = cache.request("4.test", at: after(299))
        #expect(cache.sweep(at: after(300)).sorted() == ["0.test", "3.test"])
    }
}
