import Glibc
import Synchronization
import Testing

@testable import FunctionServer

@Suite("Fairness among sites")
struct SiteFairnessTests {
    /// A pool whose one thread waits until it is told to go on, so that what comes meanwhile is queued.
    private final class HeldPool {
        let pool: WorkerPool
        private let gate = Gate()
        private let order = Order()

        init(_ change: (inout WorkerPool.Bounds) -> Void = { _ in }) {
            var bounds = WorkerPool.Bounds(share: 1, capacity: 100)
            change(&bounds)
            pool = WorkerPool(name: "test", threads: 1, bounds: bounds)
            _ = pool.offer(WorkerPool.Lane()) { [gate] in gate.pass() }
            _ = eventually { gate.waiting == 1 }
        }

        func add(_ name: String, to lane: WorkerPool.Lane) -> WorkerPool.Refusal? {
            pool.offer(lane) { [order] in order.add(name) }
        }

        /// What has run, in order, once all has.
        func finish() -> [String] {
            gate.open()
            pool.stop()
            _ = pool.waitUntilEnded(until: MonotonicTime.now().advanced(by: 60 * .second))
            return order.all
        }
    }

    @Test("T36: sites take turns, and their functions take their site's")
    func turns() {
        let held = HeldPool()
        let many = WorkerPool.Group()
        let lanes = (0..<3).map { _ in WorkerPool.Lane(in: many) }
        let single = WorkerPool.Lane()
        for round in 0..<2 {
            for (number, lane) in lanes.enumerated() { #expect(held.add("a\(number)\(round)", to: lane) == nil) }
        }
        for round in 0..<4 { #expect(held.add("b\(round)", to: single) == nil) }
        #expect(held.finish() == ["a00", "b0", "a10", "b1", "a20", "b2", "a01", "b3", "a11", "a21"])
    }

    @Test("T36: who is over its own bound is told so, and others are not")
    func bounds() {
        let held = HeldPool {
            $0.laneCapacity = 2
            $0.groupCapacity = 3
            $0.capacity = 5
        }
        let group = WorkerPool.Group()
        let (one, two) = (WorkerPool.Lane(in: group), WorkerPool.Lane(in: group))
        #expect(held.add("1", to: one) == nil)
        #expect(held.add("2", to: one) == nil)
        #expect(held.add("x", to: one) == .lane)
        #expect(held.add("3", to: two) == nil)
        #expect(held.add("x", to: two) == .group)
        let other = WorkerPool.Lane()
        #expect(held.add("4", to: other) == nil)
        #expect(held.add("5", to: other) == nil)
        #expect(held.add("x", to: WorkerPool.Lane()) == .pool)
        #expect(Set(held.finish()) == ["1", "2", "3", "4", "5"])
        #expect(held.add("x", to: WorkerPool.Lane()) == .pool)
    }

    @Test("T36: a site has no more threads than its share, by however many functions; all of its work is done")
    func share() {
        var bounds = WorkerPool.Bounds(share: 2, capacity: 100)
        bounds.groupShare = 3
        let pool = WorkerPool(name: "test", threads: 4, bounds: bounds)
        let gate = Gate()
        let group = WorkerPool.Group()
        for _ in 0..<5 {
            let lane = WorkerPool.Lane(in: group)
            for _ in 0..<2 { _ = pool.submit(lane) { gate.pass() } }
        }
        #expect(eventually { gate.waiting == 3 })
        // The fourth thread is for others, as often as they come.
        for _ in 0..<20 {
            let done = Done()
            #expect(pool.submit(WorkerPool.Lane()) { done.set() })
            #expect(eventually { done.isSet })
        }
        #expect(gate.waiting == 3)
        gate.open()
        #expect(eventually { gate.passed == 10 })
        pool.stop()
        #expect(pool.waitUntilEnded(until: MonotonicTime.now().advanced(by: 60 * .second)))
    }

    @Test("T36: a site at many times its load is told 429 and to come back; another one is served")
    func wholeServer() throws {
        let server = try TestServer(
            [
                "a.example/slow.wasm": "slow 300000", "a.example/other.wasm": "slow 300000",
                "b.example/f.wasm": "say b",
            ],
            configure: {
                $0.waitingPerFunction = 2
                $0.waitingPerSite = 3
            }, sites: { SiteSources(parent: $0) })
        func request(_ host: String, _ target: String) throws -> RawClient {
            let client = try server.connect()
            try client.send("GET \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
            return client
        }
        let crowd = try (0..<30).map { try request("a.example", $0 % 2 == 0 ? "/slow.wasm" : "/other.wasm") }
        for _ in 0..<10 { #expect(try request("b.example", "/f.wasm").response().body == "b") }
        let responses = try crowd.map { try $0.response() }
        let refused = responses.filter { $0.status == 429 }
        #expect(!refused.isEmpty)
        #expect(refused.allSatisfy { $0["retry-after"] == "1" })
        #expect(responses.allSatisfy { $0.status == 429 || $0.status == 200 })
        #expect(responses.contains { $0.status == 200 })
        #expect(server.log.contains("limit reached: instances (2 wait)") || server.log.contains("of the site wait)"))
    }

    @Test("T36: one site's modules that take long to load do not hold up another's")
    func loading() throws {
        let loader = GatedLoader()
        let folder = try TestFolder(["b.example/f.wasm": "say b"])
        for number in 0..<20 { try folder.write("a.example/\(number).wasm", "say slow") }
        let log = LogLines()
        let table = FunctionTable(
            folder: try ServedFolder(sites: SiteSources(parent: folder.path), logger: log.logger()), loader: loader,
            logger: log.logger()
        ) { $0() }
        for number in 0..<20 { table.changed("a.example/\(number).wasm") }
        #expect(eventually { loader.gate.waiting == 1 })
        let found = Done()
        table.changed("b.example/f.wasm")
        if table.find("b.example/f.wasm", waiter: { _ in found.set() }) != nil { found.set() }
        #expect(eventually { found.isSet })
        #expect(loader.gate.waiting == 1)
        loader.gate.open()
        #expect(eventually { loader.gate.passed == 20 })
        table.stop()
        #expect(table.waitUntilEnded(until: MonotonicTime.now().advanced(by: 60 * .second)))
    }

    @Test("sites are remembered with their functions, and no longer")
    func records() {
        var records = FunctionRecords(holdsSites: true)
        let first = records.record("a.example/f.wasm")
        records.keep(first, "a.example/f.wasm")
        let second = records.record("a.example/g.wasm")
        #expect(second.site === first.site)
        records.keep(second, "a.example/g.wasm")
        #expect(records.record("b.example/f.wasm").site !== first.site)
        records.forget("a.example/f.wasm")
        #expect(records.record("a.example/h.wasm").site === first.site)
        records.forget("a.example/g.wasm")
        records.forget("a.example/g.wasm")
        #expect(records.record("a.example/h.wasm").site !== first.site)
        #expect(records.byName.isEmpty)
    }
}

/// Holds up who passes until it is opened.
private final class Gate: Sendable {
    private let isOpen = Atomic(false)
    private let inside = Atomic(0)
    private let through = Atomic(0)

    var waiting: Int { inside.load(ordering: .relaxed) }
    var passed: Int { through.load(ordering: .relaxed) }

    func open() { isOpen.store(true, ordering: .relaxed) }

    func pass() {
        inside.add(1, ordering: .relaxed)
        while !isOpen.load(ordering: .relaxed) { usleep(1000) }
        inside.subtract(1, ordering: .relaxed)
        through.add(1, ordering: .relaxed)
    }
}

/// What ran, one after the other.
private final class Order: Sendable {
    private let names = Mutex<[String]>([])
    var all: [String] { names.withLock { $0 } }
    func add(_ name: String) { names.withLock { $0.append(name) } }
}

/// Something that happens once.
private final class Done: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}

/// Loads what says so only once its gate is open.
private final class GatedLoader: FunctionLoader {
    let gate = Gate()

    func digest(of contents: [UInt8]) -> String { "" }

    func load(name: String, contents: [UInt8]) throws(LoadFailure) -> ServedFunction {
        if String(decoding: contents, as: UTF8.self) == "say slow" { gate.pass() }
        return .call(Silent())
    }

    private final class Silent: CallFunction {
        let pace = CallPace()
        func respondAtOnce(to request: FunctionRequest) -> FunctionResponse? { nil }
        func respond(to request: FunctionRequest, log: FunctionLog) throws(FunctionFailure) -> FunctionResponse {
            FunctionResponse()
        }
    }
}
