import NameResolution
import TestNameServer
import Testing

@Suite("Names are resolved by the servers that are named")
struct ResolverTests {
    private func resolver(_ server: Dnsmasq) throws -> Resolver { try #require(Resolver(servers: [server.address])) }

    private func failure(_ body: () throws(ResolutionFailure) -> Void) -> ResolutionFailure? {
        do throws(ResolutionFailure) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("A record's strings are put together, and each record is a text of its own")
    func texts() throws {
        let server = try Dnsmasq([
            "--txt-record=a.test,kbp=/keybase/,public/somebody", "--txt-record=a.test,v=spf1",
            "--txt-record=_under.a.test,below",
        ])
        let resolver = try resolver(server)
        #expect(try resolver.texts("a.test").sorted() == ["kbp=/keybase/public/somebody", "v=spf1"])
        #expect(try resolver.texts("A.Test.") == resolver.texts("a.test"))
        #expect(try resolver.texts("_under.a.test") == ["below"])
    }

    @Test("What is too large for a datagram comes by TCP")
    func large() throws {
        let text = String(repeating: "x", count: 250)
        let server = try Dnsmasq((0..<8).map { "--txt-record=large.test,\($0)\(text)" })
        let resolver = try resolver(server)
        #expect(try resolver.texts("large.test").count == 8)
        #expect(try resolver.texts("large.test").allSatisfy { $0.utf8.count == 251 })
    }

    @Test("Texts are found behind another name")
    func alias() throws {
        let server = try Dnsmasq([
            "--cname=alias.test,a.test", "--txt-record=a.test,text", "--host-record=a.test,192.0.2.7",
        ])
        let resolver = try resolver(server)
        #expect(try resolver.addresses("alias.test", ipv6: false) == [[192, 0, 2, 7]])
    }

    @Test("Addresses have 4 bytes, or 16")
    func addresses() throws {
        let server = try Dnsmasq(["--host-record=a.test,192.0.2.1,2001:db8::1"])
        let resolver = try resolver(server)
        #expect(try resolver.addresses("a.test", ipv6: false) == [[192, 0, 2, 1]])
        #expect(
            try resolver.addresses("a.test", ipv6: true) == [[0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]])
    }

    @Test("A name that does not exist, one without such records and a server's refusal are told apart")
    func failures() throws {
        let server = try Dnsmasq(["--host-record=a.test,192.0.2.1"])
        let resolver = try resolver(server)
        #expect(failure { () throws(ResolutionFailure) in _ = try resolver.texts("none.test") } == .noSuchName)
        #expect(failure { () throws(ResolutionFailure) in _ = try resolver.texts("a.test") } == .noData)
        #expect(
            failure { () throws(ResolutionFailure) in _ = try resolver.addresses("a.test", ipv6: true) } == .noData)
        #expect(failure { () throws(ResolutionFailure) in _ = try resolver.texts("example.com") } == .refused)
    }

    @Test(
        "What is no name is not asked for",
        arguments: ["", ".", "a..test", "a b.test", "a\\.test", "ä.test", String(repeating: "a", count: 64), "a/b"])
    func badNames(name: String) throws {
        let server = try #require(FakeNameServer { _ in nil })
        defer { server.stop() }
        let resolver = try #require(Resolver(servers: [server.address]))
        #expect(failure { () throws(ResolutionFailure) in _ = try resolver.texts(name) } == .malformed)
    }

    @Test("Where nobody answers, time ends the question: the resolver's own, or the caller's")
    func silence() throws {
        let server = try #require(FakeNameServer { _ in nil })
        defer { server.stop() }
        let short = try #require(Resolver(servers: [server.address], timeout: 50_000_000))
        #expect(failure { () throws(ResolutionFailure) in _ = try short.texts("a.test") } == .timeout)
        let long = try #require(Resolver(servers: [server.address], timeout: 600_000_000_000))
        #expect(failure { () throws(ResolutionFailure) in _ = try long.texts("a.test", deadline: 1) } == .timeout)
    }

    @Test("The second server answers for one that fails")
    func secondServer() throws {
        let bad = try #require(FakeNameServer { query in [query[0], query[1], 0x81, 0x82] + query[4...] })
        defer { bad.stop() }
        let good = try Dnsmasq(["--txt-record=a.test,text"])
        let resolver = try #require(Resolver(servers: [bad.address, good.address]))
        #expect(try resolver.texts("a.test") == ["text"])
    }

    @Test("Nobody behind an address is a failure")
    func nobody() throws {
        // Port 1 of an address that only this machine could have.
        let resolver = try #require(Resolver(servers: ["127.0.0.1:1"], timeout: 2_000_000_000))
        let failure = failure { () throws(ResolutionFailure) in _ = try resolver.texts("a.test") }
        #expect(failure == .failing || failure == .timeout)
    }

    @Test("Many ask at once")
    func concurrency() async throws {
        let server = try Dnsmasq(["--txt-record=a.test,text"])
        let resolver = try resolver(server)
        try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<50 { group.addTask { try resolver.texts("a.test") } }
            for try await texts in group { #expect(texts == ["text"]) }
        }
    }

    @Test(
        "Servers are addresses",
        arguments: [
            ("192.0.2.1", "192.0.2.1:53"), ("192.0.2.1:5353", "192.0.2.1:5353"), ("::1", "[::1]:53"),
            ("[::1]", "[::1]:53"), ("[2001:db8::1]:5353", "[2001:db8::1]:5353"), ("localhost", nil), ("", nil),
            ("192.0.2.1:0", nil), ("192.0.2.1:+53", nil), ("192.0.2.1:65536", nil), ("[192.0.2.1]:53", nil),
            ("192.0.2.1,192.0.2.2", nil), ("127.1", nil),
        ] as [(String, String?)])
    func serverAddresses(text: String, expected: String?) {
        #expect(ResolverAddress(text)?.description == expected)
    }

    @Test("One server at least, three at most")
    func counts() {
        #expect(Resolver(servers: []) == nil)
        #expect(Resolver(servers: Array(repeating: "127.0.0.1", count: 3)) != nil)
        #expect(Resolver(servers: Array(repeating: "127.0.0.1", count: 4)) == nil)
        #expect(Resolver(servers: ["127.0.0.1", "x"]) == nil)
    }
}
