import ModuleCache
import WasmRuntime

/// What `tfc run` was asked for.
struct RunArguments: Equatable, Sendable {
    var grants: [DirectoryGrant] = []
    var memoryFolders: [MemoryFolder] = []
    /// Addresses to listen at for the guest.
    var listeners: [ListenAddress] = []
    /// Whether the guest gets the sockets that we were started with (`LISTEN_FDS`).
    var inheritsListeners = false
    var environment: [EnvironmentEntry] = []
    /// The guest's name for itself; the file's name if nil.
    var argv0: String?
    /// The export to call instead of `_start`.
    var invoke: String?
    var tier = RunTier.quick
    var boundsChecks = BoundsChecks.guardPages
    var limits = RunLimits()
    /// A path, or `-` for standard input.
    var file: String
    var arguments: [String]
}

/// Which code to run: what `tfc run --tier` takes.
enum RunTier: String, CaseIterable, Sendable {
    case quick, optimized
    /// Optimized code if the cache has it, else quick code.
    case auto
}

/// A folder of the host and the name the guest knows it by.
struct DirectoryGrant: Equatable, Sendable {
    var host: String
    var guest: String
    var isReadOnly = false

    /// `HOST` or `HOST::GUEST`, with `:ro` at its end if nothing in it may be changed.
    init?(_ text: String) {
        var text = text[...]
        if text.hasSuffix(":ro") {
            isReadOnly = true
            text = text.dropLast(3)
        }
        let separator = text.firstRange(of: "::")
        host = String(text[..<(separator?.lowerBound ?? text.endIndex)])
        guest = separator.map { String(text[$0.upperBound...]) } ?? host
        // A colon is left for flags: what is mistaken for one must not be a name.
        guard !host.isEmpty, !guest.isEmpty, !guest.contains(":") || separator == nil else { return nil }
    }
}

/// A variable of the guest's environment.
struct EnvironmentEntry: Equatable, Sendable {
    var name: String
    /// Inherited from our own environment if nil.
    var value: String?

    /// `NAME` or `NAME=VALUE`.
    init?(_ text: String) {
        let separator = text.firstIndex(of: "=")
        name = String(text[..<(separator ?? text.endIndex)])
        value = separator.map { String(text[text.index(after: $0)...]) }
        guard !name.isEmpty else { return nil }
    }
}

extension RunArguments {
    /// Arguments written in the plainest way: each flag followed by its value, then the file, then the guest's own.
    ///
    /// Nil for anything else, which is then ``RunCommand``'s to understand or to refuse. Both give the same answer
    /// for what both understand.
    init?(plain arguments: ArraySlice<String>) {
        var rest = arguments
        var parsed = RunArguments(file: "", arguments: [])
        while let flag = rest.first, flag.first == "-", flag != "-" {
            guard let value = rest.dropFirst().first, value.first != "-", parsed.take(flag, value) else { return nil }
            rest = rest.dropFirst(2)
        }
        guard let file = rest.first, !file.isEmpty else { return nil }
        parsed.file = file
        parsed.arguments = Array(rest.dropFirst())
        self = parsed
    }

    private mutating func take(_ flag: String, _ value: String) -> Bool {
        switch flag {
        case "--dir":
            guard let grant = DirectoryGrant(value) else { return false }
            grants.append(grant)
        case "--tmpfs":
            guard let folder = MemoryFolder(value) else { return false }
            memoryFolders.append(folder)
        case "--tcplisten":
            guard let address = ListenAddress(value) else { return false }
            listeners.append(address)
        case "--env":
            guard let entry = EnvironmentEntry(value) else { return false }
            environment.append(entry)
        case "--argv0": argv0 = value
        case "--invoke": invoke = value
        case "--tier":
            guard let tier = RunTier(rawValue: value) else { return false }
            self.tier = tier
        case "--bounds-checks":
            guard let checks = BoundsChecks(rawValue: value) else { return false }
            boundsChecks = checks
        case "-W": return (try? limits.apply(value)) != nil
        default: return false
        }
        return true
    }
}
