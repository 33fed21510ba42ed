import Testing

@testable import FunctionServer

@Suite("Access rules")
struct AccessRulesTests {
    static let bcrypt = "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"
    static let sha256 =
        "sha256:000102030405060708090a0b:c1c5bc50074a78be9b32a048e4d7ce787008ddb42624607f8f16b6bae2a47097"

    private func rules(_ text: String) throws(InvalidAccessRules) -> AccessRules {
        try AccessRules(parsing: Array(text.utf8))
    }

    @Test("The nearest folder's rule holds alone; users have more than everybody")
    func nearest() throws {
        let rules = try rules(
            """
            {"version": "v1", "users": {"alice": "\(Self.bcrypt)", "bob": "\(Self.sha256)"},
             "per_path_configs": {
               "/": {"anonymous_permissions": "read,list", "Access-Control-Allow-Origin": "*"},
               "/a": {"whitelist_additional_permissions": {"alice": "read", "bob": "list"}},
               "a/b/../b/c/": {"anonymous_permissions": "list", "whitelist_additional_permissions": {"alice": "read"},
                               "custom_403_forbidden": "/403.html", "custom_404_not_found": "pages//404.html"}}}
            """)
        let everybody = { (path: String) in rules.grant(for: path, user: nil) }
        #expect(everybody("/").permissions == [.read, .list])
        #expect(everybody("/ab/c").permissions == [.read, .list])
        #expect(everybody("/ab").allowOrigin == "*")
        #expect(everybody("/a").permissions == [])
        #expect(everybody("/a").allowOrigin == nil)
        #expect(everybody("//a//x").permissions == [])
        #expect(everybody("/a/x").byLogin == [.read, .list])
        #expect(everybody("/a/x").realm == "/a")
        #expect(everybody("/a/b/c").permissions == .list)
        #expect(everybody("/a/b/c").forbiddenPage == "403.html")
        #expect(everybody("/a/b/c/d").notFoundPage == "pages/404.html")
        #expect(everybody("/a/b/cd").permissions == [])
        #expect(rules.grant(for: "/a/x", user: "alice").permissions == .read)
        #expect(rules.grant(for: "/a/b/c/x", user: "alice").permissions == [.read, .list])
        #expect(rules.grant(for: "/a/x", user: "eve").permissions == [])
        #expect(everybody("/a/x").refusal(of: .read) == .login(realm: "/a"))
        #expect(rules.grant(for: "/a/x", user: "bob").refusal(of: .read) == .login(realm: "/a"))
        #expect(everybody("/a/b/c/x").refusal(of: .list) == nil)
    }

