import CRuntime
import TestGuests
import Testing

@testable import Hostcalls

@Suite("A guest sends requests")
struct OutboundRequestTests {
    private func server(_ answer: @escaping LoopbackServer.Answer) throws -> LoopbackServer {
        try #require(LoopbackServer(answer))
    }

    private func guest(
        _ server: LoopbackServer, allowsPrivate: Bool = true, limits: HostcallLimits = HostcallLimits()
    ) throws -> FakeGuest {
        let pattern = try #require(HostPattern("*:\(server.port)"))
        return FakeGuest(
            limits: limits, outbound: OutboundPolicy(allowed: [pattern], allowsPrivateAddresses: allowsPrivate))
    }

    private func create(_ guest: FakeGuest, _ url: String, method: String = "GET") -> UInt32 {
        guest.call("req_create", guest.put(method) + guest.put(url)).result
    }

    private func response(_ text: String) -> LoopbackServer.Answer {
        { _ in [UInt8](text.utf8) }
    }

    private let none = UInt32.max

    @Test("Method, URL, headers and body arrive, and the response comes back")
    func wholeWay() throws {
        let server = try server(
            response("HTTP/1.1 418 Teapot\r\nX-A: 1\r\nx-b: \r\nX-a: 2\r\nContent-Length: 3\r\n\r\nyes"))
        defer { server.stop() }
        let guest = try guest(server)
        let handle = create(guest, "http://127.0.0.1:\(server.port)/a%20b?c=d#e", method: "PROPFIND")
        #expect(handle == 1)
        #expect(
            guest.call("req_set_header", [handle] + guest.put("X-Tag") + guest.put(list: ["t", "", "u"])) == (TF_OK, 0))
        #expect(guest.call("req_set_header", [handle] + guest.put("Host") + guest.put(list: ["evil"])) == (TF_OK, 0))
        #expect(guest.call("req_set_body", [handle] + guest.put("the body")) == (TF_OK, 0))

        let received = guest.call("req_send", handle).result
        #expect(received == 1)
        #expect(guest.call("resp_get_response_code", received) == (TF_OK, 418))
        #expect(guest.list("resp_get_headers", received) == ["x-a", "x-b", "content-length"])
        #expect(guest.list("resp_get_header", received, named: "x-a") == ["1", "2"])
        #expect(guest.list("resp_get_header", received, named: "x-b") == [""])
        #expect(guest.get("resp_get_body", received) == "yes")

        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("PROPFIND /a%20b?c=d HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
        #expect(request.hasSuffix("\r\n\r\nthe body"))
        let lines = request.split(separator: "\r\n")
        #expect(lines.filter { $0.hasPrefix("X-Tag:") } == ["X-Tag: t", "X-Tag:", "X-Tag: u"])
        #expect(!request.contains("evil"))
        #expect(!request.contains("Expect:"))
        #expect(!request.contains("Content-Type:"))
    }

    @Test("A request may be sent again, and each response keeps its handle")
    func sentTwice() throws {
        let server = try server { request in
            [UInt8]("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(request.split(separator: " ")[0])".utf8)
        }
        defer { server.stop() }
        let guest = try guest(server)
        let get = create(guest, "http://127.0.0.1:\(server.port)/")
        let post = create(guest, "http://127.0.0.1:\(server.port)/", method: "POST")
        #expect(guest.call("req_send", get).result == 1)
        #expect(guest.call("req_send", post).result == 2)
        #expect(guest.call("req_send", get).result == 3)
        #expect((1...3).map { guest.get("resp_get_body", UInt32($0)) } == ["GET", "POST", "GET"])
        #expect(try #require(server.requests.dropFirst().first).contains("Content-Length: 0\r\n"))
    }

    @Test("HEAD has no body")
    func head() throws {
        let server = try server(response("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"))
        defer { server.stop() }
        let guest = try guest(server)
        let received = guest.call("req_send", create(guest, "http://127.0.0.1:\(server.port)/", method: "HEAD")).result
        #expect(guest.get("resp_get_body", received) == "")
        #expect(guest.list("resp_get_header", received, named: "content-length") == ["500"])
    }

    @Test(
        "A name or number that leads inside is refused when it is dialled, though the list has it",
        arguments: [
            "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "0.0.0.0", "[::1]",
            "[::ffff:127.0.0.1]", "[::]", "[::127.0.0.1]", "LOCALHOST.",
        ])
    func privateAddress(host: String) throws {
        let server = try server(response("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"))
        defer { server.stop() }
        let guest = try guest(server, allowsPrivate: false)
        let handle = create(guest, "http://\(host):\(server.port)/")
        #expect(handle == 1)
        #expect(guest.call("req_send", handle) == (TF_OK, none))
        #expect(server.requests.isEmpty)
    }

    @Test("Without a list nothing is sent")
    func denied() throws {
        let server = try server(response("HTTP/1.1 200 OK\r\n\r\n"))
        defer { server.stop() }
        let guest = FakeGuest(outbound: OutboundPolicy(allowed: [], allowsPrivateAddresses: true))
        #expect(guest.call("req_send", create(guest, "http://127.0.0.1:\(server.port)/")).result == none)
        #expect(server.requests.isEmpty)
    }

