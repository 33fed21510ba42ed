package import TOML

/// The server's configuration file: every long flag is a key, and sites have tables of their own.
package struct ConfigurationFile: Equatable, Sendable {
    /// Where it is, for people.
    package let path: String
    /// Its flags, in its order.
    package private(set) var flags: [ConfiguredFlag] = []
    /// Lower limits for the functions of sites, by their names.
    package private(set) var siteLimits: [String: LimitSettings] = [:]

    /// Flags that a file cannot set: they say which file, or do something else than serve.
    static let excluded: Set<String> = ["config", "check", "help", "version"]

    /// Reads a file's contents.
    package init(path: String, contents: [UInt8], flags: [FlagDescription]) throws(ConfigurationError) {
        self.path = path
        let flags = flags.filter { !Self.excluded.contains($0.name) }
        let document: TOMLTable
        do throws(TOMLError) {
            document = try TOMLParser.parse(contents)
        } catch {
            throw ConfigurationError("\(path):\(error.line)", error.message)
        }
        // All that is wrong is told at once.
        var errors: [ConfigurationError] = []
        for entry in document.entries {
            do throws(TOMLError) {
                try read(entry, flags)
            } catch {
                errors.append(ConfigurationError("\(path):\(error.line)", error.message))
            }
        }
        if let error = ConfigurationError(errors) { throw error }
    }

    private mutating func read(_ entry: TOMLTable.Entry, _ flags: [FlagDescription]) throws(TOMLError) {
        if entry.key == "sites", case .table(let sites) = entry.node.value {
            return try readSites(sites, flags)
        }
        guard let flag = flags.first(where: { $0.name == entry.key }) else {
            let question = Suggestion.question(entry.key, in: flags.map(\.name))
            throw TOMLError(
                line: entry.node.line, "there is no setting \(LogEscaping.escape(entry.key))\(question)")
        }
        let origin = SettingOrigin.file(path, line: entry.node.line)
        self.flags.append(ConfiguredFlag(flag: flag, values: try Self.values(entry.node, flag), origin: origin))
    }

    // MARK: - Values

    private static func values(_ node: TOMLNode, _ flag: FlagDescription) throws(TOMLError) -> [String] {
        guard case .array(let nodes) = node.value else { return [try value(node, flag)] }
        guard flag.isRepeating else { throw TOMLError(line: node.line, "\(flag.name) is one value, not a list") }
        var values: [String] = []
        for node in nodes { values.append(try value(node, flag)) }
        return values
    }

    private static func value(_ node: TOMLNode, _ flag: FlagDescription) throws(TOMLError) -> String {
        switch node.value {
        case .string(let text) where flag.takesValue:
            guard !text.utf8.contains(0) else { throw TOMLError(line: node.line, "\(flag.name) has a NUL in it") }
            return text
        case .integer(let number) where flag.takesValue: return String(number)
        case .boolean(let value) where !flag.takesValue: return String(value)
        case .boolean(let value) where flag.values == ["on", "off"]: return value ? "on" : "off"
        default:
            let expected = flag.takesValue ? "a string or a whole number" : "true or false"
            throw TOMLError(line: node.line, "\(flag.name) is \(node.value.kind), and has to be \(expected)")
        }
    }

    // MARK: - Sites

    /// `[sites."example.com"]`: a folder, as `--site` has it, and limits.
    private mutating func readSites(_ sites: TOMLTable, _ flags: [FlagDescription]) throws(TOMLError) {
        var folders: [(value: String, line: Int)] = []
        for entry in sites.entries {
            let (name, line) = (entry.key, entry.node.line)
            guard let site = SiteName(host: name), site.description == name else {
                throw TOMLError(
                    line: line, "\(LogEscaping.escape(name)) is no site's name: lower case, no port, xn-- for others")
            }
            guard case .table(let table) = entry.node.value else {
                throw TOMLError(line: line, "a site is a table: [sites.\"\(name)\"]")
            }
            let place = "sites.\(name)."
            let settings = try SettingsTable(table, in: place, keys: ["folder", "limits"])
            if let folder = try settings.string("folder") {
                folders.append((try Self.site(name, folder, line: settings["folder"]?.line ?? line), line))
            }
            if let limits = try settings.table("limits") {
                siteLimits[name] = try LimitSettings(limits, in: place + "limits.")
            }
        }
        guard let first = folders.first else { return }
        guard let flag = flags.first(where: { $0.name == "site" }) else {
            throw TOMLError(line: first.line, "this server has sites in one folder only: sites = \"DIR\"")
        }
        self.flags.append(
            ConfiguredFlag(flag: flag, values: folders.map(\.value), origin: .file(path, line: first.line)))
    }

    /// The value of `--site` for a site and its folder.
    package static func site(_ name: String, _ folder: String, line: Int) throws(TOMLError) -> String {
        guard !folder.isEmpty, !folder.utf8.contains(0) else {
            throw TOMLError(line: line, "sites.\(name).folder is no folder")
        }
        return "\(name)=\(folder)"
    }
}
