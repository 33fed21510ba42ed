import Synchronization
import Testing

@testable import Hostcalls

@Suite("Names that the system looks up")
struct NameLookupTests {
    private final class FakeClock: Sendable {
        let time = Mutex<Int64>(0)
    }

    @Test("T28: lookups that were left behind count until the system gives up, so their threads are bounded")
    func abandoned() {
        let clock = FakeClock()
        let lookups = NameLookups { clock.time.withLock { $0 } }
        for _ in 0..<NameLookups.most { #expect(lookups.begin()) }
        #expect(!lookups.begin())
        lookups.end(isAbandoned: false)
        #expect(lookups.begin())
        lookups.end(isAbandoned: true)
        #expect(!lookups.begin())
        clock.time.withLock { $0 += NameLookups.longest }
        #expect(lookups.begin())
        #expect(!lookups.begin())
    }
}
