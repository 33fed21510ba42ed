import Glibc

/// The sockets that somebody who started us opened for us: sd_listen_fds(3).
enum InheritedSockets {
    /// Their descriptors.
    ///
    /// They are meant for us if `LISTEN_PID` names us.
    static func descriptors() throws(GrantFailure) -> Range<Int32> {
        guard let process = getenv("LISTEN_PID"), let count = getenv("LISTEN_FDS") else {
            throw GrantFailure("--listenfd: LISTEN_PID and LISTEN_FDS are not set, so nobody gave us sockets")
        }
        guard pid_t(String(cString: process)) == getpid(), let count = Int32(String(cString: count)), count > 0,
            count < 1000
        else { throw GrantFailure("--listenfd: LISTEN_PID and LISTEN_FDS are not for this process") }
        return 3..<3 + count
    }
}