    @Test("A redirect is an answer, and is not followed")
    func redirect() throws {
        let server = try server(
            response("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n"))
        defer { server.stop() }
        let guest = try guest(server)
        let received = guest.call("req_send", create(guest, "http://127.0.0.1:\(server.port)/")).result
        #expect(guest.call("resp_get_response_code", received).result == 302)
        #expect(guest.list("resp_get_header", received, named: "location") == ["http://169.254.169.254/latest"])
        #expect(server.requests.count == 1)
    }

    @Test("A body over budget is no response")
    func longBody() throws {
        var limits = HostcallLimits()
        limits.receivedBodyBytes = 1000
        let server = try server { request in
            let count = request.contains("/fits") ? 1000 : 1001
            return [UInt8]("HTTP/1.1 200 OK\r\n\r\n".utf8) + Array(repeating: 0x61, count: count)
        }
        defer { server.stop() }
        let guest = try guest(server, limits: limits)
        #expect(guest.call("req_send", create(guest, "http://127.0.0.1:\(server.port)/fits")).result == 1)
        #expect(guest.call("req_send", create(guest, "http://127.0.0.1:\(server.port)/")).result == none)
    }

    @Test("A compressed body arrives decompressed, and its budget is that of the decompressed bytes")
    func compressed() throws {
        let server = try server { _ in
            let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(Self.bomb.count)\r\n\r\n"
            return [UInt8](head.utf8) + Self.bomb
        }
        defer { server.stop() }
        let url = "http://127.0.0.1:\(server.port)/"
        let patient = try guest(server)
        let received = patient.call("req_send", create(patient, url)).result
        #expect(patient.get("resp_get_body", received) == String(repeating: "a", count: 20_000))
        #expect(patient.list("resp_get_headers", received) == [])

        var limits = HostcallLimits()
        limits.receivedBodyBytes = 19_999
        let strict = try guest(server, limits: limits)
        #expect(strict.call("req_send", create(strict, url)).result == none)
    }

    @Test("Headers over budget are no response")
    func longHeaders() throws {
        let server = try server { _ in
            let line = "X: " + String(repeating: "y", count: 1000) + "\r\n"
            return [UInt8](("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 70) + "\r\n").utf8)
        }
        defer { server.stop() }
        let guest = try guest(server)
        #expect(guest.call("req_send", create(guest, "http://127.0.0.1:\(server.port)/")).result == none)
    }

    @Test("A peer that never answers is given up")
    func silentPeer() throws {
        var limits = HostcallLimits()
        limits.sendMilliseconds = 50
        let server = try server { _ in nil }
        defer { server.stop() }
        let guest = try guest(server, limits: limits)
        #expect(guest.call("req_send", create(guest, "http://127.0.0.1:\(server.port)/")).result == none)
    }

    @Test(
        "What is no response is none", arguments: ["", "rubbish", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"])
    func rubbish(text: String) throws {
        let server = try server(response(text))
        defer { server.stop() }
        let guest = try guest(server)
        #expect(guest.call("req_send", create(guest, "http://127.0.0.1:\(server.port)/")).result == none)
    }

    @Test("Requests beyond the budget of handles, and of sends, are refused")
    func budgets() throws {
        var limits = HostcallLimits()
        limits.handles = 5
        limits.sentRequests = 2
        let server = try server(response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
        defer { server.stop() }
        let guest = try guest(server, limits: limits)
        let url = "http://127.0.0.1:\(server.port)/"
        #expect(create(guest, url) == 1)
        #expect((0..<3).map { _ in guest.call("req_send", 1).result } == [1, 2, none])
        #expect((0..<3).map { _ in create(guest, url) } == [2, 3, none])
        #expect(server.requests.count == 2)
    }

    @Test("Malformed methods and URLs make no request")
    func malformed() {
        let guest = FakeGuest()
        #expect(create(guest, "http://example.com/", method: "") == none)
        #expect(create(guest, "http://example.com/", method: "GET /\r\nX:") == none)
        #expect(create(guest, "http://example.com/", method: String(repeating: "A", count: 33)) == none)
        #expect(create(guest, "not a url") == none)
        #expect(create(guest, "http://example.com/" + String(repeating: "a", count: 16 << 10)) == none)
        #expect(create(guest, "http://example.com/") == 1)
    }

    @Test("Setters and send refuse handles of no created request", arguments: [0, 2, 0x8000_0000, .max] as [UInt32])
    func badHandle(handle: UInt32) {
        let guest = FakeGuest()
        #expect(create(guest, "http://example.com/") == 1)
        #expect(guest.call("req_set_header", [handle] + guest.put("a") + guest.put(list: ["b"])) == (TF_OK, 1))
        #expect(guest.call("req_set_body", [handle] + guest.put("x")) == (TF_OK, 1))
        #expect(guest.call("req_send", handle) == (TF_OK, none))
    }

    /// 20,000 times "a", by gzip.
    private static let bomb: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xED, 0xC1, 0x31, 0x01, 0x00, 0x00,
        0x00, 0xC2, 0xA0, 0xAC, 0xEB, 0x5F, 0xC2, 0x1A, 0x1E, 0x40, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF0, 0x60, 0x31,
        0x87, 0xBD, 0xCA, 0x20, 0x4E, 0x00, 0x00,
    ]
}
