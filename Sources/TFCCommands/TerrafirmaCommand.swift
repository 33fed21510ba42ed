import ArgumentParser
import ModuleCache

/// The root command.
struct TerrafirmaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tfc",
        abstract: "Compiles, runs and serves WebAssembly modules as native code.",
        version: "0.1.0",
        subcommands: [
            RunCommand.self, ServeCommand.self, CompileCommand.self, InspectCommand.self, CacheCommand.self,
            WastCommand.self,
        ])
}

extension CompileOptions.Tier: ExpressibleByArgument {}
extension CompileOptions.BoundsChecks: ExpressibleByArgument {}

/// How code is made: what `--tier` takes.
typealias Tier = CompileOptions.Tier

/// What keeps guests within their memories: what `--bounds-checks` takes.
typealias BoundsChecks = CompileOptions.BoundsChecks
