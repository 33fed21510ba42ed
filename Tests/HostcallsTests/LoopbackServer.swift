import Glibc
import Synchronization

/// An HTTP server of a few lines: answers each connection's one request with bytes of the test's choice.
final class LoopbackServer: Sendable {
    /// Given the request's text, the response's bytes; nil: don't answer until the client hangs up.
    typealias Answer = @Sendable (_ request: String) -> [UInt8]?

    let port: UInt16
    private let listener: Int32
    private let answer: Answer
    private let seen = Mutex<[String]>([])
    private let ended = Atomic<Int>(0)

    /// Nil if the machine doesn't let us listen.
    init?(_ answer: @escaping Answer) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.answer = answer
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let size = length
        let descriptor = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isListening else {
            close(descriptor)
            return nil
        }
        start()
    }

    /// Ends the server's thread, which then lets go of the server.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// The requests so far, as they arrived.
    var requests: [String] { seen.withLock { $0 } }

    /// Connections that have ended, by us or by the client.
    var connectionsEnded: Int { ended.load(ordering: .relaxed) }

    private func start() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let server = Unmanaged<LoopbackServer>.fromOpaque(context).takeRetainedValue()
                server.serve()
                return nil
            }, context)
        pthread_detach(thread)
    }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            if connection < 0 { break }
            let request = read(connection)
            seen.withLock { $0.append(request) }
            if let bytes = answer(request) {
                write(connection, bytes)
            } else {
                _ = read(connection)
            }
            close(connection)
            ended.add(1, ordering: .relaxed)
        }
        close(listener)
    }

    /// Head and body, as far as Content-Length says.
    private func read(_ connection: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while !isComplete(String(decoding: bytes, as: UTF8.self)) {
            let count = recv(connection, &chunk, chunk.count, 0)
            if count <= 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func isComplete(_ request: String) -> Bool {
        guard let end = request.firstRange(of: "\r\n\r\n") else { return false }
        let line = request.lowercased().split(whereSeparator: \.isNewline).first { $0.hasPrefix("content-length:") }
        let length = line.flatMap { Int($0.dropFirst("content-length:".count).filter(\.isNumber)) } ?? 0
        return request[end.upperBound...].utf8.count >= length
    }

    private func write(_ connection: Int32, _ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { rest in
                send(connection, rest.baseAddress.map { $0 + sent }, rest.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            sent += count
        }
    }
}
