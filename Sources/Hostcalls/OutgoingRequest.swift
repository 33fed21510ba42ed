/// A request that a guest makes.
struct OutgoingRequest {
    var method: String
    var url: OutboundURL
    var headers: [HeaderField] = []
    var body: [UInt8] = []
}

/// A response that a guest received.
struct ReceivedResponse {
    var status: UInt16
    var headers: [HeaderField]
    var body: [UInt8]
}
