import ArgumentParser
import ModuleCache

/// `tfc compile`, declared: its help, and every spelling that ``CompileArguments/init(plain:)`` leaves to it.
struct CompileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile modules into the cache, and say what that took.")

    @Option(help: "How to compile.")
    var tier = Tier.quick

    @Option(help: "What keeps guests within their memories.")
    var boundsChecks = BoundsChecks.guardPages

    @Option(help: "What to make: native code, the C source it comes from, or a program of its own.")
    var emit = CompileArguments.Product.artifact

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
            "Where the C goes (standard output if not given; a folder gets all that a program embeds) or the "
                + "executable, or a folder for a copy of the artifact.",
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
        guard emit != .executable || output != nil else {
            throw ValidationError("--emit executable needs -o, the file to make")
        }
    }

    func run() throws { throw ExitCode(ModuleCompilation(compileArguments).perform()) }

    /// The same as a plain value.
    var compileArguments: CompileArguments {
        CompileArguments(
            tier: tier, boundsChecks: boundsChecks, emit: emit, output: output, force: force, timings: timings,
            files: files)
    }
}

extension CompileArguments.Product: ExpressibleByArgument {}
