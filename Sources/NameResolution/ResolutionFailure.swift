/// Why a question to the domain name system has no answer.
package enum ResolutionFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no such name.
    case noSuchName
    /// The name is there, and has no record of the kind.
    case noData
    /// No server answered in time.
    case timeout
    /// The servers do not answer such questions, or not ours.
    case refused
    /// The servers can't be reached, or can't find out.
    case failing
    /// The name or the query is none, or the answer is not one to it.
    case malformed

    package var description: String {
        switch self {
        case .noSuchName: "there is no such name"
        case .noData: "the name has no such record"
        case .timeout: "no name server answered in time"
        case .refused: "the name server refuses to answer"
        case .failing: "the name server fails or can't be reached"
        case .malformed: "malformed name, query or answer"
        }
    }
}
