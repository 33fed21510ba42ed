import ArgumentParser
import ModuleCache

/// `tfc compile`: fills the cache, or shows the C.
struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile modules into the cache, and say what that took.")

    enum Product: String, ExpressibleByArgument, CaseIterable { case artifact, c }

    @Option(help: "How to compile.")
    var tier = Tier.quick

    @Option(help: "What keeps guests within their memories.")
    var boundsChecks = BoundsChecks.guardPages

    @Option(help: "What to make: native code, or the C source it comes from.")
    var emit = Product.artifact

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
            "Where the C goes (standard output if not given), or a folder for a copy of the artifact.",
            valueName: "path"))
    var output: String?

    @Flag(help: "Compile even what is in the cache.")
    var force = false

    @Flag(help: "Show where the time went.")
    var timings = false

    @Argument(help: "The modules; - reads one from standard input.")
    var files: [String]

    func validate() throws {
        guard output == nil || files.count == 1 else { throw ValidationError("-o goes with one file only") }
    }

    func run() throws {
        let cache = ModuleCache(configuration: .forCommands())
        var failures = 0
        for file in files {
            do {
                switch emit {
                case .artifact: try compile(file, cache)
                case .c: try writeSource(file, cache)
                }
            } catch {
                StandardError.write("tfc: \(error)\n")
                failures += 1
            }
        }
        if failures > 0 { throw ExitCode(ExitStatus.failure) }
    }

    private func compile(_ file: String, _ cache: ModuleCache) throws {
        let start = ContinuousClock.now
        let artifact = try artifact(file, cache)
        let elapsed = ContinuousClock.now - start
        StandardOutput.write(
            "\(file.printable): \(artifact.sizeIn) -> \(artifact.sizeOut) bytes, \(elapsed.milliseconds) ms, "
                + "\(artifact.key.prefix(16)), \(artifact.wasCached ? "cached" : "compiled")\n")
        if timings { StandardOutput.write(table(artifact.timings, elapsed)) }
        if let output { try copyFolder(artifact.directory, to: output) }
    }

    /// The line on the terminal is gone before anything else is written there.
    private func artifact(_ file: String, _ cache: ModuleCache) throws -> Artifact {
        let progress = Progress(compiling: file)
        defer { progress.end() }
        return file == "-"
            ? try cache.artifact(contents: try readFile(file), name: file, options: options, force: force)
            : try cache.artifact(file: file, options: options, force: force)
    }

    private func writeSource(_ file: String, _ cache: ModuleCache) throws {
        let source = try cache.source(
            contents: try readFile(file), name: file, options: options)
        try writeFile(source, to: output)
    }

    private var options: CompileOptions { CompileOptions(tier: tier, boundsChecks: boundsChecks) }

    private func table(_ timings: PhaseTimings, _ elapsed: Duration) -> String {
        let others = [("other", elapsed - timings.total)]
        return (timings.phases.map { ($0.name, $0.duration) } + others)
            .filter { $0.1 > .zero }
            .map { "  \($0.1.milliseconds.padded(to: 9)) ms  \($0.0)\n" }
            .joined()
    }
}

extension Duration {
    /// With three digits behind the point.
    var milliseconds: String {
        let microseconds = components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        let fraction = String(microseconds % 1000 + 1000).dropFirst()
        return "\(microseconds / 1000).\(fraction)"
    }
}

extension String {
    /// Right-aligned.
    func padded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
