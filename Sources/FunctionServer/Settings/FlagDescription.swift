/// A long flag of the server's command line, as far as files and the environment have to know it.
package struct FlagDescription: Equatable, Sendable {
    /// Without dashes: `max-memory-size`.
    package var name: String
    /// Whether a value follows it.
    package var takesValue: Bool
    /// Whether it may be given several times.
    package var isRepeating: Bool
    /// What it may be, if that is a list.
    package var values: [String]
    /// What it is if nobody says anything; nil: nothing.
    package var defaultValue: String?
    /// Whether it stands alone, as the folder does.
    package var isPositional: Bool

    /// Describes one.
    package init(
        _ name: String, takesValue: Bool = true, isRepeating: Bool = false, values: [String] = [],
        defaultValue: String? = nil, isPositional: Bool = false
    ) {
        self.name = name
        self.takesValue = takesValue
        self.isRepeating = isRepeating
        self.values = values
        self.defaultValue = defaultValue
        self.isPositional = isPositional
    }

    /// The variable that sets it: `TERRAFIRMA_MAX_MEMORY_SIZE`.
    package var variable: String { Self.prefix + name.uppercased().replacing("-", with: "_") }

    static let prefix = "TERRAFIRMA_"

    /// What the command line has for a value.
    package func arguments(_ value: String) -> [String] {
        if isPositional { return [value] }
        guard takesValue else { return value == "true" ? ["--\(name)"] : [] }
        // One word, so that a value that begins with a dash is one.
        return ["--\(name)=\(value)"]
    }
}

/// Where a setting was made.
package enum SettingOrigin: Equatable, Sendable, CustomStringConvertible {
    /// On the command line.
    case flag(String)
    /// By a variable of the environment.
    case variable(String)
    /// In a line of a file.
    case file(String, line: Int)

    package var description: String {
        switch self {
        case .flag(let name): name
        case .variable(let name): name
        case .file(let path, let line): "\(path):\(line)"
        }
    }
}

/// A flag, what it is set to, and by whom.
package struct ConfiguredFlag: Equatable, Sendable {
    /// Which flag.
    package var flag: FlagDescription
    /// As the command line would have them; `true` or `false` of a flag without value.
    package var values: [String]
    /// Where that is said.
    package var origin: SettingOrigin

    /// The same as the command line would have it.
    package var arguments: [String] { values.flatMap { flag.arguments($0) } }
}

/// What is wrong with the configuration, and where.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// All of it.
    package let description: String

    /// Says what is wrong at a place.
    package init(_ place: String, _ message: String) {
        description = "\(place): \(message)"
    }

    /// All of them, a line each; nil: there are none.
    package init?(_ errors: [ConfigurationError]) {
        guard !errors.isEmpty else { return nil }
        description = errors.map(\.description).joined(separator: "\n")
    }
}
