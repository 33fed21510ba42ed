/// How much one request may make the host hold and do.
///
/// What goes over a budget is refused with status `Invalid` or handle −1, so that a guest can go on without it.
package struct HostcallLimits: Sendable {
    /// Bytes of the response's body.
    package var responseBodyBytes = 16 << 20
    /// Bytes of all header lines of one message, set by the guest or received.
    package var headerBytes = 64 << 10
    /// Requests that the guest makes, and responses that it receives, together.
    package var handles = 64
    /// Requests that the guest sends.
    package var sentRequests = 16
    /// Bytes of a created request's URL.
    package var urlBytes = 16 << 10
    /// Bytes of a created request's body.
    package var sentBodyBytes = 16 << 20
    /// Bytes of a received response's body, after decompression.
    package var receivedBodyBytes = 16 << 20
    /// Bytes of all bodies together, of created requests, and again of what is on its way or received.
    package var heldBytes = 64 << 20
    /// Milliseconds that one sent request, with its redirects, may take; never beyond the guest's own deadline.
    package var sendMilliseconds = 10_000
    /// Bytes kept of what the guest says when it fails.
    package var panicMessageBytes = 4096
    /// Bytes kept of each word for the log.
    package var debugMessageBytes = 4096

    package init() {}
}
