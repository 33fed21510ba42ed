import ModuleCache

/// One run of `tfc compile`: fills the cache, or shows the C.
struct ModuleCompilation {
    private let arguments: CompileArguments
    private let cache = ModuleCache(configuration: .forCommands())

    init(_ arguments: CompileArguments) { self.arguments = arguments }

    /// Compiles one file after the other, reports on standard error what went wrong, and returns the exit code.
    func perform() -> Int32 {
        var status: Int32 = 0
        for file in arguments.files {
            do {
                switch arguments.emit {
                case .artifact: try compile(file)
                case .c: try writeSource(file)
                case .executable: try writeExecutable(file)
                }
            } catch {
                StandardError.write("tfc: \(error)\n")
                status = ExitStatus.failure
            }
        }
        return status
    }

    private func compile(_ file: String) throws {
        let start = ContinuousClock.now
        let artifact = try artifact(file)
        let elapsed = ContinuousClock.now - start
        StandardOutput.write(
            "\(file.printable): \(artifact.sizeIn) -> \(artifact.sizeOut) bytes, \(elapsed.milliseconds) ms, "
                + "\(artifact.key.prefix(16)), \(artifact.wasCached ? "cached" : "compiled")\n")
        if arguments.timings { StandardOutput.write(table(artifact.timings, elapsed)) }
        if let output = arguments.output { try copyFolder(artifact.directory, to: output) }
    }

    private func artifact(_ file: String) throws -> Artifact {
        guard file != "-" else {
            let (contents, options) = (try readFile(file), try options)
            return try Progress.show("-") {
                try cache.artifact(
                    contents: contents, name: file, options: options, force: arguments.force, observer: $0)
            }
        }
        let options = try options
        return try Progress.show(file) {
            try cache.artifact(file: file, options: options, force: arguments.force, observer: $0)
        }
    }

    private func writeSource(_ file: String) throws {
        if let output = arguments.output, EmbeddingFolder.isMeant(by: output) {
            return try writeEmbedding(file, to: output)
        }
        let source = try cache.source(contents: try readFile(file), name: file, options: try options)
        try writeFile(source, to: arguments.output)
    }

    /// The C is that of the optimizing dialect; what describes it is the same in both tiers.
    private func writeEmbedding(_ file: String, to folder: String) throws {
        let contents = try readFile(file)
        let options = CompileOptions(boundsChecks: arguments.boundsChecks)
        let artifact = try cache.artifact(contents: contents, name: file, options: options, force: arguments.force)
        let source = try cache.source(
            contents: contents, name: file,
            options: CompileOptions(tier: .optimized, boundsChecks: arguments.boundsChecks))
        try EmbeddingFolder(artifact, source: source, name: file).write(to: folder, from: file)
    }

    private func writeExecutable(_ file: String) throws {
        guard let output = arguments.output else { return }
        let program = try StandaloneProgram.load()
        let payload = try StandalonePayload(try artifact(file), name: file, tier: arguments.tier)
        let executable = try ExecutableFile(program: program, payload: payload)
        try NewFile.write(executable.bytes, to: output, mode: 0o755, sparing: [file, program.name])
    }

    private var options: CompileOptions {
        get throws { try CompileOptions(arguments.tier, arguments.boundsChecks) }
    }

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
