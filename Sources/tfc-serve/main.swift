import ArgumentParser
import Glibc

do {
    var command = try ServeCommand.parseAsRoot()
    try command.run()
} catch {
    // A mistake in the flags is 2, as of the other commands.
    guard ServeCommand.exitCode(for: error) == .validationFailure else { ServeCommand.exit(withError: error) }
    FileDescriptorOutput.error.write(ServeCommand.fullMessage(for: error) + "\n")
    exit(2)
}
