import Glibc

/// Where a cache lies and how it behaves.
package struct CacheConfiguration: Sendable {
    /// The cache's folder.
    ///
    /// Made if it is not there, for its owner only.
    package var directory: String
    /// Bytes of artifacts to keep, least recently used gone first.
    package var limit: Int
    /// Where artifacts go if the folder cannot be used.
    package var temporaryDirectory: String
    /// Entries used within this time are not evicted: somebody may be about to load them.
    package var evictionGrace: Duration
    /// How often the cache's size is looked at, at most.
    var sweepInterval = Duration.seconds(60)
    /// Unfinished entries older than this have been left by a process that is gone.
    var leftoverAge = Duration.seconds(60)
    /// Told about everything that makes the cache miss without need, one line at a time.
    package var log: @Sendable (String) -> Void

    package init(
        directory: String = Self.defaultDirectory, limit: Int = 512 << 20,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.directory = directory
        self.limit = limit
        temporaryDirectory = environment("TMPDIR") ?? "/tmp"
        evictionGrace = .seconds(120)
        self.log = log
    }

    /// Has what cannot go to the cache's folder go to one folder of this user's, in place of new ones among everybody's:
    /// for a process that has to know beforehand where it will write.
    package mutating func gatherTemporaryFolders() {
        temporaryDirectory += "/terrafirma-\(geteuid())"
    }

    /// `$XDG_CACHE_HOME/terrafirma`, else `~/.cache/terrafirma`.
    package static var defaultDirectory: String {
        // The base directory specification has relative paths ignored.
        if let base = environment("XDG_CACHE_HOME"), base.hasPrefix("/") { return base + "/terrafirma" }
        if let home = environment("HOME"), home.hasPrefix("/") { return home + "/.cache/terrafirma" }
        guard let user = getpwuid(geteuid()), let home = user.pointee.pw_dir else { return "/nonexistent/terrafirma" }
        return String(cString: home) + "/.cache/terrafirma"
    }
}

/// A variable of the environment; nil if it is missing or empty.
private func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}
