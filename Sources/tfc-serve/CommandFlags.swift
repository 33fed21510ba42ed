import ArgumentParser
import FoundationEssentials
import FunctionServer

/// The long flags of the command, as it tells them itself: one that is new can be set everywhere at once.
enum CommandFlags {
    /// All of them, and the folder.
    static let all: [FlagDescription] = {
        guard let tool = try? JSONDecoder().decode(Tool.self, from: Data(ServeCommand._dumpHelp().utf8)) else {
            preconditionFailure("the command's own description is not as expected")
        }
        return (tool.command.arguments ?? []).compactMap(\.flag)
    }()

    private struct Tool: Decodable {
        var command: Command
    }

    private struct Command: Decodable {
        var arguments: [Argument]?
    }

    private struct Argument: Decodable {
        var kind: String
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var defaultValue: String?
        var allValues: [String]?

        var flag: FlagDescription? {
            let long = names?.first { $0.kind == "long" }?.name
            guard let name = kind == "positional" ? valueName : long else { return nil }
            return FlagDescription(
                name, takesValue: kind != "flag", isRepeating: isRepeating, values: allValues ?? [],
                defaultValue: kind == "flag" ? "false" : defaultValue, isPositional: kind == "positional")
        }
    }

    private struct Name: Decodable {
        var kind: String
        var name: String
    }
}
