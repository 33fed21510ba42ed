import Glibc

/// A response, taken apart by hand.
struct RawResponse {
    var status = 0
    var headers: [(name: String, value: String)] = []
    var body = ""

    subscript(name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }

    func values(_ name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name }.map(\.value)
    }
}

/// A connection that sends what it is told to, byte for byte.
///
/// SAFETY: one thread sends and one reads; the state is the reader's.
final class RawClient: @unchecked Sendable {
    private let file: Int32
    private var buffer: [UInt8] = []
    private(set) var isAtEnd = false
    /// Whether the other side broke the connection off, and what was on its way may be lost.
    private(set) var wasReset = false

    init(port: Int, receiveBuffer: Int32? = nil) throws {
        file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer { setsockopt(file, SOL_SOCKET, SO_RCVBUF, &size, 4) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let failure = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failure == 0 else { throw TestFailure("connect: \(errno)") }
        // So long that only a server that never answers reaches it.
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        Glibc.close(file)
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw TestFailure("send: \(errno)") }
            sent += count
        }
    }

    /// Reads one response; the head of others that are informational is skipped.
    func response(to method: String = "GET") throws -> RawResponse {
        while true {
            var response = try head()
            if response.status == 100 { continue }
            let hasBody = method != "HEAD" && response.status != 204 && response.status != 304
            if !hasBody { return response }
            if response["transfer-encoding"] == "chunked" {
                response.body = String(decoding: try chunks(), as: UTF8.self)
            } else if let length = response["content-length"].flatMap({ Int($0) }) {
                response.body = String(decoding: try take(length), as: UTF8.self)
            } else {
                response.body = String(decoding: rest(), as: UTF8.self)
            }
            return response
        }
    }

    func head() throws -> RawResponse {
        var response = RawResponse()
        let first = try line().split(separator: " ", maxSplits: 2)
        guard first.count >= 2, let status = Int(first[1]) else { throw TestFailure("no status line: \(first)") }
        response.status = status
        while case let line = try line(), !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard let name = parts.first else { throw TestFailure("header line: \(line)") }
            let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
            response.headers.append((String(name), String(value)))
        }
        return response
    }

    /// All that comes until the other side closes.
    func rest() -> [UInt8] {
        while fill() {}
        defer { buffer = [] }
        return buffer
    }

    private func chunks() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            guard let size = Int(try line(), radix: 16) else { throw TestFailure("chunk size") }
            bytes += try take(size)
            guard try line().isEmpty else { throw TestFailure("chunk end") }
            if size == 0 { return bytes }
        }
    }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                var line = buffer[..<end]
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                buffer.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            guard fill() else { throw TestFailure("the connection ended") }
        }
    }

    func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard fill() else { throw TestFailure("the connection ended after \(buffer.count) of \(count) bytes") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private func fill() -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(file, &piece, piece.count, 0)
        guard count > 0 else {
            wasReset = count < 0 && errno == ECONNRESET
            isAtEnd = count == 0 || wasReset
            return false
        }
        buffer += piece[..<count]
        return true
    }
}
