import Logging
import NIOHTTP1

/// Decides who may have what of each site, before anything of it is touched.
///
/// A site's rules are kept, and its file looked at once a second at most, by the request that waits for that. So a decision
/// takes a look into a table, and nothing of the system's.
final class SiteGate: Sendable {
    /// A request, as far as its access goes.
    struct Request: Sendable {
        /// The site's name; empty if there is one folder only.
        var site: String
        /// What it asks for.
        var target: RequestTarget
        /// All of its fields.
        var headers: HTTPHeaders
        /// Its address.
        var client: String

        /// The whole path, decoded: what follows a function too.
        var path: String {
            switch target.place {
            case .function(let name, let pathInfo): "/\(name)\(pathInfo)"
            case .file(let path, _): "/\(path)"
            }
        }

        /// What it may need: a file may turn out to be a folder to be listed.
        var needed: Permissions {
            if case .function = target.place { .read } else { [.read, .list] }
        }
    }

    /// What becomes of it.
    enum Admission: Sendable {
        /// Go on; nil: the site says nothing. With the root of the site that this holds for, and whether the password in
        /// `Authorization` is the server's own business.
        case granted(AccessGrant?, root: UInt64, withholdsPassword: Bool)
        /// It may not, or cannot: a status, what may be said, and when to come back.
        case refused(status: Int, reason: String, retryAfter: Int?)
    }

    /// Told on any thread.
    typealias Waiter = @Sendable (Admission) -> Void

    /// Rules, and whose passwords were right.
    final class Checked: Sendable {
        let rules: AccessRules
        let logins: Logins
        /// Of the file.
        let digest: [UInt8]

        init(rules: AccessRules, logins: Logins, digest: [UInt8]) {
            self.rules = rules
            self.logins = logins
            self.digest = digest
        }
    }

    typealias State = SiteAccessState<Checked>

    struct Record {
        var state = State()
        var waiters: [@Sendable (State.Answer) -> Void] = []
        var size = 0
    }

    struct Table {
        var records: [String: Record] = [:]
        /// Bytes of all files that the rules are from.
        var size = 0
    }

    let folder: ServedFolder
    let logger: Logger
    let complaints = LogBudget(linesPerSecond: 5)
    let table = Monitor(Table())
    // Domains may name folders that take long to answer: those leave threads for the others.
    let lookers = WorkerPool(name: "access", threads: 4, share: 2, capacity: 10_000)
    let lane = WorkerPool.Lane()
    let dnsLane = WorkerPool.Lane()
    let workshop: Logins.Workshop

    private static let maximumSites = 65_536
    private static let maximumSize = 64 << 20

