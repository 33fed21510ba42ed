import Glibc
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The certificates of a folder, each loaded when it is first asked for, and again when its files change.
///
/// Files are read on a thread of its own. A handshake that is the first one in a second waits until that has looked
/// whether something changed; the others get what there is. Names that no file in the folder has cost no look: the
/// folder is listed at most once a second, whatever clients ask for.
final class CertificateStore: Sendable {
    private struct Entry {
        var certificate: SiteCertificate?
        var identity: SiteCertificate.Identity?
        /// Whether a change of the files is certain to show in their identity.
        var isSettled = false
        var failure: SiteCertificate.Failure?
        var checkedAt: MonotonicTime
        /// When somebody last went to check it.
        var claimedAt: MonotonicTime
        /// When it was last used, by the state's count.
        var use: UInt64 = 0
    }

    private struct State {
        var index = CertificateIndex()
        var listedAt: MonotonicTime?
        /// When somebody last went to list the folder.
        var claimedAt = MonotonicTime(nanoseconds: 0)
        var entries: [String: Entry] = [:]
        var uses: UInt64 = 0
        var looks = 0
    }

    private enum AtOnce {
        case known(SiteCertificate?)
        case mustLook
    }

    private let folder: String
    private let protocols: [String]
    private let logger: Logger
    private let complaints = LogBudget(linesPerSecond: 5)
    private let state = Mutex(State())
    private let reader: WorkerPool
    private let lane = WorkerPool.Lane()
    /// Certificates that are kept.
    private let most: Int
    /// Nanoseconds for which a look is good.
    private let patience: Int64

    /// Those of a folder, which is read when somebody asks.
    init(
        folder: String, protocols: [String], logger: Logger, most: Int = 1024, queue: Int = 4096,
        patience: Int64 = .second
    ) {
        self.folder = folder
        self.protocols = protocols
        self.logger = logger
        self.most = most
        self.patience = patience
        reader = WorkerPool(name: "certificate", threads: 1, share: 1, capacity: queue)
    }

    /// Certificates that are kept at present.
    var kept: Int { state.withLock { $0.entries.count } }

    /// How often files were looked at for somebody.
    var looks: Int { state.withLock { $0.looks } }

    /// Ends the thread.
    func stop() { reader.stop() }

    /// Waits for that; false if it takes longer.
    func waitUntilEnded(until deadline: MonotonicTime) -> Bool { reader.waitUntilEnded(until: deadline) }

    /// The certificate for a name (nil: none was given); nil if there is none.
    func certificate(for name: SiteName?, on loop: any EventLoop) -> EventLoopFuture<SiteCertificate?> {
        if case .known(let certificate) = state.withLock({ atOnce(name, &$0) }) {
            return loop.makeSucceededFuture(certificate)
        }
        let promise = loop.makePromise(of: SiteCertificate?.self)
        let isQueued = reader.submit(lane) { promise.succeed(self.look(for: name)) }
        if !isQueued { promise.succeed(nil) }
        return promise.futureResult
    }

    /// Whether a request for a host may come over a connection with this certificate: it has no other one of its own.
    func isRight(_ certificate: SiteCertificate, for host: SiteName?) -> Bool {
        state.withLock { state in
            for candidate in state.index.candidates(for: host) {
                if candidate.name == certificate.name {
                    return !candidate.mustCover || host.map { certificate.covers($0) } ?? false
                }
                let entry = state.entries[candidate.name]
                if candidate.mustCover {
                    guard let host, entry?.certificate?.covers(host) == true else { continue }
                } else if entry != nil, entry?.certificate == nil {
                    continue
                }
                // The same files under another name, by a link.
                return entry?.identity != nil && entry?.identity == state.entries[certificate.name]?.identity
            }
            return false
        }
    }

    // MARK: - What is known

