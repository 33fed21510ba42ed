import Glibc
import TestGuests
import Testing

@testable import Hostcalls

/// A guest that may send requests to servers of the test's own, and what it is told about those it may not.
final class OutboundGuest {
    let guest: FakeGuest
    private(set) var notes: [HostcallNote] = []

    init(
        _ servers: LoopbackServer..., allowed: [String]? = nil, allowsPrivate: Bool = true,
        limits: HostcallLimits = HostcallLimits()
    ) throws {
        let patterns = try (allowed ?? servers.map { "127.0.0.1:\($0.port)" }).map { try #require(HostPattern($0)) }
        guest = FakeGuest(
            limits: limits, outbound: OutboundPolicy(allowed: patterns, allowsPrivateAddresses: allowsPrivate))
        guest.exchange.note = { [unowned self] in notes.append($0) }
    }

    /// Makes a request.
    func create(_ server: LoopbackServer, _ path: String = "/", method: String = "GET") -> UInt32 {
        create("http://127.0.0.1:\(server.port)\(path)", method: method)
    }

    func create(_ url: String, method: String = "GET") -> UInt32 {
        guest.call("req_create", guest.put(method) + guest.put(url)).result
    }

    func call(_ name: String, _ arguments: UInt32...) -> UInt32 { guest.call(name, arguments).result }

    /// Waits for the first of several: the response, and whose it is.
    func select(_ handles: [UInt32]) -> (response: UInt32, chosen: UInt32) {
        let bytes = handles.flatMap { handle in withUnsafeBytes(of: handle.littleEndian) { [UInt8]($0) } }
        let list = guest.put(bytes)[0]
        let response = guest.call("pending_req_select", list, UInt32(handles.count), FakeGuest.outPointer).result
        return (response, guest.word(FakeGuest.outPointer))
    }

    func body(_ response: UInt32) -> String? { guest.get("resp_get_body", response) }

    static let none = UInt32.max
    static let notReady = UInt32(bitPattern: -2)
}

extension String {
    var withOutboundURL: OutboundURL? {
        var text = self
        return text.withUTF8 { OutboundURL(UnsafeRawBufferPointer($0)) }
    }
}

/// Whether something becomes true, in much time.
func eventuallyTrue(_ condition: () -> Bool) -> Bool {
    for _ in 0..<6000 {
        if condition() { return true }
        usleep(10_000)
    }
    return false
}
