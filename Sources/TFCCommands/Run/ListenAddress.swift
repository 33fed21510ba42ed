import Glibc

/// A numeric address and a port: `127.0.0.1:8080`, `[::1]:8080`.
struct ListenAddress: Equatable, Sendable {
    var host: String
    var port: UInt16

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        self.host = String(host)
        self.port = port
        guard socketAddress != nil else { return nil }
    }

    /// A socket that listens there.
    func listen() throws(GrantFailure) -> Int32 {
        guard let (family, bytes) = socketAddress else { throw GrantFailure("--tcplisten \(self): no address") }
        let socket = Glibc.socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw GrantFailure("--tcplisten \(self): \(String(cString: strerror(errno)))") }
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let isBound = bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return bind(socket, start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0
        }
        guard isBound, Glibc.listen(socket, SOMAXCONN) == 0 else {
            throw GrantFailure("--tcplisten \(self): \(String(cString: strerror(errno)))")
        }
        if port == 0 { StandardError.write("tfc: listening on \(with(port: Self.port(of: socket)))\n") }
        return socket
    }

    /// The one that the system chose.
    private static func port(of socket: Int32) -> UInt16 {
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        // Both families have their port in the same place.
        let found = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
        }
        return found == 0 ? UInt16(bigEndian: address.sin6_port) : 0
    }

    private func with(port: UInt16) -> ListenAddress {
        var address = self
        address.port = port
        return address
    }

    private var socketAddress: (family: Int32, bytes: [UInt8])? {
        var four = sockaddr_in()
        if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            return (AF_INET, withUnsafeBytes(of: four, Array.init))
        }
        var six = sockaddr_in6()
        guard inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else { return nil }
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        return (AF_INET6, withUnsafeBytes(of: six, Array.init))
    }
}

extension ListenAddress: CustomStringConvertible {
    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
