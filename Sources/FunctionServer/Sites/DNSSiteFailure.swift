/// Why a host is no site by DNS.
package enum DNSSiteFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// There are records, and none of them is for us.
    case notFound
    /// The operator does not serve that domain.
    case notAllowed
    /// More than one record is for us.
    case tooMany
    /// The record makes no sense.
    case invalid(String)
    /// There is no such name.
    case noSuchName
    /// Nobody could say.
    case unanswered(String)
    /// Too many lookups are under way.
    case overloaded

    /// What the client is told.
    package var status: Int {
        switch self {
        case .notFound, .notAllowed, .overloaded: 503
        case .tooMany, .invalid: 412
        case .noSuchName, .unanswered: 500
        }
    }

    /// Whether it may be over in a moment, without anybody changing a record.
    package var isPassing: Bool {
        switch self {
        case .unanswered, .overloaded: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .notFound: "no TXT record is found for kbp="
        case .notAllowed: "the domain is not served here (--dns-allow, --dns-block)"
        case .tooMany: "more than 1 TXT record is found for kbp="
        case .invalid(let reason): "invalid TXT record: \(reason)"
        case .noSuchName: "there is no TXT record at _keybase_pages or _keybasepages"
        case .unanswered(let reason): "the TXT record cannot be looked up: \(reason)"
        case .overloaded: "too many domains are being looked up"
        }
    }
}
