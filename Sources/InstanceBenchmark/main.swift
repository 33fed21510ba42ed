import Glibc
import WasmRuntime

// What scripts/bench runs to measure the runtime alone, without a server in front of it.
//
//     instance-benchmark rounds THREADS COUNT FILE [pool|deadline|cpu]
//         takes an instance of the module, calls its `run`, and gives it back, COUNT times on each thread, as the
//         server does for a request. Prints the microseconds of a round: median, 99th percentile, mean. What is
//         named behind the file is left out: the pool, the deadline, the limit on processor time.
//     instance-benchmark deadlines GUESTS MILLISECONDS FILE
//         runs as many guests that never return, each on a thread of its own, and prints by how many microseconds
//         they outlived their time: median, 99th percentile, the worst.

func fail(_ message: String, status: Int32) -> Never {
    _ = write(STDERR_FILENO, message + "\n", message.utf8.count + 1)
    exit(status)
}

let arguments = CommandLine.arguments
guard arguments.count == 5 || arguments.count == 6, let first = Int(arguments[2]), let second = Int(arguments[3]),
    first > 0, second > 0
else {
    fail("usage: instance-benchmark rounds|deadlines NUMBER NUMBER FILE", status: 2)
}
do {
    let module = try preparedModule(arguments[4])
    switch arguments[1] {
    case "rounds":
        let without = arguments.count == 6 ? arguments[5] : nil
        print(InstanceRounds(module: module, count: second, without: without).run(threads: first))
    case "deadlines": print(DeadlineRounds(module: module, milliseconds: second).run(guests: first))
    default: fail("instance-benchmark: there is no measurement \(arguments[1])", status: 2)
    }
} catch {
    fail("instance-benchmark: \(arguments[4]): \(error)", status: 1)
}
