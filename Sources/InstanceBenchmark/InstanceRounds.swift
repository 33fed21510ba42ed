import Glibc
import Hostcalls
import ModuleCache
import Synchronization
import WasmRuntime

/// Instances of one module, taken, called and given back again and again.
struct InstanceRounds: Sendable {
    var module: PreparedModule
    /// Rounds of each thread.
    var count: Int

    /// The nanoseconds of every round, on so many threads at the same time.
    func run(threads: Int) -> RoundTimes {
        let all = Mutex<[[Int64]]>([])
        let handles = (0..<threads).map { _ in
            start {
                let times = self.times()
                all.withLock { $0.append(times) }
            }
        }
        for handle in handles { pthread_join(handle, nil) }
        return RoundTimes(threads: all.withLock { $0 })
    }

    private func times() -> [Int64] {
        var times: [Int64] = []
        times.reserveCapacity(count)
        for _ in 0..<min(count, 1000) { round() }
        for _ in 0..<count {
            let start = nanoseconds()
            round()
            times.append(nanoseconds() - start)
        }
        return times
    }

    /// What the server does for a request to a guest of the host calls.
    private func round() {
        let exchange = Exchange(request: GuestRequest(method: "GET", target: "/", headers: [], body: []))
        do {
            let store = try Store(limits: InstanceLimits(memoryBytes: 128 << 20))
            store.setHostPointer(exchange.hostPointer)
            store.setTimeout(.seconds(10))
            let instance = try module.instantiate(in: store)
            guard let run = instance.function("run") else { fail("the module exports no run", status: 1) }
            var nothing: UInt64 = 0
            try store.call(run, &nothing)
        } catch {
            fail("the module ended early: \(error)", status: 1)
        }
    }

    private func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
        final class Body: Sendable {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
        let failure = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context)
        precondition(failure == 0, "no thread")
        return thread
    }
}

/// How long rounds took.
struct RoundTimes {
    /// Nanoseconds of each round, per thread.
    var threads: [[Int64]]

    var line: String {
        let sorted = threads.joined().sorted()
        let median = sorted[sorted.count / 2]
        let slow = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        let mean = sorted.reduce(0, +) / Int64(sorted.count)
        return [median, slow, mean].map { "\(Double($0) / 1000)" }.joined(separator: " ")
    }
}

/// The module of a file, through the cache, with the host calls of a function to import.
func preparedModule(_ path: String) throws -> PreparedModule {
    let cache = ModuleCache(configuration: CacheConfiguration())
    var linker = Linker()
    linker.define(TerrafirmaHostcalls.functions)
    return try linker.prepare(LoadedModule(cache.artifact(file: path)))
}

/// Of a clock that nobody sets.
private func nanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