    @Test("Where nothing is said, nobody may do anything; acls is the older name")
    func nothing() throws {
        #expect(try rules(#"{"version":"v1"}"#).grant(for: "/", user: nil).refusal(of: .read) == .forbidden)
        let old = try rules(#"{"version":"v1","users":null,"acls":{"/x":{"anonymous_permissions":"read"}}}"#)
        #expect(old.grant(for: "/x/y", user: nil).permissions == .read)
        #expect(old.grant(for: "/y", user: nil).permissions == [])
        #expect(
            try rules(#"{"version":"v1","acls":{"":{"anonymous_permissions":"list"}}}"#).rule(for: "/").anonymous
                == .list)
    }

    @Test(
        "T18: what is not quite right is no rules at all",
        arguments: [
            "", "{", "[]", "{}", "nonsense", #"{"version":"v2"}"#, #"{"version":1}"#, #"{"version":"v1"} x"#,
            #"{"version":"v1","version":"v1"}"#, #"{"version":"v1","users":[]}"#,
            #"{"version":"v1","users":{"a":"plain"}}"#,
            #"{"version":"v1","users":{"a":"$2a$15$"#
                + #"abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"}}"#,
            #"{"version":"v1","users":{"a":"$2x$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"}}"#,
            #"{"version":"v1","users":{"a":"sha256:00"}}"#, #"{"version":"v1","users":{"a":"sha256:0:00"}}"#,
            #"{"version":"v1","acls":{},"per_path_configs":{}}"#, #"{"version":"v1","per_path_configs":[]}"#,
            #"{"version":"v1","per_path_configs":{"/a":{},"/a/":{}}}"#,
            #"{"version":"v1","per_path_configs":{"/":{},"":{}}}"#,
            #"{"version":"v1","per_path_configs":{"/a/../b":{},"b":{}}}"#,
            #"{"version":"v1","per_path_configs":{"/":{"anonymous_permissions":"write"}}}"#,
            #"{"version":"v1","per_path_configs":{"/":{"anonymous_permissions":"read,"}}}"#,
            #"{"version":"v1","per_path_configs":{"/":{"anonymous_permissions":"read, list"}}}"#,
            #"{"version":"v1","per_path_configs":{"/":{"anonymous_permissions":true}}}"#,
            #"{"version":"v1","per_path_configs":{"/":{"whitelist_additional_permissions":{"eve":"read"}}}}"#,
            #"{"version":"v1","per_path_configs":{"/":{"Access-Control-Allow-Origin":"https://a.example"}}}"#,
            #"{"version":"v1","per_path_configs":{"/":{"custom_404_not_found":"../404.html"}}}"#,
            #"{"version":"v1","per_path_configs":{"/":{"custom_404_not_found":".kbp_config"}}}"#,
            #"{"version":"v1","per_path_configs":{"/":{"custom_403_forbidden":"f.WASM"}}}"#,
            #"{"version":"v1","per_path_configs":{"/a\u0000b":{}}}"#, #"{"version":"v1","users":{"a\nb":"x"}}"#,
            #"{"version":"v1","x":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}"#, #"{"version":"v1","x":"\ud800"}"#,
            #"{"version":"v1","per_path_configs":{""# + String(repeating: "/a", count: 65) + #"":{}}}"#,
        ])
    func invalid(text: String) {
        #expect(throws: InvalidAccessRules.self) { _ = try rules(text) }
    }

    @Test("Text in JSON is what it says, and nothing else is taken for JSON")
    func json() throws {
        let value = try JSONValue(
            parsing: Array(
                #" { "aé😀" : [ true , false , null , -1.5e3 , "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00" ] } "#.utf8))
        #expect(
            value
                == .object([
                    "aé😀": .array([.bool(true), .bool(false), .null, .number, .string("\"\\/\u{8}\u{c}\n\r\té😀")])
                ]))
        for text in [
            "[1,]", "{\"a\":1,}", "{a:1}", "['a']", "[1 2]", "tru", "[\"a\n\"]", "\"\\x\"", "\"\\u12\"", "\"\\u+123\"",
            "\"\\udc00\"", "\u{FEFF}{}", "{} {}", "// {}", "\"",
        ] {
            #expect(throws: JSONFailure.self, "\(text)") { _ = try JSONValue(parsing: Array(text.utf8)) }
        }
        #expect(throws: JSONFailure.self) { _ = try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test(
        "T18: the rules' own file is refused, however its name is written",
        arguments: [
            "/.kbp_config", "/.KBP_Config", "/%2ekbp_config", "/%2Ekb%70_c%4Fnfig", "//.kbp_config", "/./.kbp_config",
            "/a/../.kbp_config", "/a/.kbp_config", "/.kbp_config/", "/.%e2%84%aabp_config", "/%2e/%2ekbp_config",
            "/a%2f.kbp_config", "/a%5c.kbp_config", "/.kbp_config?x=/f.wasm",
        ])
    func ownFile(target: String) {
        #expect(AccessRules.isFile(target.prefix { $0 != "?" }))
        #expect(throws: RequestTarget.Refusal.forbidden) { _ = try RequestTarget(parsing: target) }
    }

    @Test(
        "Other names are not",
        arguments: ["/", "/kbp_config", "/.kbp_config.txt", "/a.kbp_config", "/f.wasm/.kbp_config", "/%"])
    func otherFiles(target: String) {
        #expect(!AccessRules.isFile(target[...]))
    }

    @Test("A realm is a quoted text without anything that could end it")
    func challenge() {
        #expect(AccessRefusal.challenge(realm: "/a b") == #"Basic realm="/a b""#)
        #expect(AccessRefusal.challenge(realm: "/\"\\é") == #"Basic realm="/\"\\%C3%A9""#)
    }
}
