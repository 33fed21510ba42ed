import Testing

@testable import FunctionServer

@Suite("Bounds that reviews found missing")
struct BoundTests {
    @Test("T23: connections leave descriptors for files, however many there may be")
    func connections() {
        for descriptors in [64, 512, 20_000, 1 << 20] {
            var configuration = ServerConfiguration()
            configuration.bound(toDescriptors: descriptors)
            #expect(configuration.maximumConnections <= descriptors / 4 * 3)
            #expect(configuration.maximumConnections <= 20_000)
        }
    }

    @Test("T23: a connection remembers a short target, and no long one while it is idle")
    func targets() throws {
        var memory = TargetMemory()
        #expect(try memory.target(of: "/f.wasm?a").query == "a")
        #expect(!memory.isEmpty)
        #expect(try memory.target(of: "/f.wasm?a").query == "a")
        #expect(try memory.target(of: "/f.wasm?b").query == "b")
        let long = String(repeating: "x", count: TargetMemory.longest)
        #expect(try memory.target(of: "/f.wasm?" + long).query == long)
        #expect(memory.isEmpty)
        #expect(throws: RequestTarget.Refusal.malformed) { try memory.target(of: "/../f.wasm") }
        #expect(memory.isEmpty)
    }

    @Test("T36: compiling is urgent for a moment, for little modules, and not after its end")
    func urgency() {
        let urgency = CompileUrgency()
        let now = MonotonicTime.now()
        #expect(!urgency.isPressing(at: now))
        urgency.begin(bytes: 100_000)
        #expect(urgency.isPressing(at: now))
        #expect(!urgency.isPressing(at: now.advanced(by: 3600 * .second)))
        urgency.begin(bytes: 10 << 20)
        urgency.end(bytes: 10 << 20)
        #expect(urgency.isPressing(at: now))
        urgency.end(bytes: 100_000)
        #expect(!urgency.isPressing(at: now))
    }

    @Test("the same content loaded again is no swap")
    func swaps() {
        let report = FunctionReport()
        for hash in ["a", "a", "b", "b"] { report.loaded(.init(hash: hash, bytes: 1, since: 0)) }
        #expect(report.snapshot.swaps == 1)
    }

    @Test("T18: settings of a name whose dot is part of a letter are its own")
    func settingsName() {
        #expect(FunctionSource.settingsName(of: "a/hello.wasm") == "a/hello.toml")
        #expect(FunctionSource.settingsName(of: "u\u{600}.wasm") == "u\u{600}.toml")
        #expect(FunctionSource.name(ofSettings: "u\u{600}.toml") == "u\u{600}.wasm")
    }
}
