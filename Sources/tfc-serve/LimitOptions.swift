import ArgumentParser
import FunctionServer
import Hostcalls
import ModuleCache
import WasmRuntime

/// The limits of each function, and of all together.
struct LimitOptions: ParsableArguments {
    @Option(help: "How long a function may take for a request, in s, ms, us or ns: 10s, 500ms.")
    var timeout = TimeSpan(nanoseconds: 10 * .second)

    @Option(help: "How long it may use a processor for that.")
    var maxCpuTime = TimeSpan(nanoseconds: 10 * .second)

    @Option(help: ArgumentHelp("Bytes of memory a function may use: 64M, 1G.", valueName: "bytes"))
    var maxMemorySize = ByteCount(bytes: 128 << 20)

    @Option(help: ArgumentHelp("Bytes of its stack.", valueName: "bytes"))
    var maxWasmStack = ByteCount(bytes: 1 << 20)

    @Option(help: ArgumentHelp("Elements of its tables together.", valueName: "count"))
    var maxTableElements = 1_000_000

    @Option(help: ArgumentHelp("Files a command may have open, its standard streams included.", valueName: "count"))
    var maxOpenFiles = 64

    @Option(
        help: ArgumentHelp(
            "A folder in memory for each run of a command, empty at first; 16M unless said otherwise: /tmp:size=64m.",
            valueName: "guest[:size=bytes]"),
        transform: memoryFolder)
    var tmpfs: MemoryFolder?

    @Option(help: "What the clocks tell multiples of; exact ones tell what others leave in caches.")
    var clockResolution = TimeSpan(nanoseconds: 1000)

    @Option(help: ArgumentHelp("Bytes a command may answer.", valueName: "bytes"))
    var maxOutputSize = ByteCount(bytes: 1 << 30)

    @Option(
        help: ArgumentHelp(
            "Bytes that host calls hold for a request: of the response's body, of each body sent and received.",
            valueName: "bytes"))
    var maxHostBytes = ByteCount(bytes: 16 << 20)

    @Option(help: ArgumentHelp("Requests and responses that host calls hold for a request.", valueName: "count"))
    var maxHostHandles = 64

    @Option(help: ArgumentHelp("Bytes of a key that functions keep a value for.", valueName: "bytes"))
    var maxKeySize = ByteCount(bytes: 1 << 10)

    @Option(help: ArgumentHelp("Bytes of a value that functions keep.", valueName: "bytes"))
    var maxValueSize = ByteCount(bytes: 1 << 20)

    @Option(help: ArgumentHelp("Bytes of all that the functions of a site keep.", valueName: "bytes"))
    var maxSiteSize = ByteCount(bytes: 1 << 30)

    @Option(help: ArgumentHelp("Bytes of the largest request body.", valueName: "bytes"))
    var maxBodySize = ByteCount(bytes: 10 << 20)

    @Option(help: "Threads that run functions, hence instances at a time. Default: four per processor.")
    var workers: Int?

    @Option(
        help: ArgumentHelp(
            "Instances of one function at a time; more requests wait. Default: half of the threads.", valueName: "count"
        ))
    var maxInstancesPerFunction: Int?

    @Option(
        help: ArgumentHelp(
            "Instances of one site at a time. Default: three quarters of the threads, where there are several sites.",
            valueName: "count"))
    var maxInstancesPerSite: Int?

    @Option(help: ArgumentHelp("Requests of one function that wait; more are told 429.", valueName: "count"))
    var maxWaitingPerFunction = 512

    @Option(
        help: ArgumentHelp(
            "Requests of one site that wait; more are told 429. Default: 1024, where there are several sites.",
            valueName: "count"))
    var maxWaitingPerSite: Int?

    @Option(help: ArgumentHelp("Bytes of the largest module.", valueName: "bytes"))
    var maxModuleSize = ByteCount(bytes: 256 << 20)

    @Option(help: "How long compiling a module may take.")
    var maxCompileTime = TimeSpan(nanoseconds: 60 * .second)

    @Option(
        help: ArgumentHelp(
            "Memories that a thread keeps ready for the next guests; 0 maps each one anew.", valueName: "count"))
    var poolSlots = ServerConfiguration.defaultPoolSlots

    func validate() throws {
        let counts: [(String, Int, ClosedRange<Int>)] = [
            ("--workers", workers ?? 1, 1...10_000),
            ("--max-instances-per-function", maxInstancesPerFunction ?? 1, 1...10_000),
            ("--max-instances-per-site", maxInstancesPerSite ?? 1, 1...10_000),
            ("--max-waiting-per-function", maxWaitingPerFunction, 1...1_000_000),
            ("--max-waiting-per-site", maxWaitingPerSite ?? 1, 1...1_000_000),
            ("--max-table-elements", maxTableElements, 0...4_294_967_295),
            ("--max-open-files", maxOpenFiles, 3...1_000_000),
            ("--max-host-handles", maxHostHandles, 0...1_000_000),
            ("--max-wasm-stack", maxWasmStack.bytes, 4096...1 << 30),
            ("--max-key-size", maxKeySize.bytes, 1...1 << 20),
            ("--max-value-size", maxValueSize.bytes, 1...256 << 20),
            ("--max-site-size", maxSiteSize.bytes, 1 << 20...1 << 40),
            ("--pool-slots", poolSlots, 0...ServerConfiguration.mostPoolSlots),
        ]
        for (flag, value, range) in counts where !range.contains(value) {
            throw ValidationError("\(flag) is from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Sets all of them.
    func apply(to settings: inout ServerSettings) {
        settings.configuration.timeout = timeout.nanoseconds
        settings.configuration.maximumBody = maxBodySize.bytes
        settings.configuration.maximumModule = maxModuleSize.bytes
        settings.configuration.poolSlots = poolSlots
        if let workers {
            settings.configuration.callThreads = workers
            settings.configuration.commandThreads = workers
        }
        settings.configuration.instancesPerFunction = maxInstancesPerFunction
        settings.configuration.instancesPerSite = maxInstancesPerSite
        settings.configuration.waitingPerFunction = maxWaitingPerFunction
        settings.configuration.waitingPerSite = maxWaitingPerSite
        settings.compilation.timeLimit = .nanoseconds(maxCompileTime.nanoseconds)
        settings.limits.instance.memoryBytes = UInt64(maxMemorySize.bytes)
        settings.limits.instance.stackBytes = UInt64(maxWasmStack.bytes)
        settings.limits.instance.tableElements = UInt64(maxTableElements)
        settings.limits.processorTime = maxCpuTime.nanoseconds
        settings.limits.openFiles = UInt32(maxOpenFiles)
        settings.limits.memoryFolder = tmpfs
        settings.limits.clockResolution = UInt32(clamping: clockResolution.nanoseconds)
        settings.limits.outputBytes = Int64(maxOutputSize.bytes)
        settings.limits.values.keyBytes = maxKeySize.bytes
        settings.limits.values.valueBytes = maxValueSize.bytes
        settings.limits.values.siteBytes = maxSiteSize.bytes
        settings.limits.hostcalls.handles = maxHostHandles
        settings.limits.hostcalls.responseBodyBytes = maxHostBytes.bytes
        settings.limits.hostcalls.sentBodyBytes = maxHostBytes.bytes
        settings.limits.hostcalls.receivedBodyBytes = maxHostBytes.bytes
    }
}

private func memoryFolder(_ text: String) throws -> MemoryFolder {
    guard let folder = MemoryFolder(text) else {
        throw ValidationError("expected GUEST or GUEST:size=BYTES, as /tmp:size=64m")
    }
    return folder
}
