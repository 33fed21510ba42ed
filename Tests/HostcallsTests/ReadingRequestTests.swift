import CRuntime
import TestGuests
import Testing
import WasmModule
import WasmRuntime

@testable import Hostcalls

@Suite("A guest reads its request")
struct ReadingRequestTests {
    private let request = GuestRequest(
        method: "POST", target: "/hello.wasm/more?x=1",
        headers: [
            HeaderField(name: "Host", value: "example.com"), HeaderField(name: "Accept", value: "text/html"),
            HeaderField(name: "X-Empty", value: ""), HeaderField(name: "accept", value: "text/plain"),
        ],
        body: [1, 0, 255])

    @Test(
        "The calls of a Rust guest, in their order, give its request and take its response: body or code first",
        arguments: [false, true])
    func rustTrace(bodyFirst: Bool) {
        let guest = FakeGuest(request)
        #expect(guest.call("init_mm", 2, 2).trap == TF_OK)
        #expect(guest.list("req_get_headers") == ["host", "accept", "x-empty"])
        #expect(guest.list("req_get_header", named: "host") == ["example.com"])
        #expect(guest.list("req_get_header", named: "accept") == ["text/html", "text/plain"])
        #expect(guest.list("req_get_header", named: "x-empty") == [""])
        #expect(guest.get("req_get_method") == "POST")
        #expect(guest.get("req_get_path") == "/hello.wasm/more?x=1")
        guest.call("req_get_body", FakeGuest.outPointer, FakeGuest.outLength, 0)
        #expect(guest.bytes(guest.out.pointer, guest.out.length).bytes == [1, 0, 255])

        let header = [0] + guest.put("content-type") + guest.put(list: ["text/plain"])
        #expect(guest.call("resp_set_header", header) == (TF_OK, 0))
        if bodyFirst { #expect(guest.call("resp_set_body", [0] + guest.put("Hello World!")) == (TF_OK, 0)) }
        #expect(guest.call("resp_set_response_code", 0, 201) == (TF_OK, 0))
        if !bodyFirst { #expect(guest.call("resp_set_body", [0] + guest.put("Hello World!")) == (TF_OK, 0)) }

        let response = guest.exchange.response
        #expect(response.status == 201)
        #expect(response.headers == [HeaderField(name: "content-type", value: "text/plain")])
        #expect(response.body == [UInt8]("Hello World!".utf8))
        #expect(response.panicMessage == nil)
    }

    @Test("Every call has the type of the interface")
    func types() {
        let arity = TerrafirmaHostcalls.functions.map { row in
            "\(row.name.dropFirst("hostcall_".count)) \(row.type.parameters.count) \(row.type.results.count)"
        }
        #expect(
            arity == [
                "init_mm 2 0", "panic_hook 2 0", "req_get_headers 3 0", "req_get_header 5 0", "req_get_method 3 0",
                "req_get_body 3 0", "req_get_path 3 0", "req_create 4 1", "req_set_header 5 1", "req_set_body 3 1",
                "req_send 1 1", "resp_get_headers 3 0", "resp_get_header 5 0", "resp_get_body 3 0",
                "resp_get_response_code 1 1", "resp_set_header 5 1", "resp_set_body 3 1", "resp_set_response_code 2 1",
                "req_send_async 1 1", "pending_req_wait 1 1", "pending_req_poll 1 1", "pending_req_select 3 1",
                "kvstore_insert 4 1", "kvstore_upsert 4 1", "kvstore_append 4 1", "kvstore_get 4 1",
                "kvstore_remove 2 1", "dns_query_raw 4 1", "dns_query_ip 5 1", "rng_next_u64 0 1", "time_now 1 1",
                "debug 2 0",
            ])
        let wide = TerrafirmaHostcalls.functions.filter { $0.type.results == [.i64] }.map(\.name)
        #expect(wide == ["hostcall_rng_next_u64", "hostcall_time_now"])
        let others = TerrafirmaHostcalls.functions.flatMap { row in
            row.type.parameters + (wide.contains(row.name) ? [] : row.type.results)
        }
        #expect(others.allSatisfy { $0 == .i32 })
    }

    @Test("An absent header has no values, a present and empty one has one")
    func emptyAndAbsent() {
        let guest = FakeGuest(request)
        #expect(guest.list("req_get_header", named: "x-absent") == [])
        #expect(guest.out == (0, 0))
        #expect(guest.list("req_get_header", named: "X-EMPTY") == [""])
        let (pointer, _) = guest.out
        #expect(guest.word(pointer) != 0)
        #expect(guest.word(pointer + 4) == 0)
        // Never a size of 0: a Rust guest's allocator answers that with a pointer that traps when it is freed.
        #expect(!guest.allocatedSizes.contains(0))
    }

    @Test("Each block ends with a NUL that the length does not count")
    func terminator() {
        let guest = FakeGuest(request)
        #expect(guest.get("req_get_path") == "/hello.wasm/more?x=1")
        #expect(guest.bytes(guest.out.pointer, guest.out.length).next == 0)
        #expect(guest.allocatedSizes == [21])
        #expect(guest.list("req_get_header", named: "accept")?.count == 2)
        let (pointer, count) = guest.out
        for index in 0..<count {
            #expect(guest.bytes(guest.word(pointer + 8 * index), guest.word(pointer + 8 * index + 4)).next == 0)
        }
    }

    @Test("The body may be read again")
    func repeatedBody() {
        let guest = FakeGuest(GuestRequest(method: "PUT", target: "/", body: [UInt8]("again".utf8)))
        #expect(guest.get("req_get_body") == "again")
        let first = guest.out.pointer
        #expect(guest.get("req_get_body") == "again")
        #expect(guest.out.pointer != first)
    }

    @Test("An empty body has length 0 and a block of its own")
    func emptyBody() {
        let guest = FakeGuest()
        #expect(guest.get("req_get_body") == "")
        #expect(guest.out.length == 0)
        #expect(guest.allocatedSizes == [1])
    }

    @Test("A malformed path reaches the guest as it is", arguments: ["not a path", "", "//", "/%zz?\u{e9}", "*"])
    func malformedPath(path: String) {
        let guest = FakeGuest(GuestRequest(method: "GET", target: path))
        #expect(guest.get("req_get_path") == path)
    }

    @Test(
        "Getters of a bad handle write NULL and 0",
        arguments: [
            "req_get_method", "req_get_path", "req_get_body", "req_get_headers", "resp_get_headers", "resp_get_body",
        ],
        [1, 2, 0x7FFF_FFFF, 0x8000_0000, UInt32.max])
    func badHandle(name: String, handle: UInt32) {
        let guest = FakeGuest(request)
        #expect(guest.call(name, FakeGuest.outPointer, FakeGuest.outLength, handle).trap == TF_OK)
        #expect(guest.out == (0, 0))
        #expect(guest.allocatedSizes.isEmpty)
    }

    @Test("The outgoing response and created requests cannot be read")
    func wrongDirection() {
        let guest = FakeGuest(request)
        #expect(guest.list("resp_get_headers", 0) == [])
        #expect(guest.call("resp_get_response_code", 0) == (TF_OK, 0))
        let created = guest.call("req_create", guest.put("GET") + guest.put("http://example.com/")).result
        #expect(created == 1)
        #expect(guest.get("req_get_method", created) == nil)
        #expect(guest.list("req_get_header", created, named: "host") == [])
    }

    @Test("Thousands of headers are listed")
    func manyHeaders() {
        let headers = (0..<2000).map { HeaderField(name: "X-\($0)", value: "\($0)") }
        let guest = FakeGuest(GuestRequest(method: "GET", target: "/", headers: headers))
        guest.pages = guest.mostPages
        #expect(guest.list("req_get_headers") == headers.map { $0.name.lowercased() })
    }
}
