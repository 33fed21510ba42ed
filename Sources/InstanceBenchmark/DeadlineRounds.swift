import WasmRuntime

/// Guests that have to be stopped.
struct DeadlineRounds: Sendable {
    var module: PreparedModule
    /// Time of the first guest; the others get up to half as much again, so that some end while others go on.
    var milliseconds: Int

    /// By how much they outlived their time, as many at once, in microseconds.
    func run(guests: Int) -> String {
        let sorted = onThreads(guests) { index in
            let limit = Int64(milliseconds) * 1_000_000
            return excess(over: limit + limit * Int64(index) / Int64(2 * guests))
        }.sorted()
        return microseconds([sorted.quantile(50), sorted.quantile(99), sorted[sorted.count - 1]])
    }

    private func excess(over limit: Int64) -> Int64 {
        do throws(Trap) {
            let store = try Store(limits: InstanceLimits(memoryBytes: 128 << 20))
            let instance = try module.instantiate(in: store)
            guard let run = instance.function("run") else { fail("the module exports no run", status: 1) }
            let start = nanoseconds()
            store.setTimeout(.nanoseconds(limit))
            var nothing: UInt64 = 0
            do throws(Trap) {
                try store.call(run, &nothing)
            } catch  where error.kind == .deadline {
                return nanoseconds() - start - limit
            }
            fail("the module returned", status: 1)
        } catch {
            fail("the module ended early: \(error)", status: 1)
        }
    }
}
