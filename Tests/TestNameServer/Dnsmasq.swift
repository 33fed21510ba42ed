import Glibc

/// A name server of the test's own: dnsmasq (Debian: dnsmasq-base) on a port of the loopback address.
///
/// It knows what its flags say, and of the rest of the names below `test` that they do not exist; others it refuses.
package final class Dnsmasq {
    /// Why there is none.
    package struct Failure: Error {
        /// For people.
        package let reason: String
    }

    /// Where it listens, as a resolver is told: `127.0.0.1:40053`.
    package let address: String
    private let process: pid_t

    /// Starts it with records, such as `--host-record=a.test,192.0.2.1` and `--txt-record=a.test,text`, and waits until
    /// it listens.
    package init(_ records: [String]) throws(Failure) {
        for _ in 0..<10 {
            guard let port = Self.freePort() else { break }
            let process = try Self.start(port: port, records)
            if Self.listens(process, on: port) {
                address = "127.0.0.1:\(port)"
                self.process = process
                return
            }
            // Somebody else was quicker.
            Self.end(process)
        }
        throw Failure(reason: "dnsmasq does not listen")
    }

    deinit { Self.end(process) }

    private static func end(_ process: pid_t) {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    private static func start(port: UInt16, _ records: [String]) throws(Failure) -> pid_t {
        let words =
            [
                "/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
                "--listen-address=127.0.0.1", "--bind-interfaces", "--port=\(port)", "--local=/test/", "--pid-file=",
                "--user=", "--group=", "--log-facility=/dev/null",
            ] + records
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads that tests run on block most signals, and programs inherit that.
        var none = sigset_t()
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var process = pid_t()
        guard posix_spawn(&process, words[0], nil, &attributes, &arguments, environ) == 0 else {
            throw Failure(reason: "\(words[0]) is not there: scripts/install test")
        }
        return process
    }

    /// Whether it takes connections, before it ends.
    private static func listens(_ process: pid_t, on port: UInt16) -> Bool {
        for _ in 0..<1000 {
            if withSocket(port, { connect($0, $1, $2) == 0 }) { return kill(process, 0) == 0 && isRunning(process) }
            guard isRunning(process) else { return false }
            usleep(10_000)
        }
        return false
    }

    private static func isRunning(_ process: pid_t) -> Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == 0
            && information.si_signo == 0
    }

    private static func freePort() -> UInt16? {
        var port: UInt16?
        _ = withSocket(0) { socket, address, length in
            var length = length
            var found = sockaddr_in()
            let isBound =
                bind(socket, address, length) == 0
                && withUnsafeMutablePointer(to: &found) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) == 0 }
                }
            if isBound { port = UInt16(bigEndian: found.sin_port) }
            return isBound
        }
        return port
    }

    private static func withSocket(
        _ port: UInt16, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
