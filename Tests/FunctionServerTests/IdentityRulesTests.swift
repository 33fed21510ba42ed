import NIOHTTP1
import Testing

@testable import FunctionServer

@Suite("Rules of whom a request is from")
struct IdentityRulesTests {
    private let source = IdentityNumbers()

    private func ranges(_ texts: String...) -> [AddressRange] { texts.compactMap { AddressRange($0) } }

    private func asked(
        from address: String, _ headers: [(String, String)], trusted: [AddressRange]
    ) -> RequestIdentity? {
        RequestIdentity(
            from: Peer(address: address, trusted: trusted), HTTPHeaders(headers), trusted: trusted, source)
    }

    @Test("addresses are read and written as they are known, those of IPv4 within IPv6 too")
    func addresses() {
        #expect(ClientAddress("192.0.2.1")?.description == "192.0.2.1")
        #expect(ClientAddress("::ffff:192.0.2.1") == ClientAddress("192.0.2.1"))
        #expect(ClientAddress("2001:DB8:0::1")?.description == "2001:db8::1")
        for text in ["", "192.0.2", "192.0.2.1.", "0192.0.2.1", "1", "::g", "fe80::1%eth0", "host", "192.0.2.1 "] {
            #expect(ClientAddress(text) == nil, "\(text)")
        }
        #expect(ClientAddress(hop: "[2001:db8::1]:443")?.description == "2001:db8::1")
        #expect(ClientAddress(hop: "192.0.2.1:65535")?.description == "192.0.2.1")
        for text in ["[::1", "[::1]x", "[::1]:", "192.0.2.1:", "192.0.2.1:x", "unknown", "_hidden", "\"[::1]\""] {
            #expect(ClientAddress(hop: text) == nil, "\(text)")
        }
    }

    @Test("a range holds what begins as it does, in both families")
    func ranges() throws {
        func holds(_ range: String, _ address: String) throws -> Bool {
            try #require(AddressRange(range), "\(range)").contains(try #require(ClientAddress(address)))
        }
        #expect(try holds("10.0.0.0/8", "10.255.0.1") && holds("10.1.2.3/8", "10.0.0.1"))
        #expect(try !holds("10.0.0.0/8", "11.0.0.1") && !holds("10.0.0.0/8", "a00::1"))
        #expect(try holds("127.0.0.1", "::ffff:127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"))
        #expect(try holds("0.0.0.0/0", "192.0.2.1") && !holds("0.0.0.0/0", "::1"))
        #expect(try holds("fd00::/8", "fdff::1") && !holds("fd00::/8", "fe00::1"))
        #expect(try holds("2001:db8::/65", "2001:db8::7fff:0:0:1") && !holds("2001:db8::/65", "2001:db8::8000:0:0:1"))
        #expect(try holds("::ffff:10.0.0.0/104", "10.9.9.9") && holds("::/0", "::1"))
        for text in ["", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "10/8", "x/8"] {
            #expect(AddressRange(text) == nil, "\(text)")
        }
    }

    @Test("no two requests have the same number, and all digits vary")
    func variety() {
        let all = (0..<10_000).map { _ in Hexadecimal.text(source.next()) }
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy { $0.utf8.count == 32 && $0.utf8.allSatisfy(Hexadecimal.isDigit) })
        for place in 0..<32 { #expect(Set(all.map { Array($0.utf8)[place] }).count == 16) }
        #expect(Hexadecimal.text(IdentityNumbers().next()) != Hexadecimal.text(IdentityNumbers().next()))
    }

