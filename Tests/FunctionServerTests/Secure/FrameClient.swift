import NIOCore
import NIOHPACK

/// A client of HTTP/2 that sends whatever frames it is told to.
final class FrameClient {
    struct Frame {
        var type: UInt8
        var flags: UInt8
        var stream: UInt32
        var payload: [UInt8]
        var endsStream: Bool { flags & 1 != 0 && (type == Self.data || type == Self.headers) }

        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    /// What came of a request.
    struct Response {
        var status = 0
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
        /// The code that the stream was reset with.
        var reset: UInt32?
        /// The code that the connection ended with; `UInt32.max` if it just ended.
        var goneAway: UInt32?
        var text: String { String(decoding: body, as: UTF8.self) }
        subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    private let client: TLSClient
    private var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
    private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
    private var responses: [UInt32: Response] = [:]
    private var ended: Set<UInt32> = []
    private var end: UInt32?
    /// Streams that the server said it would still answer, by each GOAWAY.
    private(set) var lastStreams: [UInt32] = []
    /// Bytes that may be sent on a stream at first, on the connection, and more on each stream.
    private var windows = (initial: 65_535, connection: 65_535, streams: [UInt32: Int]())
    /// Whether what comes in is acknowledged, so that more comes.
    var opensWindows = true

    init(port: Int, name: String = "example.com", settings: [(id: UInt16, value: UInt32)] = []) throws {
        client = try TLSClient(port: port, name: name, protocols: ["h2"])
        try client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        let payload = settings.flatMap { setting in Self.bytes(setting.id) + Self.bytes(setting.value) }
        try send(Frame.settings, 0, 0, payload)
    }

    func send(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) throws {
        var frame = Array(Self.bytes(UInt32(payload.count)).dropFirst())
        frame += [type, flags]
        frame += Self.bytes(stream)
        try client.send(frame + payload)
    }

    /// A header block.
    func block(_ fields: [(String, String)]) throws -> [UInt8] {
        var buffer = ByteBuffer()
        try encoder.encode(headers: HPACKHeaders(fields), to: &buffer)
        return Array(buffer.readableBytesView)
    }

    /// The fields of a request, with others in the place of the usual ones.
    static func request(
        _ path: String, method: String = "GET", authority: String = "example.com", _ more: [(String, String)] = []
    ) -> [(String, String)] {
        [(":method", method), (":scheme", "https"), (":authority", authority), (":path", path)] + more
    }

    func headers(_ stream: UInt32, _ fields: [(String, String)], ends: Bool = true) throws {
        try send(Frame.headers, 4 | (ends ? 1 : 0), stream, try block(fields))
    }

    func data(_ stream: UInt32, _ bytes: [UInt8], ends: Bool = true) throws {
        // Until there is room for it, or the stream is over.
        while windows.connection < bytes.count || windows.initial + windows.streams[stream, default: 0] < bytes.count,
            !ended.contains(stream), take()
        {}
        guard !ended.contains(stream) else { return }
        windows.connection -= bytes.count
        windows.streams[stream, default: 0] -= bytes.count
        try send(Frame.data, ends ? 1 : 0, stream, bytes)
    }

    /// Reads until a stream is over, or the connection.
    func response(_ stream: UInt32) -> Response {
        while !ended.contains(stream), end == nil, take() {}
        var response = responses[stream] ?? Response()
        response.goneAway = end
        return response
    }

    func get(_ stream: UInt32, _ fields: [(String, String)]) throws -> Response {
        try headers(stream, fields)
        return response(stream)
    }

    /// Reads until the connection ends; the code that it ended with.
    func waitForEnd() -> UInt32? {
        while take() {}
        return end
    }

    /// Bytes of a stream's body so far, after one more frame.
    func step(_ stream: UInt32) -> Int? {
        take() ? responses[stream]?.body.count ?? 0 : nil
    }

    private func take() -> Bool {
        let head = client.receive(9)
        guard head.count == 9 else {
            end = end ?? .max
            return false
        }
        let count = head[0..<3].reduce(0) { $0 << 8 | Int($1) }
        let payload = client.receive(count)
        let stream = Self.number(head[5..<9]) & 0x7FFF_FFFF
        handle(Frame(type: head[3], flags: head[4], stream: stream, payload: payload))
        return true
    }

    private func handle(_ frame: Frame) {
        switch frame.type {
        case Frame.headers:
            var buffer = ByteBuffer(bytes: frame.payload)
            for (name, value, _) in (try? decoder.decodeHeaders(from: &buffer)) ?? HPACKHeaders() {
                if name == ":status" { responses[frame.stream, default: Response()].status = Int(value) ?? 0 }
                responses[frame.stream, default: Response()].headers.append((name, value))
            }
        case Frame.data:
            responses[frame.stream, default: Response()].body += frame.payload
            guard opensWindows, !frame.payload.isEmpty else { break }
            for stream in [0, frame.stream] {
                try? send(Frame.windowUpdate, 0, stream, Self.bytes(UInt32(frame.payload.count)))
            }
        case Frame.reset:
            responses[frame.stream, default: Response()].reset = Self.number(frame.payload[...])
            ended.insert(frame.stream)
        case Frame.settings where frame.flags & 1 == 0:
            for at in stride(from: 0, to: frame.payload.count, by: 6) where frame.payload[at + 1] == 4 {
                windows.initial = Int(Self.number(frame.payload[(at + 2)...]))
            }
            try? send(Frame.settings, 1, 0, [])
        case Frame.windowUpdate:
            let more = Int(Self.number(frame.payload[...]))
            if frame.stream == 0 {
                windows.connection += more
            } else {
                windows.streams[frame.stream, default: 0] += more
            }
        case Frame.goAway:
            let code = Self.number(frame.payload[4..<8])
            lastStreams.append(Self.number(frame.payload[0..<4]))
            if code != 0 { end = code }
        default: break
        }
        if frame.endsStream { ended.insert(frame.stream) }
    }

    static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
