/// Flags that the environment sets: `TERRAFIRMA_MAX_MEMORY_SIZE=64M` is `--max-memory-size 64M`.
package enum EnvironmentSettings {
    /// Those of an environment, in the order of their flags.
    ///
    /// A list has commas between its values. A variable that is no flag's and looks like one's is an error; others of
    /// the same beginning are somebody else's.
    package static func flags(
        in environment: [String: String], of flags: [FlagDescription]
    ) throws(ConfigurationError) -> [ConfiguredFlag] {
        let flags = flags.filter { !ConfigurationFile.excluded.contains($0.name) || $0.name == "config" }
        let known = flags.map(\.variable)
        for name in environment.keys.sorted() where name.hasPrefix(FlagDescription.prefix) && !known.contains(name) {
            // By what follows the common beginning, which would make any two names alike.
            let rest = name.dropFirst(FlagDescription.prefix.count).lowercased().replacing("_", with: "-")
            guard let meant = Suggestion.nearest(to: rest, in: flags.map(\.name)) else { continue }
            let variable = FlagDescription(meant).variable
            throw ConfigurationError(name, "there is no such setting; did you mean \(variable)?")
        }
        var configured: [ConfiguredFlag] = []
        for flag in flags {
            guard let text = environment[flag.variable] else { continue }
            configured.append(
                ConfiguredFlag(flag: flag, values: try values(text, flag), origin: .variable(flag.variable)))
        }
        return configured
    }

    private static func values(_ text: String, _ flag: FlagDescription) throws(ConfigurationError) -> [String] {
        if flag.isRepeating, flag.takesValue { return text.split(separator: ",").map(String.init) }
        guard !flag.takesValue else { return [text] }
        switch text.lowercased() {
        case "1", "true", "on", "yes": return ["true"]
        case "0", "false", "off", "no", "": return ["false"]
        default: throw ConfigurationError(flag.variable, "\(LogEscaping.escape(text)) is neither true nor false")
        }
    }
}
