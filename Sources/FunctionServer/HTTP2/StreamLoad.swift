/// What the streams of a connection hold together, so that a hundred of them are not a hundred times a connection.
///
/// Used on the connection's event loop.
final class StreamLoad {
    /// Bytes of answers that wait for the client, above which no other request of it is begun.
    static let mostWaiting = 16 << 20
    /// Bytes of requests that are kept until they are complete.
    static let mostKept = 32 << 20

    /// Bytes of answers that the client has not taken.
    private(set) var waiting = 0
    private var kept = 0
    private var streams: [ObjectIdentifier: ConnectionHandler] = [:]

    /// Whether the client is to take more of its answers before it gets others.
    var isBehind: Bool { waiting > Self.mostWaiting }

    func add(_ stream: ConnectionHandler) { streams[ObjectIdentifier(stream)] = stream }

    func remove(_ stream: ConnectionHandler) { streams[ObjectIdentifier(stream)] = nil }

    /// Bytes of an answer are on their way.
    func wrote(_ count: Int) { waiting += count }

    /// They have gone out, or never will.
    func sent(_ count: Int) {
        let wasBehind = isBehind
        waiting -= count
        guard wasBehind, !isBehind else { return }
        for stream in streams.values { stream.deliver() }
    }

    /// Makes room for bytes of a request; false: there is none.
    func keep(_ count: Int) -> Bool {
        guard kept + count <= Self.mostKept else { return false }
        kept += count
        return true
    }

    /// They are not kept any more.
    func release(_ count: Int) { kept -= count }
}