    @Test("what anybody claims about themselves counts for nothing")
    func untrusted() throws {
        let claims = [
            ("Host", "h"), ("X-Forwarded-For", "192.0.2.9"), ("X-Forwarded-Host", "evil.example"),
            ("x-forwarded-proto", "https"), ("X-FORWARDED-PORT", "1"), ("Forwarded", "for=192.0.2.9"),
            ("X-Request-Id", "mine"), ("Fastly-Client-IP", "192.0.2.9"), ("X-Fastly-Client-Ip", "192.0.2.9"),
            ("X-Real-IP", "192.0.2.9"), ("X-Forward", "stays"), ("tracestate", "a=b"),
        ]
        for trusted in [[], ranges("10.0.0.0/8")] {
            let identity = try #require(asked(from: "192.0.2.1", claims, trusted: trusted))
            #expect(identity.client == "192.0.2.1")
            #expect(identity.forwardedHost == nil && identity.forwardedScheme == nil)
            let seen = identity.headers(of: HTTPHeaders(claims), source)
            #expect(seen["host"] == ["h"] && seen["x-forward"] == ["stays"])
            #expect(seen["x-request-id"] == [identity.id] && identity.id.utf8.count == 32)
            #expect(seen["fastly-client-ip"] == ["192.0.2.1"] && seen["x-fastly-client-ip"] == ["192.0.2.1"])
            for name in ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "forwarded"] {
                #expect(!seen.contains(name: name), "\(name)")
            }
            #expect(!seen.contains(name: "x-real-ip") && !seen.contains(name: "tracestate"))
        }
    }

    @Test("the client is who the last trusted proxy was asked by, and what is left of that is dropped")
    func chain() throws {
        let trusted = ranges("10.0.0.0/8", "fd00::/8")
        func client(_ fields: String...) throws -> String {
            let headers = fields.map { ("X-Forwarded-For", $0) }
            let identity = try #require(asked(from: "::ffff:10.0.0.1", headers, trusted: trusted))
            let chain = identity.headers(of: HTTPHeaders(headers), source)["x-forwarded-for"]
            #expect(chain.count <= 1)
            return identity.client + " | " + (chain.first ?? "")
        }
        #expect(try client() == "10.0.0.1 | ")
        #expect(try client("192.0.2.1") == "192.0.2.1 | 192.0.2.1")
        #expect(try client("9.9.9.9, 192.0.2.1") == "192.0.2.1 | 192.0.2.1")
        #expect(try client("9.9.9.9, 192.0.2.1,10.0.0.2") == "192.0.2.1 | 192.0.2.1, 10.0.0.2")
        #expect(try client("9.9.9.9", "192.0.2.1", "fd00::1") == "192.0.2.1 | 192.0.2.1, fd00::1")
        #expect(try client("[2001:db8::1]:80, ::ffff:10.0.0.3") == "2001:db8::1 | 2001:db8::1, 10.0.0.3")
        // What is no address ends what can be believed.
        #expect(try client("192.0.2.1, unknown, 10.0.0.2") == "10.0.0.2 | 10.0.0.2")
        #expect(try client("192.0.2.1,") == "10.0.0.1 | ")
        #expect(try client("10.0.0.9, 10.0.0.8") == "10.0.0.9 | 10.0.0.9, 10.0.0.8")
        let long = [String](repeating: "10.0.0.7", count: 20_000).joined(separator: ",")
        #expect(try client("192.0.2.1," + long).hasPrefix("10.0.0.7 | "))
    }

    @Test("scheme, host and number are taken from a trusted proxy, the last word of each; what is no host is refused")
    func proxied() throws {
        let trusted = ranges("127.0.0.1")
        func identity(_ headers: (String, String)...) -> RequestIdentity? {
            asked(from: "127.0.0.1", headers, trusted: trusted)
        }
        #expect(identity(("X-Forwarded-Proto", "HTTPS"))?.forwardedScheme == "https")
        #expect(identity(("X-Forwarded-Proto", "https, http"))?.forwardedScheme == "http")
        #expect(try #require(identity(("X-Forwarded-Proto", "gopher"))).forwardedScheme == nil)
        #expect(identity(("X-Forwarded-Host", "evil.example, a.example:8443"))?.forwardedHost == "a.example:8443")
        for host in ["", "a b", "a/b", "a.example,", "<x>"] {
            #expect(identity(("X-Forwarded-Host", host)) == nil, "\(host)")
        }
        #expect(identity(("X-Request-Id", "aZ09._-"))?.id == "aZ09._-")
        let long = String(repeating: "x", count: 128)
        #expect(identity(("X-Request-Id", long))?.id == long)
        for id in ["", "a b", "a\u{1b}", "é", "a;b", "a\"b", long + "x"] {
            #expect(identity(("X-Request-Id", id))?.id.utf8.count == 32, "\(id)")
        }
        #expect(identity(("X-Request-Id", "a"), ("X-Request-Id", "b"))?.id.utf8.count == 32)
    }

    @Test("a trace that is valid is continued, and any other begun anew")
    func traces() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        func trace(_ parents: String..., states: [String] = []) -> TraceContext {
            TraceContext(parents: parents, states: states, trace: (0xAB, 0xCD), span: 0xEE)
        }
        let fresh = TraceContext(parents: [], states: [], trace: (0xAB, 0xCD), span: 0xEE)
        #expect(fresh.parent == "00-00000000000000ab00000000000000cd-00000000000000ef-00" && fresh.state == nil)
        #expect(trace(parent).parent == "00-0af7651916cd43dd8448eb211c80319c-00000000000000ef-01")
        #expect(trace(parent, states: ["a=1,b@c=2", "d=3"]).state == "a=1,b@c=2,d=3")
        // Later versions are read as this one.
        let later = "cc" + parent.dropFirst(2)
        #expect(trace(later).parent == trace(parent).parent && trace(later + "-more").parent == trace(parent).parent)
        let bad = [
            "", "x", parent.uppercased(), String(parent.dropLast()), parent + "-more", parent + "0",
            "ff" + parent.dropFirst(2),
            later + "more", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "0g" + parent.dropFirst(2), parent + "\r\nX: y",
            String(repeating: "0", count: 60_000), parent.replacing("-", with: "_"),
        ]
        for text in bad { #expect(trace(text, states: ["a=1"]) == fresh, "\(text)") }
        #expect(trace(parent, parent, states: ["a=1"]) == fresh)
        for state in [
            "", "a", "=b", "a=\u{7}", "a=é", String(repeating: "a=1,", count: 33),
            "a=" + String(repeating: "x", count: 520),
        ] {
            #expect(trace(parent, states: [state]).state == nil, "\(state)")
        }
    }
}
