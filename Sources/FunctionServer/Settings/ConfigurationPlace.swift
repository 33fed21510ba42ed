import Glibc

/// Where the configuration file is.
package enum ConfigurationPlace {
    /// Bytes of the largest file.
    private static let maximumSize = 1 << 20

    /// The file that the command line or the environment names; else `terrafirma/serve.toml` among the user's own, if
    /// it is there; else nil.
    ///
    /// Never one in the served folder, which may be somebody else's to write.
    package static func find(
        commandLine: [String], environment: [String: String], flags: [FlagDescription]
    ) throws(ConfigurationError) -> String? {
        let config = flags.filter { $0.name == "config" || $0.takesValue }
        if let named = LayeredArguments.given(commandLine, config).last(where: { $0.flag.name == "config" }) {
            return named.values.last
        }
        if let path = environment["TERRAFIRMA_CONFIG"], !path.isEmpty { return path }
        guard let path = usual(environment) else { return nil }
        return access(path, F_OK) == 0 ? path : nil
    }

    private static func usual(_ environment: [String: String]) -> String? {
        // Relative paths there are to be ignored, the specification says.
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return folder + "/terrafirma/serve.toml"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.config/terrafirma/serve.toml"
    }

    /// Reads it.
    package static func contents(of path: String) throws(ConfigurationError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw ConfigurationError(path, systemMessage(errno)) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = read(file, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ConfigurationError(path, systemMessage(errno)) }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
            guard bytes.count <= maximumSize else {
                throw ConfigurationError(path, "it is larger than \(maximumSize) bytes")
            }
        }
    }
}
