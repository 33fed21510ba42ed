import Glibc
import Hostcalls
import ModuleCache
import Synchronization
import WasmRuntime

/// The module of a file, through the cache, with the host calls of a function to import.
func preparedModule(_ path: String) throws -> PreparedModule {
    let cache = ModuleCache(configuration: CacheConfiguration())
    var linker = Linker()
    linker.define(TerrafirmaHostcalls.functions)
    return try linker.prepare(LoadedModule(cache.artifact(file: path)))
}

/// What each of so many threads gives, which run at the same time.
func onThreads<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (_ index: Int) -> Result) -> [Result] {
    let results = Mutex<[Result]>([])
    let threads = (0..<count).map { index in
        start {
            let result = body(index)
            results.withLock { $0.append(result) }
        }
    }
    for thread in threads { pthread_join(thread, nil) }
    return results.withLock { $0 }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
    let failure = pthread_create(
        &thread, nil,
        { context in
            if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        }, context)
    if failure != 0 { fail("no thread", status: 1) }
    return thread
}

/// Of a clock that nobody sets.
func nanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Nanoseconds as a line of numbers.
func microseconds(_ times: [Int64]) -> String { times.map { "\(Double($0) / 1000)" }.joined(separator: " ") }

extension [Int64] {
    /// What so many of a hundred do not exceed; the array is sorted.
    func quantile(_ percent: Int) -> Int64 { self[Swift.min(count - 1, count * percent / 100)] }
}
