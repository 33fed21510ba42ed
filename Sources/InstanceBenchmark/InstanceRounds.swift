import CRuntime
import Hostcalls
import WasmRuntime

/// Instances of one module, taken, called and given back again and again.
struct InstanceRounds: Sendable {
    var module: PreparedModule
    /// Rounds of each thread.
    var count: Int
    /// What is left out: `pool`, `deadline` or `cpu`.
    var without: String?

    /// What the rounds took, on so many threads at the same time, in microseconds.
    func run(threads: Int) -> String {
        if without == "pool" { tf_pool_set_slots(0) }
        let sorted = onThreads(threads) { _ in times() }.joined().sorted()
        let mean = sorted.reduce(0, +) / Int64(sorted.count)
        return microseconds([sorted.quantile(50), sorted.quantile(99), mean])
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
        do throws(Trap) {
            let store = try Store(limits: InstanceLimits(memoryBytes: 128 << 20))
            store.setHostPointer(exchange.hostPointer)
            if without != "deadline" { store.setTimeout(.seconds(10)) }
            if without != "cpu" { store.setProcessorTime(.seconds(10)) }
            let instance = try module.instantiate(in: store)
            guard let run = instance.function("run") else { fail("the module exports no run", status: 1) }
            var nothing: UInt64 = 0
            try store.call(run, &nothing)
        } catch {
            fail("the module ended early: \(error)", status: 1)
        }
    }
}
