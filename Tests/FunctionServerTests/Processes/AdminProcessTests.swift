import Testing

@Suite("The admin's address of a whole server")
struct AdminProcessTests {
    @Test("is served under containment, tells of limits, and serves no functions")
    func process() throws {
        let grows = "(module (memory 1) (func (export \"run\") (drop (memory.grow (i32.const 65000)))))"
        let server = try ServerProcess(
            ["f.wasm": grows, "copy.wasm": grows, "trap.wasm": Modules.run("unreachable"), "bad.wasm": "(module)"],
            flags: ["--admin", "127.0.0.1:0"])
        let address = try #require(server.log.firstMatch(of: #/the admin's pages are on http://127\.0\.0\.1:([0-9]+)/#))
        let port = try #require(Int(address.1))
        #expect(try server.get("/f.wasm").status == 200)
        #expect(try server.get("/copy.wasm").status == 200)
        #expect(try server.get("/trap.wasm").status == 500)
        #expect(try server.get("/bad.wasm").status == 503)
        let metrics = try get("/metrics", port)
        #expect(metrics.body.contains("terrafirma_traps_total{function=\"trap.wasm\",kind=\"unreachable\"} 1\n"))
        // Two files of the same content are compiled once.
        #expect(metrics.body.contains("terrafirma_modules_total{result=\"compiled\"} 3\n"))
        #expect(metrics.body.contains(#/terrafirma_modules_total\{result="hit"\} [1-9]/#))
        #expect(metrics.body.contains("terrafirma_functions{state=\"broken\"} 1\n"))
        #expect(metrics.status == 200)
        #expect(metrics.body.contains("terrafirma_limits_reached_total{limit=\"memory\",function=\"f.wasm\"} 1\n"))
        #expect(metrics.body.contains("terrafirma_requests_total{function=\"f.wasm\",code=\"200\"} 1\n"))
        #expect(try get("/functions", port).body.contains(#/"sha256": "[0-9a-f]{64}"/#))
        #expect(try get("/f.wasm", port).status == 404)
    }

    private func get(_ target: String, _ port: Int) throws -> RawResponse {
        let client = try RawClient(port: port)
        try client.send("GET \(target) HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n")
        return try client.response()
    }
}
