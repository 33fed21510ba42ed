/// The command line with what the environment and a file add to it: flags win, then the environment, then the file.
///
/// A list that is given at one place replaces the list of the places after it.
package struct LayeredArguments: Equatable, Sendable {
    /// What holds, in the order of the flags; what nobody has set is not here.
    package private(set) var settings: [ConfiguredFlag] = []
    /// What is to be parsed instead of the command line.
    package private(set) var arguments: [String]
    /// Lower limits for sites, which only a file can set.
    package private(set) var siteLimits: [String: LimitSettings] = [:]

    /// Flags of which one makes the other of no account.
    private static let alternatives = [["folder"], ["sites", "site", "dns-sites"]]

    /// Puts them together.
    package init(
        commandLine: [String], environment: [String: String], file: ConfigurationFile?, flags: [FlagDescription]
    ) throws(ConfigurationError) {
        arguments = commandLine
        let given = Self.given(commandLine, flags)
        let variables = try EnvironmentSettings.flags(in: environment, of: flags)
        siteLimits = file?.siteLimits ?? [:]
        var added: [String] = []
        for (index, layer) in [given, variables, file?.flags ?? []].enumerated() {
            let taken = Set(settings.flatMap { Self.displaced(by: $0.flag.name) })
            for configured in layer where !taken.contains(configured.flag.name) {
                settings.append(configured)
                // The command line has those of the first layer already.
                if index > 0 { added += configured.arguments }
            }
        }
        // In front: what follows `--` on the command line is no flag.
        arguments = added + commandLine
        settings = flags.flatMap { flag in settings.filter { $0.flag.name == flag.name } }
    }

    private static func displaced(by name: String) -> [String] {
        [name] + alternatives.filter { !$0.contains(name) && alternatives.joined().contains(name) }.joined()
    }

    /// The flags of a command line, which is checked elsewhere.
    package static func given(_ commandLine: [String], _ flags: [FlagDescription]) -> [ConfiguredFlag] {
        var found: [ConfiguredFlag] = []
        var words = commandLine[...]
        var areFlagsOver = false
        func add(_ flag: FlagDescription, _ value: String) {
            if let index = found.firstIndex(where: { $0.flag.name == flag.name }) {
                found[index].values = flag.isRepeating ? found[index].values + [value] : [value]
            } else {
                let name = flag.isPositional ? "the command line" : "--\(flag.name)"
                found.append(ConfiguredFlag(flag: flag, values: [value], origin: .flag(name)))
            }
        }
        while let word = words.popFirst() {
            if !areFlagsOver, word == "--" {
                areFlagsOver = true
            } else if !areFlagsOver, word.hasPrefix("-"), word != "-" {
                let parts = word.drop { $0 == "-" }.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard let flag = flags.first(where: { !$0.isPositional && $0.name == parts.first ?? "" }) else {
                    continue
                }
                let value = parts.count > 1 ? String(parts[1]) : flag.takesValue ? words.popFirst() ?? "" : "true"
                add(flag, value)
            } else if let flag = flags.first(where: \.isPositional) {
                add(flag, word)
            }
        }
        return found
    }
}
