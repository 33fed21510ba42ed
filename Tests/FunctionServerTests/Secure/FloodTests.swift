import Glibc
import Testing

@testable import FunctionServer

@Suite("Floods of frames")
struct FloodTests {
    typealias Frame = FrameClient.Frame

    /// A server and a client that sends until it is thrown out; another client is answered all the same.
    private func flood(_ body: (FrameClient) throws -> Void) throws -> UInt32? {
        let server = try SecureServer(["f.wasm": "say hello", "slow.wasm": "slow 20000"])
        let client = try FrameClient(port: server.port)
        // Once the other side has ended, sending fails.
        try? body(client)
        let end = client.waitForEnd()
        let other = try FrameClient(port: server.port)
        #expect(try other.get(1, FrameClient.request("/f.wasm")).text == "hello")
        #expect(eventually { server.server.server.openConnections == 1 })
        return end
    }

    /// ENHANCE_YOUR_CALM.
    private static let calm: UInt32 = 11

    @Test("T23: streams that are reset at once end the connection (CVE-2023-44487)")
    func rapidReset() throws {
        let end = try flood { client in
            for stream in 0..<UInt32(5000) {
                try client.headers(stream * 2 + 1, FrameClient.request("/slow.wasm"))
                try client.send(Frame.reset, 0, stream * 2 + 1, FrameClient.bytes(UInt32(8)))
            }
        }
        #expect(end == Self.calm || end == .max)
    }

    @Test("T23: a header without end ends the connection, by frames and by bytes")
    func continuation() throws {
        for size in [1, 16_000] {
            let end = try flood { client in
                try client.send(Frame.headers, 0, 1, try client.block(FrameClient.request("/f.wasm")))
                for _ in 0..<5000 { try client.send(Frame.continuation, 0, 1, [UInt8](repeating: 0x80, count: size)) }
            }
            #expect(end != nil)
        }
    }

    @Test("T23: a small block that becomes a large header ends the connection, or is refused")
    func bomb() throws {
        let end = try flood { client in
            // One large field, which is put into the table, and then named again and again.
            let first = try client.block(
                FrameClient.request("/f.wasm", [("x-bomb", String(repeating: "a", count: 3900))]))
            try client.send(Frame.headers, 5, 1, first + [UInt8](repeating: 0x80 | 62, count: 12_000))
        }
        #expect(end != nil)
    }

    @Test("T23: pings, settings, priorities and empty data in floods end the connection")
    func control() throws {
        let frames: [(UInt8, UInt32, [UInt8])] = [
            (Frame.ping, 0, [UInt8](repeating: 0, count: 8)), (Frame.settings, 0, []), (2, 1, [0, 0, 0, 3, 1]),
        ]
        for (type, stream, payload) in frames {
            let end = try flood { client in
                for _ in 0..<20_000 { try client.send(type, 0, stream, payload) }
            }
            #expect(end != nil, "\(type)")
        }
        let end = try flood { client in
            try client.headers(1, FrameClient.request("/f.wasm", method: "POST"), ends: false)
            for _ in 0..<5000 { try client.data(1, [], ends: false) }
        }
        #expect(end != nil)
    }

    @Test("T23: more streams than a hundred at a time are refused, and the others answered")
    func streams() throws {
        let server = try SecureServer(["f.wasm": "echo"])
        let client = try FrameClient(port: server.port)
        for stream in 0..<UInt32(101) {
            try client.headers(stream * 2 + 1, FrameClient.request("/f.wasm", method: "POST"), ends: false)
        }
        let last = client.response(201)
        #expect(last.status == 0)
        #expect(last.reset != nil || last.goneAway != nil)
        if last.goneAway == nil {
            try client.data(1, [65])
            #expect(client.response(1).status == 200)
        }
    }

    @Test("T23: bodies that a hundred streams keep are bounded together")
    func bodies() throws {
        let server = try SecureServer(["f.wasm": "echo"]) { $0.maximumBody = 1 << 20 }
        let client = try FrameClient(port: server.port)
        let piece = [UInt8](repeating: 65, count: 16_000)
        var refused = 0
        for stream in 0..<UInt32(40) {
            try client.headers(stream * 2 + 1, FrameClient.request("/f.wasm", method: "POST"), ends: false)
            for _ in 0..<60 { try client.data(stream * 2 + 1, piece, ends: false) }
        }
        for stream in 0..<UInt32(40) { try client.data(stream * 2 + 1, []) }
        for stream in 0..<UInt32(40) where client.response(stream * 2 + 1).status == 503 { refused += 1 }
        #expect((1...10).contains(refused), "\(refused)")
    }
}
