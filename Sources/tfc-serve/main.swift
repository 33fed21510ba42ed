import ArgumentParser
import FunctionServer
import Glibc
import Synchronization

do {
    let commandLine = Array(CommandLine.arguments.dropFirst())
    let configuration = try EffectiveConfiguration(commandLine: commandLine, environment: ProcessInfo.environment)
    var command = try ServeCommand.parseAsRoot(configuration.layers.arguments)
    EffectiveConfiguration.current.withLock { $0 = configuration }
    try command.run()
} catch let error as ConfigurationError {
    FileDescriptorOutput.error.write("tfc-serve: \(error)\n")
    exit(CommandLine.arguments.contains("--check") ? 1 : 2)
} catch {
    // A mistake in the flags is 2, as of the other commands.
    guard ServeCommand.exitCode(for: error) == .validationFailure else { ServeCommand.exit(withError: error) }
    FileDescriptorOutput.error.write(ServeCommand.fullMessage(for: error) + "\n")
    exit(2)
}
