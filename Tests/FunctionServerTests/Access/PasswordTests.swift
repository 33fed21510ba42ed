import Testing

@testable import FunctionServer

@Suite("Passwords")
struct PasswordTests {
    private func matches(_ hash: String, _ password: String) -> Bool? {
        PasswordHash(hash)?.matches(Array(password.utf8))
    }

    @Test("bcrypt in its three spellings, and salted SHA-256")
    func right() {
        for version in ["2a", "2b", "2y"] {
            let hash = "$\(version)$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"
            #expect(matches(hash, "secret") == true)
            for wrong in ["", "Secret", "secret\0", "secret\0x", "secre", "secrets"] {
                #expect(matches(hash, wrong) == false, "\(wrong)")
            }
        }
        #expect(matches("$2b$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq", "") == true)
        #expect(matches(AccessRulesTests.sha256, "pass") == true)
        #expect(matches(AccessRulesTests.sha256, "Pass") == false)
        #expect(matches(AccessRulesTests.sha256, "pass\0") == false)
        #expect(matches(AccessRulesTests.sha256, String(repeating: "p", count: 2000)) == false)
        #expect(PasswordHash.decoy(cost: 4).matches(Array("secret".utf8)) == false)
    }

    @Test("a decoy takes the work that it says")
    func decoy() throws {
        guard case .bcrypt(let text, _) = PasswordHash.decoy(cost: 4) else {
            Issue.record("no bcrypt")
            return
        }
        #expect(PasswordHash(text) != nil)
    }

    @Test("a name and a password, in Base64")
    func credentials() throws {
        let both = try #require(BasicCredentials(authorization: "Basic YWxpY2U6c2VjcmV0"))
        #expect(both.user == "alice")
        #expect(both.password == Array("secret".utf8))
        #expect(BasicCredentials(authorization: "basic  YTpiOmM=")?.password == Array("b:c".utf8))
        #expect(BasicCredentials(authorization: "BASIC YTpi")?.user == "a")
        #expect(BasicCredentials(authorization: "Basic Og")?.user == "")
        for text in [
            "", "Basic", "Bearer YTpi", "Basic YWI=", "Basic YTpi=", "Basic !", "Basic YTpiO", "Basic /zpi",
            "Basic YTp=i",
        ] {
            #expect(BasicCredentials(authorization: text) == nil, "\(text)")
        }
    }

    private func moment(_ milliseconds: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: milliseconds * .millisecond)
    }

    @Test("attempts take turns, with a pause between two")
    func turns() {
        var queue = AttemptQueue<Int>()
        #expect(queue.add(1, client: "a", random: 0) == .waits)
        #expect(queue.add(1, client: "b", random: 0) == .waits)
        #expect(queue.add(2, client: "a", random: 0) == .waits)
        #expect(queue.next(at: moment(0)) == .run(1))
        #expect(queue.next(at: moment(600)) == .nothing)
        #expect(queue.add(1, client: "c", random: 0) == .waits)
        queue.finished()
        #expect(queue.next(at: moment(100)) == .wait(until: moment(500)))
        #expect(queue.next(at: moment(500)) == .run(2))
        queue.finished()
        #expect(queue.next(at: moment(2000)) == .nothing)
        #expect(queue.count == 0)
    }

    @Test("who guesses from one place leaves the others theirs, and who guesses from everywhere shuts nobody out")
    func fair() {
        var queue = AttemptQueue<Int>(places: 8, placesOfClient: 2)
        #expect((0..<10).map { queue.add($0, client: "guesser", random: 0) }.count { $0 == .waits } == 2)
        #expect(queue.add(100, client: "owner", random: 0) == .waits)
        for number in 0..<5 { #expect(queue.add(200 + number, client: "\(number)", random: 0) == .waits) }
        #expect(queue.add(300, client: "late", random: 17) == .replaces(0 + 1))
        #expect(queue.count == 8)
    }

    @Test("in IPv6, those who share 64 bits are one client; IPv4 in its form are not")
    func networks() {
        #expect(Logins.network(of: "2001:db8:1:2::3") == Logins.network(of: "2001:db8:1:2:ffff::9"))
        #expect(Logins.network(of: "2001:db8:1:2::3") != Logins.network(of: "2001:db8:1:3::3"))
        #expect(Logins.network(of: "::ffff:192.0.2.1") != Logins.network(of: "::ffff:192.0.2.2"))
        #expect(Logins.network(of: "192.0.2.1") == "192.0.2.1")
    }
}
