import Synchronization
import TestGuests
import Testing

@testable import Hostcalls

@Suite("Redirects")
struct RedirectTests {
    private let none = OutboundGuest.none

    /// Answers by path: the status and the place to go to, or the body "end".
    private func server(_ redirects: [String: (Int, String)]) throws -> LoopbackServer {
        try #require(
            LoopbackServer { request in
                let path = String(request.split(separator: " ")[1])
                guard let (status, place) = redirects[path] else {
                    return [UInt8]("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nend".utf8)
                }
                return [UInt8](
                    "HTTP/1.1 \(status) Moved\r\nLocation: \(place)\r\nContent-Length: 4\r\nConnection: close\r\n\r\nmove"
                        .utf8)
            })
    }

    @Test("They are followed to the end, of every kind, by absolute and relative places")
    func followed() throws {
        let target = try server([:])
        let server = try server([
            "/1": (301, "/2"), "/2": (302, "3"), "/3": (303, "?q"), "/3?q": (307, "//127.0.0.1:\(target.port)/x"),
        ])
        defer { for server in [server, target] { server.stop() } }
        let guest = try OutboundGuest(server, target)
        let response = guest.call("req_send", guest.create(server, "/1"))
        #expect(guest.body(response) == "end")
        #expect(guest.call("resp_get_response_code", response) == 200)
        #expect(server.requests.count == 4)
        #expect(target.requests.count == 1)
        #expect(guest.notes.isEmpty)
    }

    @Test("T28: Ten are followed, and no eleventh: that is no response")
    func endless() throws {
        let server = try server(
            Dictionary(uniqueKeysWithValues: (0..<20).map { ("/\($0)", (302, "/\($0 + 1)")) }))
        defer { server.stop() }
        let guest = try OutboundGuest(server)
        #expect(guest.body(guest.call("req_send", guest.create(server, "/10"))) == "end")
        #expect(guest.call("req_send", guest.create(server, "/9")) == none)
        #expect(server.requests.count == 22)
    }

    @Test(
        "T27: A redirect to where requests may not go is an answer, and nothing is sent there",
        arguments: [
            "http://169.254.169.254/latest", "http://localhost/", "file:///etc/passwd", "http://u@127.0.0.1/",
            "http://[::1]/", "gopher://127.0.0.1/", "http://127.0.0.1:1/", "http://evil.test\\@127.0.0.1/",
        ])
    func refusedPlace(place: String) throws {
        let server = try server(["/": (302, place)])
        defer { server.stop() }
        let guest = try OutboundGuest(server)
        let response = guest.call("req_send", guest.create(server))
        #expect(guest.call("resp_get_response_code", response) == 302)
        #expect(guest.guest.list("resp_get_header", response, named: "location") == [place])
        #expect(server.requests.count == 1)
    }

    @Test("T27: A place whose name is allowed and whose address is private is refused when it is dialled")
    func privateAddress() throws {
        let server = try server(["/": (302, "/x")])
        defer { server.stop() }
        let guest = try OutboundGuest(server, allowsPrivate: false)
        #expect(guest.call("req_send", guest.create(server)) == none)
        #expect(server.requests.isEmpty)
    }

    @Test("From https to http nothing is followed")
    func downgrade() throws {
        let url = try #require("https://example.com/a".withOutboundURL)
        let redirect = try #require(
            Redirect(
                of: ReceivedResponse(
                    status: 302, headers: [HeaderField(name: "Location", value: "http://example.com/b")], body: [])))
        let next = try #require(redirect.request(after: OutgoingRequest(method: "GET", url: url)))
        #expect(next.url.scheme == .http)
        #expect(!Redirect.mayFollow(from: url, to: next.url))
        #expect(Redirect.mayFollow(from: next.url, to: url))
    }

    @Test("Credentials go along within an origin, and no further")
    func credentials() throws {
        let target = try server([:])
        let server = try server(["/a": (302, "/b"), "/b": (302, "http://127.0.0.1:\(target.port)/")])
        defer { for server in [server, target] { server.stop() } }
        let guest = try OutboundGuest(server, target)
        let request = guest.create(server, "/a")
        for name in ["Authorization", "Cookie", "X-Other"] {
            _ = guest.guest.call(
                "req_set_header", [request] + guest.guest.put(name) + guest.guest.put(list: ["secret"]))
        }
        #expect(guest.body(guest.call("req_send", request)) == "end")
        for request in server.requests { #expect(request.contains("Authorization: secret\r\nCookie: secret\r\n")) }
        let last = try #require(target.requests.first)
        #expect(!last.contains("Authorization"))
        #expect(!last.contains("Cookie"))
        #expect(last.contains("X-Other: secret\r\n"))
    }

    @Test(
        "What becomes of method and body",
        arguments: [
            (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (303, "PUT", "GET"),
            (307, "POST", "POST"),
            (308, "PUT", "PUT"), (302, "PUT", "PUT"), (303, "HEAD", "HEAD"),
        ])
    func method(status: Int, before: String, after: String) throws {
        let server = try server(["/": (status, "/next")])
        defer { server.stop() }
        let guest = try OutboundGuest(server)
        let request = guest.create(server, method: before)
        _ = guest.guest.call(
            "req_set_header", [request] + guest.guest.put("Content-Type") + guest.guest.put(list: ["a/b"]))
        if before != "HEAD" { _ = guest.guest.call("req_set_body", [request] + guest.guest.put("body")) }
        #expect(guest.call("req_send", request) == 1)
        let last = try #require(server.requests.last)
        #expect(last.hasPrefix("\(after) /next HTTP/1.1\r\n"))
        #expect(last.hasSuffix("\r\n\r\nbody") == (after == before && before != "HEAD"))
        if after != before { #expect(!last.contains("Content-")) }
    }
}
