import CRuntime
import NameResolution
import WasmRuntime

/// Asking the domain name system, for the names of hosts that requests may be sent to.
///
/// A question carries what its name says to whoever answers for it, so it is a request to others like any other: it is
/// refused unless a pattern has the name, and counts as a sent request.
extension TerrafirmaHostcalls {
    /// `dns_query_ip(out, name, ipv6)`: the addresses, of 4 or 16 bytes; whether there are any.
    static func addresses(_ call: HostcallFrame) throws(GuestStop) {
        let out = try call.outPointers()
        let bytes = try call.bytes(call[2], call[3])
        try call.beforeEffect()
        let name = bytes.count <= longestName ? DomainName(String(decoding: bytes, as: UTF8.self)) : nil
        guard let name, let resolver = resolver(call, for: name.description) else { return call.answer(0) }
        let (isIPv6, deadline) = (call[4] != 0, call.deadline)
        let found = try? resolver.addresses(name.description, ipv6: isIPv6, deadline: deadline)
        try call.afterWait()
        guard let found, !found.isEmpty else { return call.answer(0) }
        try call.give(found, to: out)
        call.answer(1)
    }

    /// `dns_query_raw(out, query)`: the answer in the wire format; whether there is one.
    static func answerToQuery(_ call: HostcallFrame) throws(GuestStop) {
        let out = try call.outPointers()
        let bytes = try call.bytes(call[2], call[3])
        try call.beforeEffect()
        guard bytes.count <= DNSQuery.maximumSize, let query = try? DNSQuery([UInt8](bytes)), let name = query.name,
            let resolver = resolver(call, for: name)
        else { return call.answer(0) }
        let deadline = call.deadline
        let answer = try? resolver.raw(query, deadline: deadline)
        try call.afterWait()
        guard let answer else { return call.answer(0) }
        try call.give(answer.span.bytes, to: out)
        call.answer(1)
    }

    /// Bytes of a name that is looked at.
    private static let longestName = 255

    /// Who answers for a name; nil if the guest may not ask for it, or not so often.
    private static func resolver(_ call: HostcallFrame, for name: String) -> Resolver? {
        let exchange = call.exchange
        guard exchange.outbound.permits(name: name) else {
            exchange.note?(.refused(host: name, reason: OutboundPolicy.notAllowed))
            return nil
        }
        guard exchange.fits(exchange.sentCount + 1, within: exchange.limits.sentRequests, .hostHandles) else {
            return nil
        }
        exchange.sentCount += 1
        return exchange.resolver
    }
}
