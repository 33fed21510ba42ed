import CRuntime
import TestGuests
import Testing

@testable import Hostcalls

@Suite("A guest sets its response")
struct SettingResponseTests {
    private func setHeader(_ guest: FakeGuest, _ name: String, _ values: [String], handle: UInt32 = 0) -> UInt32? {
        let call = guest.call("resp_set_header", [handle] + guest.put(name) + guest.put(list: values))
        return call.trap == TF_OK ? call.result : nil
    }

    private func fields(_ guest: FakeGuest) -> [String] {
        guest.exchange.response.headers.map { "\($0.name)=\($0.value)" }
    }

    @Test("A guest that sets nothing answers 200, empty")
    func defaults() {
        let response = FakeGuest().exchange.response
        #expect(response.status == 200)
        #expect(response.headers.isEmpty)
        #expect(response.body.isEmpty)
    }

    @Test("A header with several values becomes several lines")
    func multipleValues() {
        let guest = FakeGuest()
        #expect(setHeader(guest, "Set-Cookie", ["a=1", "b=2", "a=1"]) == 0)
        #expect(fields(guest) == ["Set-Cookie=a=1", "Set-Cookie=b=2", "Set-Cookie=a=1"])
    }

    @Test("Setting a header again replaces it, in whatever case, and no values take it away")
    func replacing() {
        let guest = FakeGuest()
        #expect(setHeader(guest, "X-One", ["1", "2"]) == 0)
        #expect(setHeader(guest, "X-Two", ["2"]) == 0)
        #expect(setHeader(guest, "x-one", ["3"]) == 0)
        #expect(fields(guest) == ["X-Two=2", "x-one=3"])
        #expect(setHeader(guest, "X-TWO", []) == 0)
        #expect(fields(guest) == ["x-one=3"])
    }

    @Test("White space around a value goes, and tabs within it stay")
    func trimming() {
        let guest = FakeGuest()
        #expect(setHeader(guest, "a", [" \t x\ty \t"]) == 0)
        #expect(fields(guest) == ["a=x\ty"])
    }