    private func atOnce(_ name: SiteName?, _ state: inout State) -> AtOnce {
        let now = MonotonicTime.now()
        guard let listedAt = state.listedAt else { return .mustLook }
        if isOver(listedAt, now), isOver(state.claimedAt, now) {
            state.claimedAt = now
            return .mustLook
        }
        for candidate in state.index.candidates(for: name) {
            guard let entry = state.entries[candidate.name] else { return .mustLook }
            if isOver(entry.checkedAt, now), isOver(entry.claimedAt, now) {
                state.entries[candidate.name]?.claimedAt = now
                return .mustLook
            }
            if let certificate = Self.usable(entry.certificate, candidate, name) {
                state.uses += 1
                state.entries[candidate.name]?.use = state.uses
                return .known(certificate)
            }
        }
        return .known(nil)
    }

    /// Whether a look at that time says nothing any more.
    private func isOver(_ time: MonotonicTime, _ now: MonotonicTime) -> Bool {
        now.nanoseconds - time.nanoseconds > patience
    }

    private static func usable(
        _ certificate: SiteCertificate?, _ candidate: CertificateIndex.Candidate, _ name: SiteName?
    ) -> SiteCertificate? {
        guard let certificate else { return nil }
        guard candidate.mustCover else { return certificate }
        return name.map { certificate.covers($0) } == true ? certificate : nil
    }

    // MARK: - Looking, on the thread

    private func look(for name: SiteName?) -> SiteCertificate? {
        state.withLock { $0.looks += 1 }
        let index = list()
        for candidate in index.candidates(for: name) {
            guard let files = index.files[candidate.name] else { continue }
            if let certificate = Self.usable(check(candidate.name, files), candidate, name) { return certificate }
        }
        return nil
    }

    /// What is in the folder; looked at anew if that was a while ago.
    private func list() -> CertificateIndex {
        let now = MonotonicTime.now()
        let known = state.withLock { state -> CertificateIndex? in
            guard let listedAt = state.listedAt, !isOver(listedAt, now) else { return nil }
            return state.index
        }
        if let known { return known }
        let entries = CertificateIndex.entries(of: folder)
        if entries == nil { complain("\(folder): \(systemMessage(errno))") }
        return state.withLock { state in
            if let entries {
                state.index = CertificateIndex(folder: folder, entries: entries)
                for name in state.entries.keys where state.index.files[name] == nil { state.entries[name] = nil }
            }
            state.listedAt = now
            return state.index
        }
    }

    /// A certificate as its files are now, or as they last were right.
    private func check(_ name: String, _ files: CertificateFiles) -> SiteCertificate? {
        let now = MonotonicTime.now()
        let known = state.withLock { $0.entries[name] }
        if let known, !isOver(known.checkedAt, now) { return known.certificate }
        var entry = known ?? Entry(checkedAt: now, claimedAt: now)
        do throws(SiteCertificate.Failure) {
            let present = try SiteCertificate.identify(files)
            if !entry.isSettled || present != entry.identity { try load(name, files, &entry) }
        } catch {
            // The same complaint once, however often it is looked at.
            if entry.failure != error { complain("certificate \(name): \(error)", isKept: entry.certificate != nil) }
            entry.failure = error
        }
        entry.checkedAt = now
        return keep(name, entry)
    }

    private func load(
        _ name: String, _ files: CertificateFiles, _ entry: inout Entry
    ) throws(SiteCertificate.Failure) {
        // One whose files are still young is read again, but is another one only if they are others.
        let before = entry.identity
        let (certificate, identity) = try SiteCertificate.load(name, files, protocols: protocols)
        if entry.certificate == nil || before != identity {
            logger.info("certificate \(LogEscaping.escape(name)): live")
        }
        entry.certificate = certificate
        entry.identity = identity
        entry.isSettled = identity.isSettled(at: nanosecondsSinceEpoch())
        entry.failure = nil
    }

    private func keep(_ name: String, _ entry: Entry) -> SiteCertificate? {
        state.withLock { state in
            state.uses += 1
            var entry = entry
            entry.use = state.uses
            if state.entries[name] == nil, state.entries.count >= most,
                let oldest = state.entries.min(by: { $0.value.use < $1.value.use })?.key
            {
                state.entries[oldest] = nil
            }
            state.entries[name] = entry
            return entry.certificate
        }
    }

    private func complain(_ text: String, isKept: Bool = false) {
        guard complaints.take() != .drop else { return }
        logger.warning("\(LogEscaping.escape(text))\(isKept ? "; the one before it stays in use" : "")")
    }
}