    /// A gate for the sites of a folder.
    ///
    /// `later` runs something after so many nanoseconds, elsewhere.
    init(
        folder: ServedFolder, logger: Logger, passwordPause: Int64 = .second / 2,
        later: @escaping @Sendable (Int64, @escaping @Sendable () -> Void) -> Void
    ) {
        self.folder = folder
        self.logger = logger
        var random = SystemRandomNumberGenerator()
        workshop = Logins.Workshop(
            pool: WorkerPool(name: "password", threads: 2, share: 1, capacity: 1000), later: later,
            key: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }, pause: passwordPause)
    }

    func stop() {
        lookers.stop()
        workshop.pool.stop()
        folder.roots?.dns?.stop()
    }

    func waitUntilEnded(until deadline: MonotonicTime) -> Bool {
        lookers.waitUntilEnded(until: deadline) && workshop.pool.waitUntilEnded(until: deadline)
            && folder.roots?.dns?.waitUntilEnded(until: deadline) ?? true
    }

    /// Decides; nil: the waiter will be told.
    func admit(_ request: Request, at now: MonotonicTime = .now(), waiter: () -> Waiter) -> Admission? {
        let (answer, looks) = table.withLock { table -> (State.Answer, Bool) in
            let index = table.records.index(forKey: request.site)
            let (answer, looks) =
                index.map { table.records.values[$0].state.request(at: now) } ?? Self.first(request.site, &table, now)
            if case .wait = answer {
                let waiter = waiter()
                table.records[request.site]?.waiters.append { answer in self.proceed(answer, request, waiter) }
            }
            return (answer, looks)
        }
        if looks { begin(request.site) }
        if case .wait = answer { return nil }
        return judge(answer, request, waiter: waiter)
    }

    private static func first(
        _ site: String, _ table: inout Table, _ now: MonotonicTime
    ) -> (State.Answer, looks: Bool) {
        makeRoom(&table)
        var record = Record()
        defer { table.records[site] = record }
        return record.state.request(at: now)
    }

    /// Forgets all that nobody waits for once there is too much.
    private static func makeRoom(_ table: inout Table) {
        guard table.records.count >= maximumSites || table.size > maximumSize else { return }
        table.records = table.records.filter { $0.value.state.isLooking }
        table.size = table.records.values.reduce(0) { $0 + $1.size }
    }

    private func proceed(_ answer: State.Answer, _ request: Request, _ waiter: @escaping Waiter) {
        if let admission = judge(answer, request, waiter: { waiter }) { waiter(admission) }
    }

    // MARK: - Rules

    private func judge(_ answer: State.Answer, _ request: Request, waiter: () -> Waiter) -> Admission? {
        switch answer {
        case .wait: return nil
        case .gone(let status, let retries):
            return .refused(status: status, reason: "", retryAfter: retries ? 1 : nil)
        case .standing(let standing, let root):
            guard root != 0, let dns = folder.roots?.dns else { return judge(standing, root, request, waiter: waiter) }
            // A record may have run out, or name another folder now.
            switch dns.find(request.site, waiter: reconsider(standing, root, request, waiter())) {
            case nil: return nil
            case .failure(let failure): return Self.refusal(failure)
            case .success(let binding) where binding.id == root:
                return judge(standing, root, request, waiter: waiter)
            case .success:
                lookAnew(request, waiter())
                return nil
            }
        }
    }

    /// What to do once a site's record is known again.
    private func reconsider(
        _ standing: State.Standing, _ root: UInt64, _ request: Request, _ waiter: @escaping Waiter
    ) -> DNSSites.Waiter {
        { found in
            guard case .success(let binding) = found, binding.id == root else { return self.lookAnew(request, waiter) }
            if let admission = self.judge(standing, root, request, waiter: { waiter }) { waiter(admission) }
        }
    }

    /// Has the site looked at, since it has another root, or none.
    private func lookAnew(_ request: Request, _ waiter: @escaping Waiter) {
        let looks = table.withLock { table in
            let looks = table.records[request.site, default: Record()].state.moved()
            table.records[request.site]?.waiters.append { answer in
                // No second look in a row: such a record changes faster than anybody could follow. What is opened is
                // opened beneath the root of these rules, or not at all.
                guard case .standing(let standing, let root) = answer else {
                    return self.proceed(answer, request, waiter)
                }
                if let admission = self.judge(standing, root, request, waiter: { waiter }) { waiter(admission) }
            }
            return looks
        }
        if looks { begin(request.site) }
    }

    private func judge(
        _ standing: State.Standing, _ root: UInt64, _ request: Request, waiter: () -> Waiter
    ) -> Admission? {
        switch standing {
        case .open: return .granted(root == 0 ? nil : .byDefault, root: root, withholdsPassword: false)
        case .shut(let status, let reason): return .refused(status: status, reason: reason, retryAfter: nil)
        case .rules(let checked): return judge(checked, root, request, waiter: waiter)
        }
    }

    private func judge(_ checked: Checked, _ root: UInt64, _ request: Request, waiter: () -> Waiter) -> Admission? {
        let grant = checked.rules.grant(for: request.path, user: nil)
        let fields = request.headers["authorization"]
        // Two of them are none: others on the way may go by either.
        let credentials = fields.count == 1 ? BasicCredentials(authorization: fields[0]) : nil
        let isOurs = fields.contains { field in
            BasicCredentials(authorization: field).map { checked.rules.users[$0.user] != nil } ?? false
        }
        // A password is looked at only where it could make a difference.
        let helps = !grant.byLogin.intersection(request.needed).subtracting(grant.permissions).isEmpty
        guard helps, let credentials else { return .granted(grant, root: root, withholdsPassword: isOurs) }
        let finish: @Sendable (Logins.Verdict) -> Admission = { verdict in
            switch verdict {
            case .right:
                let own = checked.rules.grant(for: request.path, user: credentials.user)
                return .granted(own, root: root, withholdsPassword: true)
            case .wrong: return .granted(grant, root: root, withholdsPassword: isOurs)
            case .busy: return .refused(status: 429, reason: "", retryAfter: 5)
            }
        }
        let verdict = checked.logins.check(
            credentials, client: request.client,
            waiter: { [waiter = waiter()] in { @Sendable verdict in waiter(finish(verdict)) } }())
        return verdict.map(finish)
    }

    static func refusal(_ failure: DNSSiteFailure) -> Admission {
        .refused(
            status: failure.status, reason: failure.status == 412 ? "invalid TXT record" : "",
            retryAfter: failure == .overloaded ? 1 : nil)
    }
}
