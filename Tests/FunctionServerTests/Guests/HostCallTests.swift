import Glibc
import Hostcalls
import KeyValueStorage
import NIOCore
import NameResolution
import TestGuests
import TestNameServer
import Testing
import WasmRuntime

@testable import FunctionServer

@Suite("Guests in C make every host call, through the server")
struct HostCallTests {
    private func server(
        _ guests: String..., services: GuestServices = GuestServices(), outbound: OutboundPolicy = .denied,
        _ configure: (inout GuestLimits) -> Void = { _ in }
    ) throws -> GuestServer {
        let server = try GuestServer([:], services: services) { _, limits in
            limits.outbound = outbound
            configure(&limits)
        }
        for guest in guests { try CallGuests.copy(guest, to: server.folder) }
        return server
    }

    private func services(_ store: MemoryStore) -> GuestServices {
        var services = GuestServices()
        services.store = store
        return services
    }

    /// Where another server of the test's listens.
    private func policy(for peer: GuestServer) throws -> OutboundPolicy {
        let pattern = try #require(HostPattern("127.0.0.1:\(peer.server.address.port ?? 0)"))
        return OutboundPolicy(allowed: [pattern], allowsPrivateAddresses: true)
    }

    @Test("init_mm, req_get_method, _path, _headers, _header, _body")
    func request() throws {
        let server = try server("request")
        let client = try RawClient(port: server.server.address.port ?? 0)
        try client.send(
            "PUT /request.wasm/a?b=c HTTP/1.1\r\nHost: test\r\nx-tag: 1\r\nX-TAG: 2\r\nConnection: close\r\n"
                + "Content-Length: 4\r\n\r\nbody")
        let lines = try client.response().body.split(separator: "\n")
        #expect(
            lines == [
                "PUT", "/request.wasm/a?b=c",
                "host,x-tag,content-length,traceparent,x-request-id,fastly-client-ip,x-fastly-client-ip", "1,2", "body",
            ])
    }

    @Test("panic_hook: an error for the client, the words for the log")
    func panic() throws {
        let server = try server("request")
        let response = try server.get("/request.wasm/panic")
        #expect(response.status == 500)
        #expect(!response.body.contains("go on"))
        #expect(eventually { server.log.all.contains { $0.contains("it can't go on") } })
    }

    @Test("resp_set_response_code, _header, _body")
    func response() throws {
        let response = try server("response").get("/response.wasm")
        #expect(response.status == 418)
        #expect(response.values("x-list") == ["one", "two"])
        #expect(response.body == "0011")
    }

    @Test("req_create, _set_header, _set_body, _send; resp_get_response_code, _headers, _header, _body")
    func send() throws {
        let peer = try server("request")
        let server = try server("sending", outbound: try policy(for: peer))
        let url = "http://127.0.0.1:\(peer.server.address.port ?? 0)/request.wasm/x"
        let body = try server.get("/sending.wasm/send", body: url).body
        #expect(body.hasPrefix("200 "))
        #expect(body.contains("content-type"))
        #expect(body.contains("POST\n/request.wasm/x\n"))
        #expect(body.contains("\ntag\nsent\n"))
        let denied = try self.server("sending")
        #expect(try denied.get("/sending.wasm/send", body: url).body == "none\n")
        #expect(eventually { denied.log.all.contains { $0.contains("127.0.0.1") && $0.contains("--allow-outbound") } })
    }

    @Test("req_send_async, pending_req_wait, _poll, _select")
    func later() throws {
        let peer = try server("response")
        let server = try server("sending", outbound: try policy(for: peer))
        let url = "http://127.0.0.1:\(peer.server.address.port ?? 0)/response.wasm"
        let answers = ["wait", "poll", "select", "leave"].map {
            (try? server.get("/sending.wasm/\($0)", body: url).body) ?? ""
        }
        let counts = answers.map {
            $0.split(separator: "\n").filter { $0.hasPrefix("418 ") && $0.hasSuffix(" 0011") }.count
        }
        #expect(counts == [2, 1, 2, 0])
        #expect(answers[0].hasSuffix("none\n"))
        #expect(answers[2].hasSuffix("\n1\n"))
        #expect(answers[3] == "1\n")
    }

    @Test("kvstore_insert, _upsert, _append, _get, _remove: what one request leaves, the next one finds")
    func values() throws {
        let server = try server("values", services: services(MemoryStore()))
        func ask(_ call: String, _ value: String = "") throws -> String {
            try server.get("/values.wasm/\(call)", body: value).body
        }
        #expect(try ask("get") == "0- ")
        #expect(try ask("insert", "one") == "1 1=one ")
        #expect(try ask("insert", "two") == "0 1=two ")
        #expect(try ask("upsert", "three") == "0 1=two ")
        #expect(try ask("append", "+") == "0 1=two+ ")
        #expect(try ask("get") == "1=two+ ")
        #expect(try ask("remove") == "1 0- ")
        #expect(try ask("remove") == "0 0- ")
        #expect(try ask("append", "new") == "1 1=new ")
        #expect(try ask("remove") == "1 0- ")
        #expect(try ask("upsert", "newer") == "1 1=newer ")
    }

    @Test("T29: What is over a limit of values is in the log and in the metrics, and a store that fails is too")
    func valueFailures() throws {
        var limits = KeyValueLimits()
        limits.valueBytes = 4
        let store = MemoryStore(limits: limits)
        let server = try server("values", services: services(store)) { $0.values = limits }
        #expect(try server.get("/values.wasm/insert", body: "12345").body == "0 0- ")
        #expect(
            eventually {
                server.log.all.contains { $0.contains("limit reached: stored-bytes (1024 bytes of a key, 4 of") }
            })
        store.fail(.broken("disk I/O error"))
        #expect(try server.get("/values.wasm/insert", body: "1").body == "0 0- ")
        #expect(eventually { server.log.all.contains { $0.contains("disk I/O error") } })
    }

    @Test("rng_next_u64, time_now")
    func system() throws {
        let server = try server("system") { $0.clockResolution = 1_000_000 }
        let numbers = try (0..<5).map { _ in try server.get("/system.wasm/random").body }
        #expect(Set(numbers).count == 5)
        let times = try server.get("/system.wasm/time").body.split(separator: " ").compactMap { Int($0) }
        #expect(times.count == 3)
        #expect(abs(times[0] - time(nil)) < 600)
        #expect(times[1] - times[0] <= 600)
        #expect(times[2] % 1_000_000 == 0)
    }

    @Test("debug: to the log, with the function's name, escaped, each line by itself")
    func debug() throws {
        let server = try server("system")
        #expect(try server.get("/system.wasm/debug", body: "one\ntwo\u{1B}[31m").status == 200)
        #expect(try server.get("/system.wasm/debug-to-nul", body: "three").status == 200)
        for line in ["system.wasm: one", "system.wasm: two\\x1b[31m", "system.wasm: three"] {
            #expect(eventually { server.log.all.contains { $0.hasSuffix(line) } }, "\(line): \(server.log.all)")
        }
    }

    @Test("dns_query_ip, dns_query_raw: for names of hosts that are allowed")
    func names() throws {
        let names = try Dnsmasq(["--host-record=a.test,192.0.2.1,2001:db8::1", "--host-record=b.example,192.0.2.2"])
        var services = GuestServices()
        services.resolver = Resolver(servers: [names.address])
        let policy = OutboundPolicy(allowed: [try #require(HostPattern("*.test:8443"))])
        let server = try server("names", services: services, outbound: policy)
        func ask(_ path: String, _ name: String) throws -> String {
            try server.get("/names.wasm/\(path)", body: name).body
        }
        #expect(try ask("ipv4", "a.test") == "1 192.0.2.1")
        #expect(try ask("ipv6", "A.TEST.") == "1 32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1")
        #expect(try ask("ipv4", "none.test") == "0")
        #expect(try ask("ipv4", "not a name") == "0")
        #expect(try ask("raw", "a.test") == "1 4660 0 1")
        #expect(try ask("raw", "none.test") == "1 4660 3 0")
        #expect(try ask("ipv4", "b.example") == "0")
        #expect(try ask("raw", "b.example") == "0 ")
        #expect(eventually { server.log.all.contains { $0.contains("b.example is not reached: ") } })
    }

    @Test("A guest that waits for its store, or for a name server that is silent, is ended by its deadline")
    func deadlines() throws {
        let silent = try #require(FakeNameServer { _ in nil })
        defer { silent.stop() }
        var services = GuestServices()
        services.store = BusyStore()
        services.resolver = Resolver(servers: [silent.address], timeout: 60_000_000_000)
        let policy = OutboundPolicy(allowed: [try #require(HostPattern("*"))])
        let server = try GuestServer([:], timeout: 300 * .millisecond, services: services) { _, limits in
            limits.outbound = policy
        }
        for guest in ["values", "names"] { try CallGuests.copy(guest, to: server.folder) }
        for path in ["values.wasm/insert", "values.wasm/get", "names.wasm/raw", "names.wasm"] {
            #expect(try server.get("/\(path)", body: "a.test").status == 504, "\(path)")
        }
    }

    @Test("T15: A guest with hardly any stack of its own makes calls that need much of it")
    func smallStack() throws {
        let names = try Dnsmasq(["--host-record=a.test,192.0.2.1"])
        let peer = try server("response")
        let data = try TestFolder()
        var services = GuestServices()
        services.store = SQLiteStore(folder: data.path)
        services.resolver = Resolver(servers: [names.address])
        var policy = try policy(for: peer)
        policy.allowed.append(try #require(HostPattern("*.test")))
        let server = try server("values", "names", "sending", services: services, outbound: policy) {
            $0.instance.stackBytes = 4096
        }
        #expect(try server.get("/values.wasm/append", body: "one").body == "1 1=one ")
        #expect(try server.get("/names.wasm", body: "a.test").body == "1 192.0.2.1")
        let url = "http://127.0.0.1:\(peer.server.address.port ?? 0)/response.wasm"
        #expect(try server.get("/sending.wasm/poll", body: url).body.hasPrefix("418 "))
    }

    @Test("The example counts every visit")
    func visits() throws {
        let server = try server("visits", services: services(MemoryStore()))
        #expect(try (0..<12).map { _ in try server.get("/visits.wasm").body } == (1...12).map { "\($0)\n" })
    }
}

/// A store that others keep busy.
private final class BusyStore: KeyValueStore {
    let limits = KeyValueLimits()

    private func wait(until deadline: Int64) throws(KeyValueFailure) -> Never {
        while monotonicNanoseconds() < deadline { usleep(1000) }
        throw .busy
    }

    func value(_ key: [UInt8], of site: String, deadline: Int64) throws(KeyValueFailure) -> [UInt8]? {
        try wait(until: deadline)
    }

    func insert(
        _ value: [UInt8], for key: [UInt8], of site: String, deadline: Int64
    ) throws(KeyValueFailure) -> Bool { try wait(until: deadline) }

    func insertIfAbsent(
        _ value: [UInt8], for key: [UInt8], of site: String, deadline: Int64
    ) throws(KeyValueFailure) -> Bool { try wait(until: deadline) }

    func append(
        _ bytes: [UInt8], to key: [UInt8], of site: String, deadline: Int64
    ) throws(KeyValueFailure) -> Bool { try wait(until: deadline) }

    func remove(_ key: [UInt8], of site: String, deadline: Int64) throws(KeyValueFailure) -> Bool {
        try wait(until: deadline)
    }
}
