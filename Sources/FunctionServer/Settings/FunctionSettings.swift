package import Hostcalls
package import TOML

/// What a function's own file says of it: `hello.toml` beside `hello.wasm`.
///
/// Whoever may put a function there writes it, so it can only ask for less than the operator allows.
package struct FunctionSettings: Equatable, Sendable {
    /// A folder of the site that a command may use.
    package struct Folder: Equatable, Sendable {
        /// Where it is, relative to the site's folder.
        package var host: String
        /// What the command calls it.
        package var guest: String
        /// Whether it may be changed.
        package var isWritable: Bool
    }

    /// A variable of a command's environment.
    package struct Variable: Equatable, Sendable {
        /// Its name.
        package var name: String
        /// Its value.
        package var value: String
    }

    /// In the order of the file.
    package var environment: [Variable] = []
    /// What follows the arguments that the request gives.
    package var arguments: [String] = []
    /// In the order of the file.
    package var folders: [Folder] = []
    /// What is lower than the operator's.
    package var limits = LimitSettings()
    /// Hosts that it may send requests to, of those that the operator allows; nil: all of them.
    package var allowedHosts: [HostPattern]?

    /// Bytes of the largest file.
    package static let maximumSize = 64 * 1024
    /// Folders of a function.
    static let maximumFolders = 16

    /// Nothing is set.
    package init() {}

    /// Reads the file.
    package init(parsing contents: [UInt8]) throws(TOMLError) {
        let document = try SettingsTable(
            try TOMLParser.parse(contents), keys: ["environment", "arguments", "folders", "limits", "allowed-hosts"])
        if let table = try document.table("environment") { environment = try Self.variables(table) }
        for argument in try document.strings("arguments") ?? [] {
            try Self.check(argument.text, "an argument", argument.line)
            arguments.append(argument.text)
        }
        for (table, line) in try document.tables("folders") { folders.append(try Self.folder(table, line)) }
        if folders.count > Self.maximumFolders {
            throw TOMLError(line: document["folders"]?.line ?? 1, "more than \(Self.maximumFolders) folders")
        }
        if let table = try document.table("limits") { limits = try LimitSettings(table) }
        if let hosts = try document.strings("allowed-hosts") { allowedHosts = try Self.patterns(hosts) }
    }

    /// Whether it asks for what only programs of WASI can see.
    var needsWASI: Bool { !environment.isEmpty || !arguments.isEmpty || !folders.isEmpty }

    private static func variables(_ table: TOMLTable) throws(TOMLError) -> [Variable] {
        var variables: [Variable] = []
        for entry in table.entries {
            let (name, line) = (entry.key, entry.node.line)
            guard case .string(let value) = entry.node.value else {
                throw TOMLError(line: line, "environment.\(LogEscaping.escape(name)) has to be a string")
            }
            guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "=")), !name.utf8.contains(0) else {
                throw TOMLError(line: line, "\(LogEscaping.escape(name)) is no name of a variable")
            }
            guard !CGIEnvironment.isReserved(name) else {
                throw TOMLError(line: line, "\(LogEscaping.escape(name)) is set by the server for each request")
            }
            try check(value, "a variable", line)
            variables.append(Variable(name: name, value: value))
        }
        return variables
    }

    private static func folder(_ table: TOMLTable, _ line: Int) throws(TOMLError) -> Folder {
        let settings = try SettingsTable(table, in: "folders.", keys: ["host", "guest", "writable"])
        guard let host = try settings.string("host"), let guest = try settings.string("guest") else {
            throw TOMLError(line: line, "a folder has a host and a guest, where it is and what it is called")
        }
        let line = settings["host"]?.line ?? line
        let names = host.split(separator: "/", omittingEmptySubsequences: false)
        guard !host.isEmpty, !host.hasPrefix("/"), !names.contains("..") else {
            throw TOMLError(line: line, "folders.host is relative to the site's folder, and within it: data")
        }
        guard !guest.isEmpty else { throw TOMLError(line: line, "folders.guest is empty") }
        try check(host, "folders.host", line)
        try check(guest, "folders.guest", line)
        return Folder(host: host, guest: guest, isWritable: try settings.boolean("writable") ?? false)
    }

    private static func patterns(_ hosts: [(text: String, line: Int)]) throws(TOMLError) -> [HostPattern] {
        var patterns: [HostPattern] = []
        for host in hosts {
            guard let pattern = HostPattern(host.text) else {
                throw TOMLError(
                    line: host.line, "allowed-hosts: a host is example.com, *.example.com or *, with :port or without")
            }
            patterns.append(pattern)
        }
        return patterns
    }

    /// No program can be handed a NUL within a text.
    private static func check(_ text: String, _ what: String, _ line: Int) throws(TOMLError) {
        if text.utf8.contains(0) { throw TOMLError(line: line, "\(what) has a NUL in it") }
    }
}
