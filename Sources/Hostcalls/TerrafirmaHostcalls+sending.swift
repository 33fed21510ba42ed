import CRuntime
import WasmRuntime

/// Sending requests, and waiting for their responses now or later.
extension TerrafirmaHostcalls {
    /// `req_send(req)`: waits for the response.
    ///
    /// A request can be sent again.
    static func sendRequest(_ call: HostcallFrame) throws(GuestStop) {
        try call.beforeEffect()
        guard let transfer = begin(call) else { return call.answer(noHandle) }
        call.answer(try wait(call, for: transfer))
    }

    /// `req_send_async(req)`: a handle to ask for the response with.
    static func sendRequestLater(_ call: HostcallFrame) throws(GuestStop) {
        try call.beforeEffect()
        guard let transfer = begin(call) else { return call.answer(noHandle) }
        call.exchange.pending.insert(transfer)
        call.answer(UInt32(transfer))
    }

    /// `pending_req_wait(pending)`: the response, as of `req_send`.
    static func waitForPending(_ call: HostcallFrame) throws(GuestStop) {
        try call.beforeEffect()
        guard call.exchange.pending.remove(Int(call[0])) != nil else { return call.answer(noHandle) }
        call.answer(try wait(call, for: Int(call[0])))
    }

    /// `pending_req_poll(pending)`: the response, or that it is not there yet.
    static func pollPending(_ call: HostcallFrame) throws(GuestStop) {
        try call.beforeEffect()
        guard call.exchange.pending.contains(Int(call[0])) else { return call.answer(noHandle) }
        guard let outcome = call.exchange.board.take(Int(call[0])) else { return call.answer(notReady) }
        call.exchange.pending.remove(Int(call[0]))
        call.answer(receive(outcome, call.exchange))
    }

    /// `pending_req_select(list, count, out)`: waits for the first of several; which one goes to `out`.
    ///
    /// A handle that is none is over already, without response.
    static func selectPending(_ call: HostcallFrame) throws(GuestStop) {
        try call.beforeEffect()
        _ = try call.room(call[2], 4)
        let list = try call.array(call[0], call[1], size: 4)
        var (transfers, chosen): ([Int], Int?) = ([], nil)
        for offset in stride(from: 0, to: list.count, by: 4) {
            if offset % listPiece == 0, monotonicNanoseconds() >= call.deadline {
                throw GuestStop(trap: TF_TRAP_DEADLINE)
            }
            let handle = Int(UInt32(littleEndian: list.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            guard call.exchange.pending.contains(handle) else {
                chosen = chosen ?? handle
                break
            }
            // The guest may name one a million times; there are few.
            if !transfers.contains(handle) { transfers.append(handle) }
        }
        if let done = try firstDone(call, of: transfers, waiting: chosen == nil && !transfers.isEmpty) { chosen = done }
        let answer = chosen.flatMap { call.exchange.pending.remove($0) == nil ? nil : call.exchange.board.take($0) }
        try call.room(call[2], 4).storeBytes(
            of: UInt32(truncatingIfNeeded: chosen ?? -1).littleEndian, as: UInt32.self)
        call.answer(answer.map { receive($0, call.exchange) } ?? noHandle)
    }

    /// Bytes of a list after which the guest's time is looked at.
    private static let listPiece = 1 << 18

    /// In place of a response that is not there yet.
    private static let notReady = UInt32(bitPattern: -2)

    private static func firstDone(
        _ call: HostcallFrame, of transfers: [Int], waiting: Bool
    ) throws(GuestStop) -> Int? {
        let done = call.exchange.board.wait(for: transfers, until: waiting ? call.deadline : 0)
        if waiting, done == nil { throw GuestStop(trap: TF_TRAP_DEADLINE) }
        return done
    }

    private static func wait(_ call: HostcallFrame, for transfer: Int) throws(GuestStop) -> UInt32 {
        _ = call.exchange.board.wait(for: [transfer], until: call.deadline)
        try call.afterWait()
        guard let outcome = call.exchange.board.take(transfer) else { throw GuestStop(trap: TF_TRAP_DEADLINE) }
        return receive(outcome, call.exchange)
    }

    /// The handle of a response, which counts from now on.
    private static func receive(_ outcome: TransferBoard.Outcome, _ exchange: Exchange) -> UInt32 {
        for refusal in outcome.refusals { exchange.note?(.refused(host: refusal.host, reason: refusal.reason)) }
        if outcome.wasTooLarge { exchange.limitsReached.insert(.hostBytes) }
        guard let response = outcome.response else { return noHandle }
        exchange.received.append(response)
        return UInt32(exchange.received.count)
    }

    /// Begins to send a request; its transfer's number, nil if it may not be sent.
    private static func begin(_ call: HostcallFrame) -> Int? {
        let exchange = call.exchange
        guard let index = exchange.outgoingIndex(call[0]), exchange.hasFreeHandle(),
            exchange.fits(exchange.sentCount + 1, within: exchange.limits.sentRequests, .hostHandles)
        else { return nil }
        let request = exchange.outgoing[index]
        guard exchange.outbound.permits(request.url) else {
            exchange.note?(.refused(host: request.url.authority, reason: OutboundPolicy.notAllowed))
            return nil
        }
        guard exchange.board.hold(request.body.count) else {
            exchange.limitsReached.insert(.hostBytes)
            return nil
        }
        let own = monotonicNanoseconds() + Int64(exchange.limits.sendMilliseconds) * 1_000_000
        exchange.sentCount += 1
        // Some more than the guest has left, so that what its deadline ends does not end just before it.
        let (guests, isEndless) = call.deadline.addingReportingOverflow(grace)
        let transfer = Transfer(
            request, number: exchange.sentCount, board: exchange.board, limits: exchange.limits,
            policy: exchange.outbound, deadline: min(own, isEndless ? .max : guests))
        exchange.board.begin()
        if !TransferLoop.begin(transfer) { transfer.fail() }
        return exchange.sentCount
    }

    /// Nanoseconds.
    private static let grace: Int64 = 20_000_000
}
