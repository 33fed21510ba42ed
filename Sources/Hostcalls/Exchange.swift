package import CRuntime
package import NameResolution
package import WasmRuntime

/// One request and what its guest makes of it.
///
/// The host calls find it through the instance's host pointer.
///
/// Belongs to the thread that runs the guest. The server makes one per request, keeps it alive until the guest has
/// returned, and then takes ``response``.
package final class Exchange {
    /// The request to answer.
    package let request: GuestRequest
    /// The answer so far.
    package internal(set) var response = GuestResponse()
    /// How the host calls find a function that the guest exports.
    ///
    /// Asked only when something must be allocated.
    package var findExport: ((_ name: String) -> UnsafePointer<tf_function>?)?

    /// What the guest's clock tells multiples of, in nanoseconds.
    package var clockResolution: UInt32 = 1
    /// Takes word for the operator, on the guest's thread.
    package var note: ((HostcallNote) -> Void)?
    /// Whether host calls may wait, and change what outlives the exchange.
    ///
    /// If not, the guest is ended instead, with no trace left, and can be run again by who may.
    package var mayWait = true
    /// What outlives requests; nil: nothing does.
    package var values: SiteValues?
    /// The request's headers, made when the guest asks for the first of them.
    lazy var requestHeaders: [HeaderField] = request.makeHeaders?() ?? request.headers

    /// The limits that the guest was refused something for.
    package internal(set) var limitsReached: Set<Limit> = []

    let limits: HostcallLimits
    let outbound: OutboundPolicy
    var allocator = GuestAllocator.unresolved
    /// Handle 1 is the first.
    ///
    /// Nothing is ever taken out: handles live as long as the request.
    var outgoing: [OutgoingRequest] = []
    var received: [ReceivedResponse] = []
    var sentCount = 0
    /// Transfers that the guest has not asked for yet; their handles are their numbers, of which 1 is the first.
    var pending: Set<Int> = []
    /// Made when the first request is sent.
    private(set) lazy var board = TransferBoard(mostBytes: limits.heldBytes)
    /// Who answers questions for names; nil: nobody.
    package var resolver: Resolver?

    package init(request: GuestRequest, limits: HostcallLimits = HostcallLimits(), outbound: OutboundPolicy = .denied) {
        self.request = request
        self.limits = limits
        self.outbound = outbound
    }

    deinit {
        // What the guest has left under way is of no use to anybody.
        guard sentCount > 0 else { return }
        if board.abandon() { TransferLoop.sweep() }
    }

    /// What instances that answer this exchange need as their host pointer.
    ///
    /// Doesn't keep the exchange alive.
    package var hostPointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// The exchange behind a host pointer.
    static func of(_ host: UnsafeMutablePointer<tf_host>) -> Exchange? {
        guard let context = tf_host_context(host) else { return nil }
        return Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    }

    /// Whether another request or response fits the budget.
    func hasFreeHandle() -> Bool {
        fits(outgoing.count + received.count + pending.count + 1, within: limits.handles, .hostHandles)
    }

    /// Whether so much is within a limit; if it isn't, that is noted.
    func fits(_ amount: Int, within most: Int, _ limit: Limit = .hostBytes) -> Bool {
        if amount > most { limitsReached.insert(limit) }
        return amount <= most
    }

    /// Bytes of the bodies of created requests, but one.
    func createdBytes(without index: Int) -> Int {
        outgoing.reduce(0) { $0 + $1.body.count } - outgoing[index].body.count
    }

    /// The created request of a handle; nil for the incoming one, and for a bad handle.
    func outgoingIndex(_ handle: UInt32) -> Int? {
        let index = Int(handle) - 1
        return outgoing.indices.contains(index) ? index : nil
    }

    /// The received response of a handle; nil for the outgoing one, and for a bad handle.
    func receivedResponse(_ handle: UInt32) -> ReceivedResponse? {
        let index = Int(handle) - 1
        return received.indices.contains(index) ? received[index] : nil
    }
}