    @Test(
        "A value that could end the header line is refused",
        arguments: ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\u{0}b", "\r", "a\u{7F}", "\u{1}"])
    func injection(value: String) {
        let guest = FakeGuest()
        #expect(setHeader(guest, "a", ["good"]) == 0)
        #expect(setHeader(guest, "a", ["better", value]) == 1)
        #expect(fields(guest) == ["a=good"])
    }

    @Test("A value that is no UTF-8 is refused")
    func notText() {
        let guest = FakeGuest()
        let call = guest.call("resp_set_header", [0] + guest.put("a") + guest.put(slices: [guest.put([0xE9])]))
        #expect(call == (TF_OK, 1))
    }

    @Test("A name that is no token is refused", arguments: ["", "a b", "a:", "a\r\nb", "é", "(a)", "a\u{0}"])
    func badName(name: String) {
        #expect(setHeader(FakeGuest(), name, ["x"]) == 1)
    }

    @Test(
        "Headers that frame the message stay the server's, without an error",
        arguments: ["Content-Length", "transfer-encoding", "Connection", "Keep-Alive", "Upgrade", "TE", "Trailer"])
    func framing(name: String) {
        let guest = FakeGuest()
        #expect(setHeader(guest, name, ["5"]) == 0)
        #expect(fields(guest).isEmpty)
    }

    @Test("The status may be any final one", arguments: [200, 204, 301, 404, 418, 599] as [UInt32])
    func goodStatus(code: UInt32) {
        let guest = FakeGuest()
        #expect(guest.call("resp_set_response_code", 0, code) == (TF_OK, 0))
        #expect(guest.exchange.response.status == UInt16(code))
    }

    @Test("Any other status is refused", arguments: [0, 1, 99, 100, 101, 199, 600, 999, 65736, .max] as [UInt32])
    func badStatus(code: UInt32) {
        let guest = FakeGuest()
        #expect(guest.call("resp_set_response_code", 0, code) == (TF_OK, 1))
        #expect(guest.exchange.response.status == 200)
    }

    @Test("Calls may come in any order, and the last one counts")
    func anyOrder() {
        let guest = FakeGuest()
        #expect(guest.call("resp_set_body", [0] + guest.put("one")) == (TF_OK, 0))
        #expect(guest.call("resp_set_response_code", 0, 500) == (TF_OK, 0))
        #expect(guest.call("resp_set_body", [0] + guest.put("two")) == (TF_OK, 0))
        #expect(setHeader(guest, "late", ["yes"]) == 0)
        #expect(guest.call("resp_set_response_code", 0, 202) == (TF_OK, 0))
        #expect(guest.exchange.response.body == [UInt8]("two".utf8))
        #expect(guest.exchange.response.status == 202)
        #expect(fields(guest) == ["late=yes"])
    }

    @Test(
        "Setters refuse handles of anything but the outgoing response",
        arguments: [1, 2, 0x8000_0000, .max] as [UInt32])
    func badHandle(handle: UInt32) {
        let guest = FakeGuest()
        #expect(setHeader(guest, "a", ["b"], handle: handle) == 1)
        #expect(guest.call("resp_set_body", [handle] + guest.put("x")) == (TF_OK, 1))
        #expect(guest.call("resp_set_response_code", handle, 404) == (TF_OK, 1))
        #expect(guest.exchange.response.status == 200)
        #expect(guest.exchange.response.body.isEmpty)
        #expect(guest.exchange.response.headers.isEmpty)
    }

    @Test("A body over budget is refused, and the one before it stays")
    func bodyBudget() {
        var limits = HostcallLimits()
        limits.responseBodyBytes = 5
        let guest = FakeGuest(limits: limits)
        #expect(guest.call("resp_set_body", [0] + guest.put("12345")) == (TF_OK, 0))
        #expect(guest.call("resp_set_body", [0] + guest.put("123456")) == (TF_OK, 1))
        #expect(guest.exchange.response.body == [UInt8]("12345".utf8))
    }

    @Test("Headers over budget are refused: long values, many names, and a million empty ones")
    func headerBudget() {
        var limits = HostcallLimits()
        limits.headerBytes = 100
        let guest = FakeGuest(limits: limits)
        #expect(setHeader(guest, "a", [String(repeating: "x", count: 95)]) == 0)
        #expect(setHeader(guest, "a", [String(repeating: "x", count: 96)]) == 1)
        #expect(setHeader(guest, "b", [""]) == 1)
        #expect(setHeader(guest, "a", Array(repeating: "", count: 20)) == 0)
        #expect(setHeader(guest, "a", Array(repeating: "", count: 21)) == 1)
        #expect(fields(guest).count == 20)

        guest.pages = guest.mostPages
        let list = UInt32(8 * FakeGuest.pageSize)
        guest.clear(list, count: 8 * 400_000)
        #expect(guest.call("resp_set_header", [0] + guest.put("c") + [list, 400_000]) == (TF_OK, 1))
    }

    @Test("A panic is kept for the log, and the guest goes on")
    func panic() {
        let guest = FakeGuest()
        #expect(guest.call("panic_hook", guest.put("panicked at 'oh no', src/lib.rs:1")).trap == TF_OK)
        #expect(guest.call("resp_set_response_code", 0, 200) == (TF_OK, 0))
        #expect(guest.exchange.response.panicMessage == "panicked at 'oh no', src/lib.rs:1")
    }

    @Test("A panic's message is cut to its budget, and bytes that are no text are replaced")
    func longPanic() {
        var limits = HostcallLimits()
        limits.panicMessageBytes = 4
        let guest = FakeGuest(limits: limits)
        #expect(guest.call("panic_hook", guest.put([0x61, 0xFF, 0x62, 0x63, 0x64, 0x65])).trap == TF_OK)
        #expect(guest.exchange.response.panicMessage == "a\u{FFFD}bc")
    }

    @Test("Without an exchange behind the instance, a host call ends the guest")
    func noExchange() {
        let guest = FakeGuest()
        guest.forgetExchange()
        #expect(guest.call("resp_set_response_code", 0, 200).trap == TF_TRAP_UNKNOWN_IMPORT)
    }
}
