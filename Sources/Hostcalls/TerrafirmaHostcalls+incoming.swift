import CRuntime

/// Reading requests and responses, and the guest's own affairs.
extension TerrafirmaHostcalls {
    /// `init_mm(allocate, release)`: indices into table 0.
    ///
    /// Functions of another type are not taken; the exports are tried then.
    static func initMemory(_ call: HostcallFrame) {
        if let allocator = GuestAllocator.inTable(of: call.host.pointee.instance, at: call[0]) {
            call.exchange.allocator = allocator
        }
    }

    /// `panic_hook(message)`.
    ///
    /// The guest goes on, and normally traps by itself.
    static func panicHook(_ call: HostcallFrame) throws(GuestStop) {
        let message = try call.bytes(call[0], call[1]).prefix(call.exchange.limits.panicMessageBytes)
        call.exchange.response.panicMessage = String(decoding: message, as: UTF8.self)
    }

    /// `req_get_method(out, req)`.
    static func requestMethod(_ call: HostcallFrame) throws(GuestStop) {
        let out = try call.outPointers()
        if call[2] == incoming { try call.give(call.exchange.request.method, to: out) }
    }

    /// `req_get_path(out, req)`.
    static func requestPath(_ call: HostcallFrame) throws(GuestStop) {
        let out = try call.outPointers()
        if call[2] == incoming { try call.give(call.exchange.request.target, to: out) }
    }

    /// `req_get_body(out, req)`.
    static func requestBody(_ call: HostcallFrame) throws(GuestStop) {
        let out = try call.outPointers()
        let body = call.exchange.request.body
        if call[2] == incoming { try call.give(body.span.bytes, to: out) }
    }

    /// `req_get_headers(out, req)`.
    static func requestHeaders(_ call: HostcallFrame) throws(GuestStop) {
        try giveNames(call[2] == incoming ? call.exchange.requestHeaders : [], call)
    }

    /// `req_get_header(out, req, name)`.
    static func requestHeader(_ call: HostcallFrame) throws(GuestStop) {
        try giveValues(call[2] == incoming ? call.exchange.requestHeaders : [], call)
    }

    /// `resp_get_headers(out, resp)`.
    static func responseHeaders(_ call: HostcallFrame) throws(GuestStop) {
        try giveNames(call.exchange.receivedResponse(call[2])?.headers ?? [], call)
    }

    /// `resp_get_header(out, resp, name)`.
    static func responseHeader(_ call: HostcallFrame) throws(GuestStop) {
        try giveValues(call.exchange.receivedResponse(call[2])?.headers ?? [], call)
    }

    /// `resp_get_body(out, resp)`.
    static func responseBody(_ call: HostcallFrame) throws(GuestStop) {
        let out = try call.outPointers()
        if let response = call.exchange.receivedResponse(call[2]) { try call.give(response.body.span.bytes, to: out) }
    }

    /// `resp_get_response_code(resp)`: 0 for a bad handle.
    static func responseCode(_ call: HostcallFrame) {
        call.answer(UInt32(call.exchange.receivedResponse(call[0])?.status ?? 0))
    }

    /// `REQUEST_INCOMING`.
    private static let incoming: UInt32 = 0

    private static func giveNames(_ headers: [HeaderField], _ call: HostcallFrame) throws(GuestStop) {
        let out = try call.outPointers()
        try call.give(headers.firstOfEachName.map { $0.name.lowercased() }, to: out)
    }

    private static func giveValues(_ headers: [HeaderField], _ call: HostcallFrame) throws(GuestStop) {
        let out = try call.outPointers()
        let name = try call.bytes(call[3], call[4])
        var values: [String] = []
        for field in headers where field.isNamed(name) { values.append(field.value) }
        try call.give(values, to: out)
    }
}
