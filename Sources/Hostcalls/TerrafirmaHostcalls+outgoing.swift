import CRuntime
import WasmRuntime

/// Making the response, and requests to others.
extension TerrafirmaHostcalls {
    /// What setters answer.
    enum Status: UInt32 {
        case ok = 0
        case invalid = 1
    }

    /// In place of a handle.
    static let noHandle = UInt32.max

    /// `resp_set_header(resp, name, values)`.
    static func setResponseHeader(_ call: HostcallFrame) throws(GuestStop) {
        guard call[0] == outgoing else { return call.answer(Status.invalid.rawValue) }
        let status = try setHeader(&call.exchange.response.headers, call)
        call.answer(status.rawValue)
    }

    /// `resp_set_body(resp, body)`.
    static func setResponseBody(_ call: HostcallFrame) throws(GuestStop) {
        let body = try call.bytes(call[1], call[2])
        guard call[0] == outgoing,
            call.exchange.fits(body.count, within: call.exchange.limits.responseBodyBytes, .outputBytes)
        else {
            return call.answer(Status.invalid.rawValue)
        }
        // Copying much holds up the others of an event loop, and no limit on the guest's time ends it.
        if body.count > largestAtOnce { try call.beforeEffect() }
        call.exchange.response.body = [UInt8](body)
        call.answer(Status.ok.rawValue)
    }

    /// Bytes of the largest body that is made without waiting.
    private static let largestAtOnce = 256 * 1024

    /// `resp_set_response_code(resp, code)`.
    ///
    /// Codes below 200 announce another response, and there is none.
    static func setResponseCode(_ call: HostcallFrame) {
        guard call[0] == outgoing, (200...599).contains(call[1]) else { return call.answer(Status.invalid.rawValue) }
        call.exchange.response.status = UInt16(call[1])
        call.answer(Status.ok.rawValue)
    }

    /// `req_create(method, url)`.
    static func createRequest(_ call: HostcallFrame) throws(GuestStop) {
        let method = try call.bytes(call[0], call[1])
        let url = try call.bytes(call[2], call[3])
        let exchange = call.exchange
        guard exchange.hasFreeHandle(), method.count <= longestMethod, HeaderSyntax.isToken(method),
            exchange.fits(url.count, within: exchange.limits.urlBytes), let parsed = OutboundURL(url)
        else { return call.answer(noHandle) }
        exchange.outgoing.append(OutgoingRequest(method: String(decoding: method, as: UTF8.self), url: parsed))
        call.answer(UInt32(exchange.outgoing.count))
    }

    /// `req_set_header(req, name, values)`.
    static func setRequestHeader(_ call: HostcallFrame) throws(GuestStop) {
        guard let index = call.exchange.outgoingIndex(call[0]) else { return call.answer(Status.invalid.rawValue) }
        let status = try setHeader(&call.exchange.outgoing[index].headers, call)
        call.answer(status.rawValue)
    }

    /// `req_set_body(req, body)`.
    static func setRequestBody(_ call: HostcallFrame) throws(GuestStop) {
        let body = try call.bytes(call[1], call[2])
        guard let index = call.exchange.outgoingIndex(call[0]),
            call.exchange.fits(body.count, within: call.exchange.limits.sentBodyBytes),
            call.exchange.fits(
                call.exchange.createdBytes(without: index) + body.count, within: call.exchange.limits.heldBytes)
        else { return call.answer(Status.invalid.rawValue) }
        call.exchange.outgoing[index].body = [UInt8](body)
        call.answer(Status.ok.rawValue)
    }

    /// `RESPONSE_OUTGOING`.
    private static let outgoing: UInt32 = 0

    /// Bytes of a method's name.
    private static let longestMethod = 32

    /// Replaces the fields of one name by one field per value: arguments 1 and 2 are the name, 3 and 4 the values.
    ///
    /// Nothing changes unless all of them are well-formed and fit the budget.
    private static func setHeader(
        _ headers: inout [HeaderField], _ call: HostcallFrame
    ) throws(GuestStop) -> Status {
        let nameBytes = try call.bytes(call[1], call[2])
        let slices = try call.slices(call[3], call[4])
        let (exchange, most) = (call.exchange, call.exchange.limits.headerBytes)
        guard exchange.fits(nameBytes.count, within: most), HeaderSyntax.isToken(nameBytes) else {
            return .invalid
        }
        let name = String(decoding: nameBytes, as: UTF8.self)
        var kept = headers.filter { !$0.isNamed(nameBytes) }
        var size = kept.size
        for offset in stride(from: 0, to: slices.count, by: HostcallFrame.sliceSize) {
            let address = UInt32(littleEndian: slices.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            let length = UInt32(littleEndian: slices.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
            let bytes = try call.bytes(address, length)
            size += name.utf8.count + bytes.count + 4
            guard exchange.fits(size, within: most), let value = HeaderSyntax.value(bytes) else {
                return .invalid
            }
            kept.append(HeaderField(name: name, value: value))
        }
        if !HeaderSyntax.isOfTheHost(name) { headers = kept }
        return .ok
    }
}
