import Glibc
import NIOCore

/// A socket that takes connections, for a server that is still to come.
///
/// Connections queue in it, so none is refused while a server is replaced by its successor in another process.
package struct ListeningSocket: Sendable {
    /// The socket; whoever serves it closes it.
    package let descriptor: Int32

    /// Connections that may wait to be accepted.
    static let backlog: Int32 = 1024

    /// Listens on an address, or the first one of a host's name.
    package init(host: String, port: Int) throws(ServerError) {
        let address: SocketAddress
        do {
            address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        } catch {
            throw ServerError("\(host):\(port): \(error)")
        }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        descriptor = socket(address.protocol.rawValue, type, 0)
        guard descriptor >= 0, Self.listen(descriptor, address) else {
            let reason = systemMessage(errno)
            if descriptor >= 0 { Glibc.close(descriptor) }
            throw ServerError("\(host):\(port): \(reason)")
        }
    }

    /// Takes one over that somebody else opened.
    init(inheriting descriptor: Int32) throws(ServerError) {
        var listens: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens == 1 else {
            throw ServerError("descriptor \(descriptor), which LISTEN_FDS hands on, is no listening socket")
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        self.descriptor = descriptor
    }

    /// Its port; 0 if the system does not say.
    var port: Int {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard result == 0 else { return 0 }
        // It is at the same place for both families.
        return withUnsafeBytes(of: address) { Int($0[2]) << 8 | Int($0[3]) }
    }

    /// Closes this process's hold on it.
    package func close() {
        Glibc.close(descriptor)
    }

    private static func listen(_ descriptor: Int32, _ address: SocketAddress) -> Bool {
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let bound = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
        return bound == 0 && Glibc.listen(descriptor, backlog) == 0
    }
}
