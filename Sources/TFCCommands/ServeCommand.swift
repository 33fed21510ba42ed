import ArgumentParser
import Glibc

/// `tfc serve`: becomes `tfc-serve`, which links what a server needs and `tfc run` must not wait for.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a folder of modules over HTTP; the arguments are tfc-serve's.")

    @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("See tfc serve --help.", valueName: "arg"))
    var arguments: [String] = []

    func run() throws {
        let path = try OwnExecutable.neighbour("tfc-serve")
        var vector: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        vector.append(nil)
        // A served guest's host must see a broken connection as the default action would have it; tfc-serve decides.
        signal(SIGPIPE, SIG_DFL)
        execv(path, vector)
        throw CommandFailure(path, errno: errno)
    }
}
