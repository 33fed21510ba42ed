import ArgumentParser
import Glibc
import ModuleCache

/// `tfc` as a function of its arguments.
package enum CommandLineTool {
    /// Runs the command that `arguments` (the program's name first) ask for, and ends the process.
    ///
    /// `run` and `compile` with plainly written flags go past ArgumentParser, whose reflection takes longer than
    /// starting a small guest, or compiling it. Whatever ``RunArguments/init(plain:)`` and
    /// ``CompileArguments/init(plain:)`` do not know, mistakes and `--help` included, goes through the declared
    /// commands.
    package static func main(_ arguments: [String]) -> Never {
        // A reader that went away is an error of write(2), not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        openStandardDescriptors()
        if arguments.count > 2, arguments[1] == "run", let plain = RunArguments(plain: arguments.dropFirst(2)) {
            exit(ModuleRun.perform(plain))
        }
        if arguments.count > 2, arguments[1] == "compile",
            let plain = CompileArguments(plain: arguments.dropFirst(2))
        {
            exit(ModuleCompilation(plain).perform())
        }
        do {
            var command = try TerrafirmaCommand.parseAsRoot(Array(arguments.dropFirst()))
            try command.run()
        } catch {
            end(with: error)
        }
        exit(0)
    }

    /// Who starts us may have closed some of them, and then the next file we open would be taken for it.
    private static func openStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    private static func end(with error: any Error) -> Never {
        switch error {
        case let status as ExitCode: exit(status.rawValue)
        case is CommandFailure, is ModuleError:
            StandardError.write("tfc: \(error)\n")
            exit(ExitStatus.failure)
        default: break
        }
        let code = TerrafirmaCommand.exitCode(for: error)
        let message = TerrafirmaCommand.fullMessage(for: error)
        guard code != .success else {
            StandardOutput.write(message + "\n")
            exit(0)
        }
        StandardError.write(message + "\n")
        exit(code == .validationFailure ? ExitStatus.usage : ExitStatus.failure)
    }
}

/// What `tfc` ends with, beside a guest's own code.
package enum ExitStatus {
    /// Something of ours went wrong: a file, a module that is no good, the cache.
    package static let failure: Int32 = 1
    /// The command line was not understood.
    package static let usage: Int32 = 2
    /// The guest trapped: 128 + SIGABRT, as users of other runtimes know it.
    package static let trap: Int32 = 134

    /// What a guest's code becomes, of which the system keeps 8 bits: a failure must not look like success.
    static func told(_ code: UInt32) -> Int32 { code != 0 && code & 0xFF == 0 ? failure : Int32(code & 0xFF) }
}
