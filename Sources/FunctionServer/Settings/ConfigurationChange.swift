/// What another configuration changes while a server runs, and what it can't.
package struct ConfigurationChange: Equatable, Sendable {
    /// Settings that hold from now on.
    package private(set) var immediate: [String] = []
    /// Settings that hold once the server is started again.
    package private(set) var needsRestart: [String] = []

    /// What each request looks up anew.
    private static let live: Set<String> =
        Set(LimitSettings.Name.allCases.map(\.rawValue)).union(["tmpfs", "clock-resolution"])

    /// Compares the present configuration, and the one that the server was started with, to another one.
    ///
    /// A contained server has given up what it would need to let functions do more.
    package init(
        from present: LayeredArguments, startedWith first: LayeredArguments, to next: LayeredArguments,
        isContained: Bool
    ) {
        let names = [present, first, next].flatMap { $0.settings.map(\.flag.name) }
        var seen: Set<String> = []
        for name in names where seen.insert(name).inserted {
            let (value, atFirst) = (next.values(of: name), first.values(of: name))
            let grants = name == "allow-outbound" || name == "allow-writable-folders"
            if grants ? !isContained || Self.isGranted(atFirst) || !Self.isGranted(value) : Self.live.contains(name) {
                if present.values(of: name) != value { immediate.append(name) }
            } else if atFirst != value {
                needsRestart.append(name)
            }
        }
        if present.siteLimits != next.siteLimits { immediate.append("limits of sites") }
    }

    private static func isGranted(_ values: [String]) -> Bool { !values.isEmpty && values != ["false"] }
}

extension LayeredArguments {
    /// What a flag is set to; nothing if nobody sets it.
    func values(of name: String) -> [String] { settings.first { $0.flag.name == name }?.values ?? [] }
}
