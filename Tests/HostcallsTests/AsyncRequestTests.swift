import CRuntime
import Synchronization
import TestGuests
import Testing
import WasmRuntime

@testable import Hostcalls

@Suite("A guest sends requests, and asks for the responses later")
struct AsyncRequestTests {
    private let none = OutboundGuest.none
    private let notReady = OutboundGuest.notReady

    private func server(_ text: String) throws -> LoopbackServer {
        try #require(
            LoopbackServer { _ in
                [UInt8](
                    "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)".utf8)
            })
    }

    private func silentServer() throws -> LoopbackServer { try #require(LoopbackServer { _ in nil }) }

    @Test("Two are under way at once, and each response is had by its handle, in whatever order")
    func twoAtOnce() throws {
        let (one, two) = (try server("one"), try server("two"))
        defer { for server in [one, two] { server.stop() } }
        let guest = try OutboundGuest(one, two)
        let first = guest.call("req_send_async", guest.create(one))
        let second = guest.call("req_send_async", guest.create(two))
        #expect(first != second)
        let later = guest.call("pending_req_wait", second)
        #expect(guest.body(later) == "two")
        let earlier = guest.call("pending_req_wait", first)
        #expect(guest.body(earlier) == "one")
        #expect(guest.call("resp_get_response_code", earlier) == 200)
    }

    @Test("A handle is gone when its response is had, and others are none")
    func consumed() throws {
        let server = try server("one")
        defer { server.stop() }
        let guest = try OutboundGuest(server)
        let handle = guest.call("req_send_async", guest.create(server))
        #expect(guest.call("pending_req_wait", handle) != none)
        for bad in [handle, 0, 2, 17, 0x8000_0000, .max] {
            #expect(guest.call("pending_req_wait", bad) == none)
            #expect(guest.call("pending_req_poll", bad) == none)
        }
        #expect(guest.call("req_send_async", 99) == none)
    }

    @Test("poll says that nothing is there yet, and keeps the handle; then it is as wait")
    func poll() throws {
        let silent = try silentServer()
        let answering = try server("yes")
        defer { for server in [silent, answering] { server.stop() } }
        let guest = try OutboundGuest(silent, answering)
        let waiting = guest.call("req_send_async", guest.create(silent))
        for _ in 0..<5 { #expect(guest.call("pending_req_poll", waiting) == notReady) }
        let handle = guest.call("req_send_async", guest.create(answering))
        var response = notReady
        while response == notReady { response = guest.call("pending_req_poll", handle) }
        #expect(guest.body(response) == "yes")
        #expect(guest.call("pending_req_poll", handle) == none)
        #expect(guest.call("pending_req_poll", waiting) == notReady)
    }

    @Test("select gives the first that is done, names its handle, and leaves the others valid")
    func select() throws {
        let silent = try silentServer()
        let (one, two) = (try server("one"), try server("two"))
        defer { for server in [silent, one, two] { server.stop() } }
        let guest = try OutboundGuest(silent, one, two)
        let handles = [silent, one, two].map { guest.call("req_send_async", guest.create($0)) }
        var seen: [UInt32: String?] = [:]
        for _ in 0..<2 {
            let left = handles.filter { seen[$0] == nil }
            let (response, chosen) = guest.select(left)
            #expect(left.contains(chosen))
            seen[chosen] = guest.body(response)
        }
        #expect(seen == [handles[1]: "one", handles[2]: "two"])
        #expect(guest.call("pending_req_poll", handles[0]) == notReady)
        #expect(guest.call("pending_req_poll", handles[1]) == none)
    }

    @Test("select names the handle of a request that failed, too")
    func selectFailure() throws {
        let silent = try silentServer()
        let rubbish = try #require(LoopbackServer { _ in [UInt8]("rubbish".utf8) })
        defer { for server in [silent, rubbish] { server.stop() } }
        let guest = try OutboundGuest(silent, rubbish)
        let waiting = guest.call("req_send_async", guest.create(silent))
        let failing = guest.call("req_send_async", guest.create(rubbish))
        #expect(guest.select([waiting, failing]) == (none, failing))
        #expect(guest.call("pending_req_poll", failing) == none)
    }

    @Test("A handle that is none is over at once for select; of none at all it says so")
    func selectBadHandles() throws {
        let silent = try silentServer()
        defer { silent.stop() }
        let guest = try OutboundGuest(silent)
        let waiting = guest.call("req_send_async", guest.create(silent))
        #expect(guest.select([waiting, 77]) == (none, 77))
        #expect(guest.select([]) == (none, none))
        #expect(guest.call("pending_req_poll", waiting) == notReady)
    }

    @Test("T15: A list or an answer outside of the memory ends the guest, and so does a list whose size wraps")
    func selectBadPointers() throws {
        let guest = FakeGuest()
        for (list, count, out) in [
            (65533, 1, 16), (16, .max, 16), (16, 0x4000_0001, 16), (16, 1, 65533), (.max, 1, 16), (16, 16381, 16),
        ] as [(UInt32, UInt32, UInt32)] {
            #expect(guest.call("pending_req_select", list, count, out).trap == TF_TRAP_HOST, "\(list) \(count) \(out)")
        }
    }

    @Test("T28: Requests under way count against the handles and the sent requests")
    func budgets() throws {
        var limits = HostcallLimits()
        limits.handles = 4
        limits.sentRequests = 2
        let silent = try silentServer()
        defer { silent.stop() }
        let guest = try OutboundGuest(silent, limits: limits)
        let request = guest.create(silent)
        #expect((0..<3).map { _ in guest.call("req_send_async", request) } == [1, 2, none])
        #expect(guest.create(silent) == 2)
        #expect(guest.create(silent) == none)
        #expect(guest.guest.exchange.limitsReached == [.hostHandles])
    }

    @Test("T28: All bodies together have a limit, on their way out as well as received")
    func heldBytes() throws {
        var limits = HostcallLimits()
        limits.heldBytes = 1000
        let server = try #require(
            LoopbackServer { _ in
                [UInt8]("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8) + Array(repeating: 0x61, count: 400)
            })
        defer { server.stop() }
        let guest = try OutboundGuest(server, limits: limits)
        let request = guest.create(server)
        let handles = (0..<3).map { _ in guest.call("req_send_async", request) }
        let responses = handles.map { guest.call("pending_req_wait", $0) }
        #expect(responses.filter { $0 == none }.count == 1)
        #expect(guest.guest.exchange.limitsReached == [.hostBytes])

        let sender = try OutboundGuest(server, limits: limits)
        let (one, two) = (sender.create(server), sender.create(server))
        let body = sender.guest.put(String(repeating: "b", count: 600))
        #expect(sender.guest.call("req_set_body", [one] + body).result == 0)
        #expect(sender.guest.call("req_set_body", [one] + body).result == 0)
        #expect(sender.guest.call("req_set_body", [two] + body).result == 1)
    }

    @Test("What a guest leaves under way is cancelled: the peer sees the connection end")
    func abandoned() throws {
        let seen = Mutex(false)
        let silent = try #require(
            LoopbackServer { request in
                seen.withLock { $0 = true }
                return nil
            })
        defer { silent.stop() }
        do {
            let guest = try OutboundGuest(silent)
            for _ in 0..<3 { #expect(guest.call("req_send_async", guest.create(silent)) != none) }
            while !seen.withLock({ $0 }) {}
        }
        // The server takes the next connection when one has ended; without an end it would wait for ever.
        let answered = try #require(LoopbackServer { _ in [UInt8]("HTTP/1.1 204 No\r\n\r\n".utf8) })
        defer { answered.stop() }
        let guest = try OutboundGuest(answered)
        #expect(guest.call("req_send", guest.create(answered)) == 1)
        #expect(eventuallyTrue { silent.connectionsEnded >= 1 })
    }

    @Test("Refused hosts are told to the operator, with the reason")
    func refused() throws {
        let server = try server("secret")
        defer { server.stop() }
        let guest = try OutboundGuest(server, allowsPrivate: false)
        #expect(guest.call("req_send", guest.create("http://example.com/")) == none)
        #expect(guest.call("req_send_async", guest.create("https://example.com:444/")) == none)
        #expect(guest.call("req_send", guest.create(server)) == none)
        #expect(
            guest.notes == [
                .refused(host: "example.com", reason: "not among the hosts of --allow-outbound"),
                .refused(host: "example.com:444", reason: "not among the hosts of --allow-outbound"),
                .refused(host: "127.0.0.1", reason: "its address is not public"),
            ])
        #expect(server.requests.isEmpty)
    }

    @Test("Where nothing may wait, nothing is sent")
    func effects() throws {
        let server = try server("one")
        defer { server.stop() }
        let guest = try OutboundGuest(server)
        let request = guest.create(server)
        guest.guest.exchange.mayWait = false
        for (call, arguments) in [
            ("req_send", [request]), ("req_send_async", [request]), ("pending_req_wait", [1]),
            ("pending_req_poll", [1]), ("pending_req_select", [16, 0, 16]),
        ] as [(String, [UInt32])] {
            #expect(guest.guest.call(call, arguments).trap == TF_TRAP_HOST)
        }
        #expect(server.requests.isEmpty)
    }
}
