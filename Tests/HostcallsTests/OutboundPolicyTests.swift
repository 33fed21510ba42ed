import Glibc
import Testing

@testable import Hostcalls

@Suite("Where guests may send requests")
struct OutboundPolicyTests {
    private func url(_ text: String) -> OutboundURL? {
        var text = text
        return text.withUTF8 { OutboundURL(UnsafeRawBufferPointer($0)) }
    }

    private func permits(_ patterns: [String], _ text: String) throws -> Bool {
        let policy = OutboundPolicy(allowed: try patterns.map { try #require(HostPattern($0)) })
        return policy.permits(try #require(url(text)))
    }

    @Test(
        "Nothing is permitted by default", arguments: ["http://example.com/", "https://1.1.1.1/", "http://localhost/"])
    func denied(text: String) throws {
        #expect(OutboundPolicy.denied.permits(try #require(url(text))) == false)
    }

    @Test(
        "A listed host is permitted at its scheme's port, in any case, with or without a dot at the end",
        arguments: [
            "http://example.com/", "https://example.com", "http://EXAMPLE.com:80/x?y#z", "https://example.com:443/",
            "http://example.com./",
        ])
    func listed(text: String) throws {
        #expect(try permits(["Example.com"], text))
    }

    @Test(
        "What merely looks like a listed host is not permitted",
        arguments: [
            "http://evilexample.com/", "http://example.com.evil.net/", "http://a.example.com/", "http://example.co/",
            "http://example.com:8080/", "https://example.com:80/", "http://xn--exmple-cua.com/", "http://com/",
        ])
    func unlisted(text: String) throws {
        #expect(try permits(["example.com"], text) == false)
    }

    @Test("A wildcard permits subdomains of any depth, and nothing else")
    func wildcard() throws {
        #expect(try permits(["*.example.com"], "http://a.example.com/"))
        #expect(try permits(["*.example.com"], "http://a.b.EXAMPLE.com/"))
        #expect(try permits(["*.example.com"], "http://example.com/") == false)
        #expect(try permits(["*.example.com"], "http://evilexample.com/") == false)
        #expect(try permits(["*.example.com"], "http://a.example.com.evil.net/") == false)
    }

    @Test("A guest's own list takes from the operator's, and adds nothing")
    func narrowed() throws {
        var policy = OutboundPolicy(allowed: [try #require(HostPattern("*.example.com"))])
        policy.narrowed = [try #require(HostPattern("api.example.com")), try #require(HostPattern("other.net"))]
        #expect(policy.permits(try #require(url("http://api.example.com/"))))
        #expect(policy.permits(try #require(url("http://www.example.com/"))) == false)
        #expect(policy.permits(try #require(url("http://other.net/"))) == false)
        #expect(policy.permits(name: "api.example.com"))
        #expect(policy.permits(name: "www.example.com") == false)
        policy.narrowed = []
        #expect(policy.permits(try #require(url("http://api.example.com/"))) == false)
        #expect(policy.permits(name: "api.example.com") == false)
    }

    @Test("A pattern's port is the only one permitted")
    func port() throws {
        #expect(try permits(["example.com:8443"], "https://example.com:8443/"))
        #expect(try permits(["example.com:8443"], "https://example.com/") == false)
        #expect(try permits(["*:81"], "http://anything.net:81/"))
        #expect(try permits(["*"], "http://anything.net/"))
        #expect(try permits(["*"], "http://anything.net:22/") == false)
    }

    @Test(
        "Text that is no pattern is refused",
        arguments: [
            "", "*.", "a..b", "exa*mple.com", "*.*.com", "a b", "http://a", "a/b", "a:0", "a:65536", "a:b", "a@b", ".",
        ])
    func badPattern(text: String) {
        #expect(HostPattern(text) == nil)
    }

    @Test(
        "Only http and https URLs without user are taken",
        arguments: [
            "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "example.com", "/path", "", "http://",
            "https://user@example.com/", "http://example.com:80@127.0.0.1/", "http://a:b@example.com/",
            "http://example.com\\@127.0.0.1/", "http://exa mple.com/", "http://example.com/\r\nX: y",
            "http://example.com:0/",
            "http://example.com:65536/", "http://exämple.com/", "http://example.com:x/", "unix:///run/socket",
            "http://..",
        ])
    func badURL(text: String) {
        #expect(url(text) == nil)
    }

    @Test(
        "An IPv4 address is the same however it is written",
        arguments: [
            "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://127.0.0.1/",
        ])
    func addressForms(text: String) throws {
        #expect(try #require(url(text)).host == "127.0.0.1")
    }

    private func address(_ text: String) throws -> InternetAddress {
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 { return .v4(UInt32(bigEndian: v4.s_addr)) }
        var v6 = in6_addr()
        try #require(inet_pton(AF_INET6, text, &v6) == 1)
        return .v6(withUnsafeBytes(of: v6) { [UInt8]($0) })
    }

    @Test(
        "Addresses that are not hosts of the internet are not public",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
            "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
            "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "fc00::1",
            "fd12:3456::1",
            "fe80::1", "fec0::1", "ff02::1", "2001::1", "2001:0:4136:e378::1", "2001:10::1", "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1", "2002:a9fe:a9fe::", "3fff::1", "4000::1",
        ])
    func privateAddress(text: String) throws {
        #expect(try address(text).isPublic == false)
    }

    @Test(
        "Addresses next to those blocks are public",
        arguments: [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0",
            "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::1",
            "2001:4860:4860::8888", "2606:4700::1111", "2003::1", "2a00::1",
        ])
    func publicAddress(text: String) throws {
        #expect(try address(text).isPublic)
    }

    @Test("An address of a local socket is none of the internet's")
    func localSocket() {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        #expect(withUnsafeBytes(of: address) { $0.baseAddress.flatMap { InternetAddress($0) } } == nil)
    }
}
