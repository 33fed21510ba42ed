/// What is known of one site's access rules, and what is under way: events in, decisions out, no effects.
///
/// Rules that were read once hold until the file says something else; a file that is broken shuts the site, and one that is
/// being written changes nothing.
struct SiteAccessState<Rules: Sendable> {
    /// What holds for the site.
    enum Standing: Sendable {
        /// It says nothing.
        case open
        case rules(Rules)
        /// Nobody gets anything: a status, and what the client learns.
        case shut(status: Int, reason: String)
    }

    /// What a look at the file found.
    enum Finding: Sendable {
        /// Of a root of the site: what holds, and the file it is read from, if there is one.
        case standing(Standing, root: UInt64, file: FileIdentity?, readAt: Int64)
        /// The file is the one that is known.
        case unchanged
        /// Somebody is writing it.
        case unstable
        /// There is no such site now.
        case gone(status: Int, retries: Bool)
    }

    /// What a request gets.
    enum Answer: Sendable {
        case standing(Standing, root: UInt64)
        case gone(status: Int, retries: Bool)
        /// It is told when the look is over.
        case wait
    }

    private struct Known {
        var standing: Standing
        var root: UInt64
        var file: FileIdentity?
        var readAt: Int64
    }

    private var known: Known?
    private(set) var isLooking = false
    private var lookedAt = MonotonicTime(nanoseconds: .min)

    /// Nanoseconds for which a look is good.
    static var freshness: Int64 { 1_000_000_000 }

    /// What held at the last look, if it is of that root.
    func standing(of root: UInt64) -> Standing? { known?.root == root ? known?.standing : nil }

    /// The content that need not be read again.
    func file(of root: UInt64) -> FileIdentity? {
        guard let known, known.root == root, let file = known.file, file.isSettled(at: known.readAt) else { return nil }
        return file
    }

    /// A request is there; whether a look is to begin, for which it waits.
    mutating func request(at now: MonotonicTime) -> (answer: Answer, looks: Bool) {
        let isFresh = lookedAt.advanced(by: Self.freshness) > now
        if let known, isFresh || isLooking { return (.standing(known.standing, root: known.root), false) }
        defer { isLooking = true }
        return (.wait, !isLooking)
    }

    /// The root is another one: what was known is of no use.
    mutating func moved() -> Bool {
        known = nil
        defer { isLooking = true }
        return !isLooking
    }

    /// The look is over: what those who waited get; nil if there is another look to wait for, in a moment.
    mutating func finished(_ finding: Finding, at now: MonotonicTime) -> Answer? {
        isLooking = false
        lookedAt = now
        switch finding {
        case .standing(let standing, let root, let file, let readAt):
            known = Known(standing: standing, root: root, file: file, readAt: readAt)
        case .gone(let status, let retries):
            known = nil
            return .gone(status: status, retries: retries)
        case .unstable:
            // What held goes on; the next request looks again.
            lookedAt = MonotonicTime(nanoseconds: .min)
            guard known != nil else {
                isLooking = true
                return nil
            }
        case .unchanged: break
        }
        return known.map { .standing($0.standing, root: $0.root) } ?? .gone(status: 503, retries: true)
    }
}
