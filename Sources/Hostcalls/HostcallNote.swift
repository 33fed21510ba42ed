/// What host calls tell the operator beside the guest.
package enum HostcallNote: Sendable, Hashable {
    /// The guest's own word; it chose the text, control characters included.
    case said(String)
    /// It may not reach a host; why, for people.
    ///
    /// The host's name is as the guest wrote it.
    case refused(host: String, reason: String)
    /// What it keeps could not be read or written, for no fault of its own.
    case storageFailed(String)
}
