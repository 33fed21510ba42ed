package import NameResolution

extension Resolver: TextLookup {
    package func texts(of name: String, deadline: MonotonicTime) throws(TextLookupFailure) -> [String] {
        do throws(ResolutionFailure) {
            return try texts(name, deadline: deadline.nanoseconds)
        } catch {
            switch error {
            case .noSuchName, .noData: throw .noSuchName
            default: throw .unanswered("\(error)")
            }
        }
    }
}
