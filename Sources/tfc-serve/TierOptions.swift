import ArgumentParser
import FunctionServer
import Logging
import NativeCode

/// How good the code of functions gets.
struct TierOptions: ParsableArguments {
    enum Tier: String, ExpressibleByArgument, CaseIterable {
        case quick
        case auto
    }

    @Option(
        help: "What functions are compiled to: quick code; or auto, better code for those that use much of a processor."
    )
    var tier = Tier.auto

    @Option(
        help: ArgumentHelp(
            "The clang or gcc that makes the better code. Unless said: the first of those that the system has, if it "
                + "has one.",
            valueName: "file"),
        completion: .file())
    var compiler: String?

    @Option(help: "How long a function has to have used a processor before it is compiled again.")
    var optimizeAfter = TimeSpan(nanoseconds: 250 * .millisecond)

    @Option(help: "How long compiling a module again may take.")
    var optimizeTime = TimeSpan(nanoseconds: 60 * .second)

    @Option(help: ArgumentHelp("Compilers at a time.", valueName: "count"))
    var optimizeProcesses = 1

    func validate() throws {
        guard (1...1024).contains(optimizeProcesses) else {
            throw ValidationError("--optimize-processes is from 1 to 1024")
        }
        guard optimizeTime.nanoseconds > 0 else { throw ValidationError("--optimize-time is more than nothing") }
    }

    /// Nil: functions stay in the quick tier.
    func settings() throws(CompileError) -> OptimizationSettings? {
        guard tier == .auto else { return nil }
        let named = try compiler.map { path throws(CompileError) in try OptimizingCompiler(path: path) }
        guard let found = named ?? OptimizingCompiler.installed() else { return nil }
        var settings = OptimizationSettings(compiler: found)
        settings.after = optimizeAfter.nanoseconds
        settings.time = optimizeTime.nanoseconds
        settings.processes = optimizeProcesses
        return settings
    }

    /// To be said once.
    func tell(_ settings: OptimizationSettings?, _ logger: Logger) {
        guard tier == .auto, settings == nil else { return }
        logger.info("functions stay in the quick tier: no compiler is installed for a better one (clang or gcc)")
    }

    /// For `--check`.
    func description(_ settings: OptimizationSettings?) -> String {
        guard tier == .auto else { return "none, as set" }
        guard let compiler = settings?.compiler else { return "none is installed: quick code only" }
        return "\(compiler.path) (\(compiler.kind.rawValue))"
    }
}
