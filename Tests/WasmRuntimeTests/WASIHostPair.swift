import Glibc
import Testing

/// Two connected descriptors of the host; each is closed at most once.
final class WASIHostPair {
    private(set) var ends: [Int32]

    private init(_ ends: [Int32]) { self.ends = ends }

    deinit { for index in 0..<2 { close(index) } }

    /// A pipe: 0 to read, 1 to write.
    static func pipe() throws -> WASIHostPair {
        var ends: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&ends) == 0)
        return WASIHostPair(ends)
    }

    static func sockets() throws -> WASIHostPair {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return WASIHostPair(ends)
    }

    func close(_ index: Int) {
        if ends[index] >= 0 { Glibc.close(ends[index]) }
        ends[index] = -1
    }

    func write(_ text: String, to index: Int) throws {
        try #require(Glibc.write(ends[index], text, text.utf8.count) == text.utf8.count)
    }

    /// What can be read at once.
    func read(from index: Int) -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(ends[index], &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }
}
