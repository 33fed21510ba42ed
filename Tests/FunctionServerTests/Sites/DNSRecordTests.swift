import FunctionServer
import Testing

@Suite("Records of domains")
struct DNSRecordTests {
    private func root(_ texts: [String]) -> Result<String, DNSSiteFailure> {
        do throws(DNSSiteFailure) {
            return .success(try DNSRecords.root(in: texts).description)
        } catch {
            return .failure(error)
        }
    }

    @Test("The one record that begins with kbp= names the root, whatever else there is")
    func one() {
        #expect(
            root(["v=spf1", " kbp=/keybase/public/songgao/meatball/ ", "akbp=x"])
                == .success("/keybase/public/songgao/meatball"))
        #expect(root(["kbp=/keybase/private/songgao,kb_bot/blah"]) == .success("/keybase/private/songgao,kb_bot/blah"))
        #expect(root(["kbp=/keybase/private/strib#kb_bot/a//b"]) == .success("/keybase/private/strib#kb_bot/a/b"))
        #expect(root(["kbp=/keybase/team/keybase.bots/static"]) == .success("/keybase/team/keybase.bots/static"))
        #expect(root(["kbp=/keybase/public/a (conflicted copy)"]) == .success("/keybase/public/a (conflicted copy)"))
    }

    @Test("T19: no record, and more than one, are told apart; an empty one counts")
    func count() {
        #expect(root([]) == .failure(.notFound))
        #expect(root(["v=spf1", "kb=/keybase/public/a"]) == .failure(.notFound))
        #expect(root(["kbp=/keybase/public/a", "kbp=/keybase/public/a"]) == .failure(.tooMany))
        #expect(root(["kbp=", "kbp=/keybase/public/a"]) == .failure(.tooMany))
    }

    @Test(
        "T19: a root is a folder of /keybase, and nothing in it leads elsewhere",
        arguments: [
            "", "/", "/keybase", "/keybase/public", "/keybase/public/", "/keybase/public//a", "/keybase/secret/a",
            "/a/b/c",
            "keybase/public/a", "/keybase/public/..", "/keybase/public/../private/a", "/keybase/public/a/../b",
            "/keybase/public/a/./b", "/keybase/public/.a", "/keybase/public/a/.kbfs_autogit/b",
            "/keybase/public/a\u{0}b",
            "/keybase/public/a/b\nc", "/keybase/public/a\u{7f}", "/keybase/public/\u{FFFD}", "/Keybase/public/a",
            "git@keybase:private/jzila,kb_bot/kbp.git", "keybase://public/a", "git-keybase://public/a",
            "/keybase/public/" + String(repeating: "a", count: 256),
            "/keybase/public/a" + String(repeating: "/b", count: 2500),
        ])
    func invalid(record: String) {
        guard case .failure(.invalid) = root(["kbp=" + record]) else {
            Issue.record("\(record): \(root(["kbp=" + record]))")
            return
        }
    }

    @Test("T19: the second name is asked for only if there is nothing at the first")
    func names() throws {
        let lookup = FakeTextLookup()
        func root(_ host: String) -> Result<String, DNSSiteFailure> {
            do throws(DNSSiteFailure) {
                return .success(try DNSRecords.root(of: host, by: lookup, deadline: .distantFuture).description)
            } catch {
                return .failure(error)
            }
        }
        lookup["_keybase_pages.a.test"] = .success(["kbp=/keybase/public/first"])
        lookup["_keybasepages.a.test"] = .success(["kbp=/keybase/public/second"])
        #expect(root("a.test") == .success("/keybase/public/first"))
        #expect(lookup.asked == ["_keybase_pages.a.test"])
        lookup["_keybase_pages.a.test"] = .success(["v=spf1"])
        #expect(root("a.test") == .failure(.notFound))
        lookup["_keybase_pages.a.test"] = .failure(.unanswered("slow"))
        #expect(root("a.test") == .success("/keybase/public/second"))
        lookup["_keybasepages.a.test"] = nil
        #expect(root("a.test") == .failure(.unanswered("slow")))
        lookup["_keybase_pages.a.test"] = nil
        #expect(root("a.test") == .failure(.noSuchName))
        // Names that no server could be asked for are not.
        lookup.forget()
        let label = String(repeating: "a", count: 60)
        #expect(root([label, label, label, label, "test"].joined(separator: ".")) == .failure(.noSuchName))
        #expect(lookup.asked.isEmpty)
    }

    @Test("T19: what is blocked is blocked with all beneath it, and before what is allowed")
    func lists() throws {
        let name = { (text: String) in try #require(SiteName(host: text)) }
        let blocking = DomainLists(blocked: [try name("evil.test")])
        #expect(!blocking.permits("evil.test"))
        #expect(!blocking.permits("a.b.evil.test"))
        #expect(blocking.permits("notevil.test"))
        #expect(blocking.permits("evil.test.example"))
        let both = DomainLists(
            allowed: [try name("good.test"), try name("a.evil.test")], blocked: [try name("evil.test")])
        #expect(both.permits("good.test"))
        #expect(!both.permits("www.good.test"))
        #expect(!both.permits("a.evil.test"))
        #expect(DomainLists().permits("any.test"))
    }
}
