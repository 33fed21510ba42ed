import Glibc

/// Where a server keeps what outlives it.
package struct DataFolder: Sendable {
    /// Why a folder can't be used.
    package struct Failure: Error, CustomStringConvertible {
        /// For people.
        package let description: String
    }

    /// Of the databases of key-value stores.
    package let values: String

    /// Makes what is missing of `<path>/kv`, for its owner only.
    package init(_ path: String) throws(Failure) {
        values = path + "/kv"
        guard Self.make(values), access(values, R_OK | W_OK | X_OK) == 0 else {
            throw Failure(description: "\(values): \(String(cString: strerror(errno)))")
        }
    }

    /// `$XDG_DATA_HOME/terrafirma`, else `~/.local/share/terrafirma`.
    package static var defaultPath: String {
        // The base directory specification has relative paths ignored.
        if let base = environment("XDG_DATA_HOME"), base.hasPrefix("/") { return base + "/terrafirma" }
        if let home = environment("HOME"), home.hasPrefix("/") { return home + "/.local/share/terrafirma" }
        guard let user = getpwuid(geteuid()), let home = user.pointee.pw_dir else { return "/nonexistent/terrafirma" }
        return String(cString: home) + "/.local/share/terrafirma"
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    private static func make(_ path: String) -> Bool {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return true }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex,
            make(String(path[..<slash]))
        else { return false }
        return mkdir(path, 0o700) == 0 || errno == EEXIST
    }
}
