/// What is known about one function's file, and what is under way: events in, decisions out, no effects.
///
/// The version that serves stays until another one is ready: a file that is being written, or is no module, changes
/// nothing. One piece of work at a time; what happens meanwhile makes it run once more.
struct FunctionState<Version> {
    /// One content of its files, loaded.
    struct Live {
        var identity: FunctionIdentity
        var version: Version
        /// When its content was read, in nanoseconds since the epoch.
        var readAt: Int64
        /// Which root of its site it lies beneath.
        var root: UInt64 = 0
        /// What tells its module's content from all others.
        var hash = ""
    }

    /// What a piece of work has to find out.
    struct Work: Equatable {
        /// The content that is known already, loaded or broken; nil to read the file in any case.
        var known: FunctionIdentity?
    }

    /// What came of a piece of work.
    enum Finding {
        /// There is no such file.
        case missing
        /// The content is the known one.
        case unchanged
        /// A new content, ready to serve.
        case loaded(Live)
        /// A content that is no function.
        case broken(FunctionIdentity, readAt: Int64)
        /// It is being written.
        case unstable
        /// It could not be looked at.
        case failing
    }

    /// What a request gets.
    enum Answer {
        case serve(Version)
        /// It is told when the work under way is done.
        case wait
        /// There is a file, and it is no function.
        case unavailable
    }

    /// What is to be done after a piece of work.
    struct Outcome {
        /// What those who wait are told; nil if they go on waiting.
        var answer: Verdict?
        /// The next piece of work, to begin at once.
        var work: Work?
        /// Whether to look again in a moment.
        var looksAgain = false
        /// Nothing is left to remember.
        var isForgotten = false
    }

    /// The last word for those who wait.
    enum Verdict {
        case serve(Version)
        case unavailable
        case missing
    }

    private(set) var live: Live?
    private var broken: (identity: FunctionIdentity, readAt: Int64)?
    private var isWorking = false
    private var isDirty = false
    /// Whether the work after this one reads the files even if they look the same.
    private var readsAgain = false
    private var checkedAt = MonotonicTime(nanoseconds: .min)

    /// Nanoseconds for which a look at the file is good: not every file system tells when a file changes.
    static var freshness: Int64 { 1_000_000_000 }

    /// A request is there.
    ///
    /// It waits for the first version, or for a look at the file if the last was long ago.
    mutating func request(at now: MonotonicTime) -> (answer: Answer, work: Work?) {
        if isWorking { return (live.map { .serve($0.version) } ?? .wait, nil) }
        let isFresh = checkedAt.advanced(by: Self.freshness) > now
        if isFresh, let live { return (.serve(live.version), nil) }
        if isFresh, broken != nil { return (.unavailable, nil) }
        checkedAt = now
        return (.wait, begin(Work(known: known)))
    }

    /// The site's root is another one now: what lies beneath the one before must not serve.
    mutating func leave(allBut root: UInt64) {
        guard let live, live.root != root else { return }
        self.live = nil
    }

    /// The file has changed, or may have; or the one beside it has, which shows (`readsAgain`) unless both are young.
    mutating func changed(readsAgain: Bool = true) -> Work? {
        guard !isWorking else {
            isDirty = true
            self.readsAgain = self.readsAgain || readsAgain
            return nil
        }
        return begin(Work(known: readsAgain ? nil : known))
    }

    /// The work is done.
    mutating func finished(_ finding: Finding, at now: MonotonicTime) -> Outcome {
        isWorking = false
        checkedAt = now
        var outcome = Outcome()
        switch finding {
        case .missing:
            live = nil
            broken = nil
        case .loaded(let new):
            live = new
            broken = nil
        case .broken(let identity, let readAt):
            broken = (identity, readAt)
        case .unstable:
            outcome.looksAgain = true
        case .unchanged, .failing:
            break
        }
        if isDirty {
            isDirty = false
            outcome.looksAgain = false
            outcome.work = begin(Work(known: readsAgain ? nil : known))
            readsAgain = false
        }
        outcome.answer = verdict(finding, isOver: outcome.work == nil)
        outcome.isForgotten = live == nil && broken == nil && outcome.work == nil && !outcome.looksAgain
        return outcome
    }

    /// Other code of the content that serves is there: it takes the place of that version, and of no other.
    ///
    /// Nil: that version serves no more. Else what was replaced.
    mutating func exchange(_ isReplaced: (Version) -> Bool, by version: Version) -> Version? {
        guard let live, isReplaced(live.version) else { return nil }
        self.live?.version = version
        return live.version
    }

    /// The content that need not be read again: unless it was read so soon after it was written that a second
    /// change may not show.
    private var known: FunctionIdentity? {
        if let broken { return broken.identity.isSettled(at: broken.readAt) ? broken.identity : nil }
        if let live { return live.identity.isSettled(at: live.readAt) ? live.identity : nil }
        return nil
    }

    private mutating func begin(_ work: Work) -> Work {
        isWorking = true
        return work
    }

    private func verdict(_ finding: Finding, isOver: Bool) -> Verdict? {
        if let live { return .serve(live.version) }
        switch finding {
        case .unstable: return nil
        case .missing: return isOver ? .missing : nil
        default: return isOver ? .unavailable : nil
        }
    }
}
