import Glibc

/// The sockets that whoever started us opened for us: sd_listen_fds(3).
///
/// Connections queue in them before we are there, and they may be on ports that we have no right to open.
package struct InheritedSockets: Sendable {
    /// The name that systemd's `FileDescriptorName=` gives the admin's.
    private static let adminName = "admin"
    private static let first: Int32 = 3
    private static let most: Int32 = 16

    /// The one to serve on.
    package let server: ListeningSocket?
    /// The one for the admin's pages.
    package let admin: ListeningSocket?

    /// Those that the environment tells of: none if it does not, or means another process.
    package init(environment: [String: String]) throws(ServerError) {
        guard let process = environment["LISTEN_PID"], let count = environment["LISTEN_FDS"],
            pid_t(process) == getpid()
        else {
            (server, admin) = (nil, nil)
            return
        }
        guard let count = Int32(count), (0...Self.most).contains(count) else {
            throw ServerError("LISTEN_FDS=\(count): expected a number of sockets")
        }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var found: (server: ListeningSocket?, admin: ListeningSocket?)
        for index in 0..<count {
            let socket = try ListeningSocket(inheriting: Self.first + index)
            if Int(index) < names.count, names[Int(index)] == Self.adminName {
                found.admin = socket
            } else if found.server == nil {
                found.server = socket
            } else {
                throw ServerError("LISTEN_FDS: one socket to serve on, and perhaps one that is named admin")
            }
        }
        (server, admin) = found
    }
}
