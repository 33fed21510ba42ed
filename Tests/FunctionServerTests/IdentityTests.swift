import FunctionServer
import Testing

@Suite("Whom a request is from")
struct IdentityTests {
    private static let trusting: @Sendable (inout ServerConfiguration) -> Void = { configuration in
        configuration.trustedProxies = [AddressRange("127.0.0.0/8")].compactMap { $0 }
    }

    @Test("each answer has a number of its own, also those that refuse, and the guest's log and header have the same")
    func numbers() throws {
        let server = try TestServer(["env.wasm": "environment", "h.wasm": "headers X-Request-Id=forged|X=y"])
        var seen: Set<String> = []
        for (target, status) in [("/env.wasm", 200), ("/h.wasm", 200), ("/none", 404), ("/../x", 400)] {
            let answer = try server.get(target, headers: "X-Request-Id: mine\r\n")
            #expect(answer.status == status)
            let ids = answer.values("x-request-id")
            #expect(ids.count == 1 && ids.allSatisfy { $0.wholeMatch(of: #/[0-9a-f]{32}/#) != nil }, "\(ids)")
            #expect(seen.insert(ids.first ?? "").inserted)
            if target == "/env.wasm" { #expect(answer.body.contains("HTTP_X_REQUEST_ID=\(ids[0])\n")) }
        }
        let client = try server.connect()
        try client.send("nonsense\r\n\r\n")
        #expect(try client.response()["x-request-id"]?.utf8.count == 32)
    }

    @Test("a proxy that is not trusted is a client as any other")
    func untrusted() throws {
        let server = try TestServer(["env.wasm": "environment"])
        let body = try server.get(
            "/env.wasm",
            headers: "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\n"
        ).body
        #expect(body.contains("REMOTE_ADDR=127.0.0.1\n"))
        #expect(body.contains("X_FULL_URL=http://test/env.wasm\n"))
        #expect(body.contains("HTTP_FASTLY_CLIENT_IP=127.0.0.1"))
        #expect(!body.contains("FORWARDED") && !body.contains("192.0.2.1") && !body.contains("evil"))
    }

    @Test("a trusted proxy says who asks, for which host, by which scheme, and how it calls the request")
    func trusted() throws {
        let server = try TestServer(["env.wasm": "environment"], configure: Self.trusting)
        let answer = try server.get(
            "/env.wasm",
            headers:
                "X-Forwarded-For: 9.9.9.9, 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example\r\n"
                + "X-Request-Id: edge-7\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
        )
        #expect(answer.values("x-request-id") == ["edge-7"])
        for line in [
            "REMOTE_ADDR=192.0.2.1", "X_FULL_URL=https://a.example/env.wasm", "SERVER_NAME=a.example",
            "HTTP_X_REQUEST_ID=edge-7", "HTTP_FASTLY_CLIENT_IP=192.0.2.1", "HTTP_X_FORWARDED_FOR=192.0.2.1",
        ] {
            #expect(answer.body.split(separator: "\n").contains { $0 == line }, "\(line)")
        }
        #expect(answer.body.contains("HTTP_TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-"))
        #expect(!answer.body.contains("9.9.9.9") && !answer.body.contains("b7ad6b7169203331"))
        #expect(try server.get("/env.wasm", headers: "X-Forwarded-Host: a b\r\n").status == 400)
    }

    @Test("T19: only a trusted proxy's X-Forwarded-Host names a site")
    func sites() throws {
        let files = ["one.example/f.wasm": "say one", "test/f.wasm": "say test"]
        let open = try TestServer(files, sites: { SiteSources(parent: $0) })
        let forwarded = "X-Forwarded-Host: one.example\r\n"
        #expect(try open.get("/f.wasm", headers: forwarded).body == "test")
        let behind = try TestServer(files, configure: Self.trusting, sites: { SiteSources(parent: $0) })
        #expect(try behind.get("/f.wasm", headers: forwarded).body == "one")
        #expect(try behind.get("/f.wasm").body == "test")
        #expect(try behind.get("/f.wasm", headers: "X-Forwarded-Host: ../test\r\n").status == 400)
        #expect(try behind.get("/f.wasm", headers: "X-Forwarded-Host: ..\r\n").status == 404)
    }
}
