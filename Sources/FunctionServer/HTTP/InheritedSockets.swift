import Glibc

/// The sockets that whoever started us opened for us: sd_listen_fds(3).
///
/// Connections queue in them before we are there, and they may be on ports that we have no right to open.
package struct InheritedSockets: Sendable {
    /// The names that systemd's `FileDescriptorName=` gives those that are not for serving in the clear.
    private static let special: Set<Substring> = ["admin", "https", "http"]
    private static let first: Int32 = 3
    private static let most: Int32 = 16

    /// The one to serve on.
    package let server: ListeningSocket?
    /// The one for the admin's pages.
    package let admin: ListeningSocket?
    /// The one for connections in TLS.
    package let secure: ListeningSocket?
    /// The one for connections that are sent on to those.
    package let redirect: ListeningSocket?

    /// Those that the environment tells of: none if it does not, or means another process.
    package init(environment: [String: String]) throws(ServerError) {
        guard let process = environment["LISTEN_PID"], let count = environment["LISTEN_FDS"],
            pid_t(process) == getpid()
        else {
            (server, admin, secure, redirect) = (nil, nil, nil, nil)
            return
        }
        guard let count = Int32(count), (0...Self.most).contains(count) else {
            throw ServerError("LISTEN_FDS=\(count): expected a number of sockets")
        }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var found: [Substring: ListeningSocket] = [:]
        for index in 0..<Int(count) {
            let socket = try ListeningSocket(inheriting: Self.first + Int32(index))
            let name = index < names.count && Self.special.contains(names[index]) ? names[index] : ""
            guard found.updateValue(socket, forKey: name) == nil else {
                throw ServerError(
                    "LISTEN_FDS: one socket to serve on, and perhaps one each that is named https, http (to be sent on) or admin"
                )
            }
        }
        (server, admin, secure, redirect) = (found[""], found["admin"], found["https"], found["http"])
    }
}
