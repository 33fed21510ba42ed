import Glibc

// instance-benchmark THREADS COUNT FILE: takes an instance of the module, calls its `run`, and gives it back, COUNT
// times on each thread, as the server does for a request. Prints the microseconds of one round: median, 99th
// percentile, and the mean of all rounds together, by the clock.
//
// What scripts/bench runs; a program of its own, so that it measures nothing but that.

func fail(_ message: String, status: Int32) -> Never {
    _ = write(STDERR_FILENO, message + "\n", message.utf8.count + 1)
    exit(status)
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let threads = Int(arguments[1]), let count = Int(arguments[2]), threads > 0, count > 0 else {
    fail("usage: instance-benchmark THREADS COUNT FILE", status: 2)
}
do {
    let rounds = InstanceRounds(module: try preparedModule(arguments[3]), count: count)
    let times = rounds.run(threads: threads)
    print(times.line)
} catch {
    fail("instance-benchmark: \(arguments[3]): \(error)", status: 1)
}
