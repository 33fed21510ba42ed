import ArgumentParser
import CRuntime
import FoundationEssentials
import ModuleCache

/// `tfc wast`: the official test suite, through the whole way from bytes to results.
struct WastCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wast",
        abstract: "Run test scripts of the WebAssembly suite, in the JSON form that wast2json makes.",
        discussion: """
            Prints the counts of each file, and those of all together last. What there is only as text is skipped.
            """)

    @Flag(name: .shortAndLong, help: "Show each failure.")
    var verbose = false

    @Option(
        help: ArgumentHelp(
            "Commands that have to fail, and how: lines of FILE:LINE MESSAGE # REASON.", valueName: "file"))
    var expect: String?

    @Option(help: "How to compile.")
    var tier = Tier.quick

    @Option(help: "What keeps guests within their memories.")
    var boundsChecks = BoundsChecks.guardPages

    @Option(help: "How deep generated expressions may nest; 1 forces a variable for everything.")
    var expressionLimit: Int?

    @Option(help: "Memories that are kept ready for the next instances; 0 maps each one anew.")
    var poolSlots: Int?

    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp(
            "Run everything so many times, compiled anew; memory that grows after the second is a failure.",
            valueName: "rounds"))
    var rounds = 1

    @Argument(help: "Scripts, and folders to look for scripts in.")
    var files: [String]

    func validate() throws {
        guard rounds == 1 || rounds > 2 else {
            throw ValidationError("--repeat is at least 3: memory is compared after the second round and the last")
        }
    }

    func run() throws {
        if let poolSlots { tf_pool_set_slots(UInt32(clamping: poolSlots)) }
        let scripts = try scripts()
        var counts = WastCounts()
        var growth = MemoryGrowth()
        for round in 1...rounds {
            counts += try runOnce(scripts, isFirst: round == 1)
            guard rounds > 1 else { continue }
            let memory = try ResidentMemory.measured()
            growth.add(memory)
            StandardOutput.write("round \(round): \(memory.present) KiB resident, \(memory.peak) KiB at most\n")
        }
        if let excess = growth.excess {
            StandardOutput.write("FAILED memory: it grew by \(excess) KiB from the second round to the last\n")
            counts.failed += 1
        }
        StandardOutput.write(counts.text + "\n")
        if counts.failed > 0 { throw ExitCode(ExitStatus.failure) }
    }

    private func runOnce(_ scripts: [String], isFirst: Bool) throws -> WastCounts {
        var expected = try expectedFailures()
        // The user's cache has no need of these.
        let folder = FileManager.default.temporaryDirectory.path + "/terrafirma-wast-\(UUID().uuidString)"
        let cache = ModuleCache(
            configuration: CacheConfiguration(directory: folder, log: { StandardError.write("tfc: \($0)\n") }))
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var counts = WastCounts()
        for path in scripts {
            var report = try report(path, cache)
            expected.apply(to: &report, path: path)
            counts += report.counts
            if isFirst || !report.failures.isEmpty { show(report, path) }
        }
        for script in expected.scriptsNotMet {
            StandardOutput.write("FAILED \(script.printable): it has failures that are expected, and was not run\n")
            counts.failed += 1
        }
        return counts
    }

    private func expectedFailures() throws -> WastExpectedFailures {
        guard let expect else { return WastExpectedFailures() }
        return try WastExpectedFailures(text: String(decoding: try readFile(expect), as: UTF8.self))
    }

    private func report(_ path: String, _ cache: ModuleCache) throws -> WastReport {
        do {
            let script = try WastScript(json: try readFile(path))
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            var options = try CompileOptions(tier, boundsChecks)
            options.expressionLimit = expressionLimit
            var runner = try WastRunner(folder: folder, cache: cache, options: options)
            return runner.run(script)
        } catch {
            throw CommandFailure("\(path.printable): \(error)")
        }
    }

    private func show(_ report: WastReport, _ path: String) {
        StandardOutput.write("\(path.printable): \(report.counts.text)\n")
        guard verbose else { return }
        for failure in report.failures {
            StandardOutput.write("\(path.printable):\(failure.line): \(failure.reason.printable)\n")
        }
    }

    /// The files as named, and those within the folders, in order.
    private func scripts() throws -> [String] {
        try files.flatMap { path throws -> [String] in
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw CommandFailure("\(path.printable): no such file or folder")
            }
            guard isFolder else { return [path] }
            let scripts = try FileManager.default.subpathsOfDirectory(atPath: path)
                .filter { $0.hasSuffix(".json") }.sorted()
            guard !scripts.isEmpty else { throw CommandFailure("\(path.printable): no .json files in it") }
            return scripts.map { path + "/" + $0 }
        }
    }
}
