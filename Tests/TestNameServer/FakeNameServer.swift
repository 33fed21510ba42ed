import Glibc

/// A name server that answers each datagram with bytes of the test's choice.
package final class FakeNameServer: Sendable {
    /// Given a query, the answer; nil: none.
    package typealias Answer = @Sendable (_ query: [UInt8]) -> [UInt8]?

    /// Where it listens, as a resolver is told.
    package let address: String
    private let descriptor: Int32
    private let answer: Answer

    /// Nil if the machine lets nobody listen.
    package init?(_ answer: @escaping Answer) {
        self.answer = answer
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        self.address = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        guard isBound else { return nil }
        start()
    }

    /// Ends the server's thread, which then lets go of the server.
    package func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func start() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<FakeNameServer>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    private func serve() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var from = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let isServed = withUnsafeMutablePointer(to: &from) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { from in
                    let count = recvfrom(descriptor, &buffer, buffer.count, 0, from, &length)
                    guard count > 0 else { return false }
                    if let bytes = answer(Array(buffer[..<count])) {
                        sendto(descriptor, bytes, bytes.count, 0, from, length)
                    }
                    return true
                }
            }
            if !isServed { break }
        }
        close(descriptor)
    }
}
