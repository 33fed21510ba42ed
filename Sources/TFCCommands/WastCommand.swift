import ArgumentParser
import FoundationEssentials
import ModuleCache

/// `tfc wast`: the official test suite, through the whole way from bytes to results.
struct WastCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wast",
        abstract: "Run test scripts of the WebAssembly suite, in the JSON form that wast2json makes.",
        discussion: """
            Prints a line per file with failures, and the counts last. What there is only as text is skipped.
            """)

    @Flag(name: .shortAndLong, help: "Show each failure.")
    var verbose = false

    @Option(help: ArgumentHelp("Known failures: lines of FILE:LINE and a reason.", valueName: "file"))
    var expect: String?

    @Option(help: "How deep generated expressions may nest; 1 forces a variable for everything.")
    var expressionLimit: Int?

    @Argument(help: "Scripts, and folders to look for scripts in.")
    var files: [String]

    func run() throws {
        var expected = WastExpectedFailures()
        if let expect {
            expected = try WastExpectedFailures(text: String(decoding: try readFile(expect), as: UTF8.self))
        }
        // The user's cache has no need of these.
        let folder = FileManager.default.temporaryDirectory.path + "/terrafirma-wast-\(UUID().uuidString)"
        let cache = ModuleCache(
            configuration: CacheConfiguration(directory: folder, log: { StandardError.write("tfc: \($0)\n") }))
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var counts = WastCounts()
        for path in try scripts() {
            var report = try report(path, cache)
            expected.apply(to: &report, path: path)
            counts += report.counts
            show(report, path)
        }
        StandardOutput.write("\(counts.passed) passed, \(counts.failed) failed, \(counts.skipped) skipped\n")
        if counts.failed > 0 { throw ExitCode(ExitStatus.failure) }
    }

    private func report(_ path: String, _ cache: ModuleCache) throws -> WastReport {
        do {
            let script = try WastScript(json: try readFile(path))
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            var runner = try WastRunner(
                folder: folder, cache: cache, options: CompileOptions(expressionLimit: expressionLimit))
            return runner.run(script)
        } catch {
            throw CommandFailure("\(path.printable): \(error)")
        }
    }

    private func show(_ report: WastReport, _ path: String) {
        guard !report.failures.isEmpty else { return }
        let total = report.counts.passed + report.counts.failed + report.counts.skipped
        StandardOutput.write("\(path.printable): \(report.counts.failed) of \(total) failed\n")
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
