/// What a guest answered, sent when it has returned.
package struct GuestResponse: Sendable {
    /// 200 to 599.
    package var status: UInt16 = 200
    /// Without the headers that frame the message, which are the server's to set.
    package var headers: [HeaderField] = []
    package var body: [UInt8] = []
    /// Set if the guest reported that it failed: an error for the client, this for the log.
    ///
    /// The guest chose the text, control characters included.
    package var panicMessage: String?

    package init() {}
}
