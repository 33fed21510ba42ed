import ArgumentParser
import FunctionServer
import Synchronization

/// What is in force: command line, environment and configuration file in one.
struct EffectiveConfiguration {
    /// Where the file is; nil: there is none.
    let path: String?
    let layers: LayeredArguments

    /// Of the command that runs.
    static let current = Mutex<EffectiveConfiguration?>(nil)

    /// Reads all of it, as it is now.
    ///
    /// Where it is wrong, what a file or a variable says is checked by itself, so that the error names its place.
    init(commandLine: [String], environment: [String: String]) throws(ConfigurationError) {
        let flags = CommandFlags.all
        // Help is given whatever the configuration is.
        let environment = Self.asksOnly(commandLine) ? [:] : environment
        path = try ConfigurationPlace.find(commandLine: commandLine, environment: environment, flags: flags)
        var file: ConfigurationFile?
        if let path {
            file = try ConfigurationFile(path: path, contents: try ConfigurationPlace.contents(of: path), flags: flags)
        }
        layers = try LayeredArguments(
            commandLine: commandLine, environment: environment, file: file, flags: flags)
        // By themselves they may lack what goes with them, so only where something is wrong.
        guard (try? ServeCommand.parse(layers.arguments)) == nil else { return }
        var errors: [ConfigurationError] = []
        for setting in layers.settings {
            do throws(ConfigurationError) { try Self.check(setting) } catch { errors.append(error) }
        }
        if let error = ConfigurationError(errors) { throw error }
    }

    /// Where the file is, to be read again; nil: there is none.
    var folder: String? {
        path.map { path in path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "." }
    }

    /// The command with all of it.
    func command() throws -> ServeCommand { try ServeCommand.parse(layers.arguments) }

    /// Whether the command is to tell of itself, instead of serving.
    private static func asksOnly(_ commandLine: [String]) -> Bool {
        commandLine.contains {
            $0 == "-h" || $0 == "--help" || $0.hasPrefix("--generate-completion") || $0 == "--experimental-dump-help"
        }
    }

    private static func check(_ setting: ConfiguredFlag) throws(ConfigurationError) {
        if case .flag = setting.origin { return }
        do {
            _ = try ServeCommand.parse(setting.arguments)
        } catch {
            let message = ServeCommand.message(for: error).split(separator: "\n").first ?? ""
            throw ConfigurationError("\(setting.origin)", String(message))
        }
    }
}
