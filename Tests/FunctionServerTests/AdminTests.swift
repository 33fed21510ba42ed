import CoreMetrics
import Foundation
import FunctionServer
import Testing

@Suite("The admin's address")
struct AdminTests {
    @Test("tells that the server is well, and that it is ready until it shuts down")
    func health() throws {
        let server = try TestServer(["slow.wasm": "slow 400000"])
        #expect(try server.admin("/healthz").body == "ok\n")
        #expect(eventually { (try? server.admin("/readyz").status) == 200 })
        #expect(try server.get("/healthz").status == 404, "it is not for clients")
        let client = try server.connect()
        try client.send("GET /slow.wasm HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(eventually { server.server.requestsUnderWay == 1 })
        let running = server.server
        let shuttingDown = Thread { running.shutDown() }
        #expect(eventually { (try? server.admin("/readyz").status) == 503 })
        #expect(try server.admin("/healthz").status == 200)
        #expect(try client.response().body == "slept")
        shuttingDown.join()
    }

    @Test("counts answers by function and status, durations, what is under way, failures and loads")
    func metrics() throws {
        let server = try TestServer(["f.wasm": "say hi", "t.wasm": "fail trap", "a\"b.wasm": "say", "page.txt": "x"])
        for _ in 0..<3 { #expect(try server.get("/f.wasm").status == 200) }
        #expect(try server.get("/t.wasm").status == 500)
        #expect(try server.get("/a%22b.wasm").status == 200)
        #expect(try server.get("/page.txt").status == 200)
        #expect(try server.get("/none").status == 404)
        try server.folder.write("f.wasm", "say more")
        #expect(eventually { (try? server.get("/f.wasm").body) == "more" })
        try server.folder.write("f.wasm", "nonsense")
        #expect(eventually { server.log.contains("the version before it keeps serving") })
        let samples = try Self.samples(try server.admin("/metrics"))
        func requests(_ function: String, _ code: Int) -> Double? {
            samples["terrafirma_requests_total{function=\"\(function)\",code=\"\(code)\"}"]
        }
        #expect(try #require(requests("f.wasm", 200)) >= 4)
        #expect(requests("t.wasm", 500) == 1)
        #expect(requests("a\\\"b.wasm", 200) == 1)
        #expect(requests("", 200) == 1 && requests("", 404) == 1)
        #expect(samples["terrafirma_failures_total{function=\"t.wasm\",kind=\"trap\"}"] == 1)
        #expect(samples["terrafirma_requests_in_flight{function=\"f.wasm\"}"] == 0)
        func loads(_ result: String) -> Double? {
            samples["terrafirma_loads_total{function=\"f.wasm\",result=\"\(result)\"}"]
        }
        #expect(try #require(loads("live")) >= 2 && loads("failed") == 1)
        #expect(try #require(samples["terrafirma_swaps_total{function=\"f.wasm\"}"]) >= 1)
        #expect(samples["terrafirma_swaps_total{function=\"t.wasm\"}"] == 0)
        #expect(samples["terrafirma_functions{state=\"live\"}"] == 3)
        #expect(samples["terrafirma_functions{state=\"broken\"}"] == 0)
        #expect(samples["terrafirma_sites"] == 1)
        #expect(samples["terrafirma_instances{function=\"f.wasm\"}"] == 0)
        let duration = "terrafirma_request_duration_seconds"
        #expect(samples["\(duration)_count{function=\"t.wasm\"}"] == 1)
        #expect(samples["\(duration)_bucket{function=\"t.wasm\",le=\"+Inf\"}"] == 1)
        #expect(try #require(samples["\(duration)_sum{function=\"t.wasm\"}"]) > 0)
    }

    @Test("a client that leaves, and what takes a while, are counted as such")
    func leaving() throws {
        let server = try TestServer(["slow.wasm": "slow 300000"])
        var client: RawClient? = try server.connect()
        try client?.send("GET /slow.wasm HTTP/1.1\r\nHost: test\r\n\r\n")
        let flight = "terrafirma_requests_in_flight{function=\"slow.wasm\"}"
        #expect(eventually { (try? Self.samples(try server.admin("/metrics")))?[flight] == 1 })
        let instances = "terrafirma_instances{function=\"slow.wasm\"}"
        #expect(eventually { (try? Self.samples(try server.admin("/metrics")))?[instances] == 1 })
        client = nil
        let left = "terrafirma_requests_total{function=\"slow.wasm\",code=\"499\"}"
        #expect(eventually { (try? Self.samples(try server.admin("/metrics")))?[left] == 1 })
        #expect(try Self.samples(try server.admin("/metrics"))[flight] == 0)
        #expect(try server.get("/slow.wasm").status == 200)
        let fast = "terrafirma_request_duration_seconds_bucket{function=\"slow.wasm\",le=\"0.25\"}"
        let slow = "terrafirma_request_duration_seconds_bucket{function=\"slow.wasm\",le=\"10.0\"}"
        let samples = try Self.samples(try server.admin("/metrics"))
        #expect(try #require(samples[slow]) == 2 && #require(samples[fast]) <= 1)
    }

    @Test("hands on the counters of swift-metrics, with labels of any text")
    func counters() throws {
        let server = try TestServer()
        let labels = [("limit", "memory"), ("function", "a\\b\n\"c")]
        server.counters.makeCounter(label: "terrafirma_limits_reached_total", dimensions: labels).increment(by: 2)
        server.counters.makeCounter(label: "terrafirma_limits_reached_total", dimensions: labels).increment(by: 3)
        let samples = try Self.samples(try server.admin("/metrics"))
        let name = #"terrafirma_limits_reached_total{limit="memory",function="a\\b\n\"c"}"#
        #expect(samples[name] == 5)
    }

    @Test("lists what is live: version, since when, answers, the last error; for programs and for people")
    func functions() throws {
        let server = try TestServer(["f.wasm": "say hi", "t.wasm": "fail trap", "<i>.wasm": "nonsense"])
        #expect(try server.get("/f.wasm").status == 200)
        #expect(try server.get("/t.wasm").status == 500)
        #expect(try server.get("/%3Ci%3E.wasm").status == 503)
        let answer = try server.admin("/functions")
        #expect(answer["content-type"] == "application/json")
        let list = try #require(
            try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [[String: Any]])
        let byName = Dictionary(uniqueKeysWithValues: list.map { ($0["name"] as? String ?? "", $0) })
        #expect(byName["f.wasm"]?["live"] as? Bool == true)
        #expect(byName["f.wasm"]?["sha256"] as? String == "digest of 6 bytes")
        #expect(byName["f.wasm"]?["requests"] as? Int == 1)
        let answers = byName["f.wasm"]?["answers"] as? [String: Int]
        #expect(answers == ["200": 1])
        let since = try #require(byName["f.wasm"]?["since"] as? String)
        let time = try #require(ISO8601DateFormatter().date(from: since))
        #expect(abs(time.timeIntervalSinceNow) < 600)
        let error = byName["t.wasm"]?["lastError"] as? [String: String]
        #expect(error?["message"] == "secret cause")
        #expect(byName["<i>.wasm"]?["live"] as? Bool == false)
        let page = try server.admin("/functions", headers: "Accept: text/html\r\n").body
        #expect(page.contains("<td>&lt;i&gt;.wasm</td><td>not live</td>") && page.contains("<td>200: 1</td>"))
    }

    @Test("answers GET and HEAD and nothing else")
    func methods() throws {
        let server = try TestServer()
        #expect(try server.admin("/metrics", method: "POST").status == 405)
        #expect(try server.admin("/healthz", method: "HEAD").body == "")
        #expect(try server.admin("/none").status == 404)
        #expect(try server.admin("/healthz?x=1").body == "ok\n")
    }

    /// The samples by name and labels; fails where a line is none, or has no type before it, or is there twice.
    private static func samples(_ answer: RawResponse) throws -> [String: Double] {
        #expect(answer.status == 200)
        #expect(answer["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        var types: Set<String> = []
        var samples: [String: Double] = [:]
        for line in answer.body.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                #expect(types.insert(String(line.split(separator: " ")[2])).inserted, "\(line)")
            }
            guard !line.hasPrefix("#") else { continue }
            let parts = try #require(line.wholeMatch(of: #/([a-z_]+)({.*})? ([0-9.e+-]+)/#), "\(line)")
            let family = String(parts.1).replacing(#/_(bucket|sum|count)$/#, with: "")
            #expect(types.contains(family) || types.contains(String(parts.1)), "\(line)")
            let key = String(parts.1) + (parts.2 ?? "")
            #expect(samples.updateValue(try #require(Double(parts.3)), forKey: key) == nil, "\(line)")
        }
        return samples
    }
}
