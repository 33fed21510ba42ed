import CNettle
import CRuntime
import Glibc

/// The passwords of a site's users: which were right, and the attempts under way.
///
/// Never blocks: what takes work is done on threads for that, with a pause between two attempts.
final class Logins: Sendable {
    /// What came of a name and a password.
    enum Verdict: Equatable {
        case right
        case wrong
        /// Too many attempts are waiting: nobody looked.
        case busy
    }

    /// Told on any thread.
    typealias Waiter = @Sendable (Verdict) -> Void

    /// What it shares with the other sites.
    struct Workshop: Sendable {
        /// Threads for bcrypt.
        let pool: WorkerPool
        /// Runs something after so many nanoseconds, elsewhere.
        let later: @Sendable (Int64, @escaping @Sendable () -> Void) -> Void
        /// A secret of this process.
        let key: [UInt8]
        /// Between two attempts of a site, in nanoseconds.
        let pause: Int64
    }

    private struct Attempt {
        var credentials: BasicCredentials
        var waiters: [Waiter]
    }

    private struct State {
        var queue: AttemptQueue<[UInt8]>
        var attempts: [[UInt8]: Attempt] = [:]
        /// By user: the keyed digest of the password that was right.
        var verified: [String: [UInt8]] = [:]
        var isScheduled = false
    }

    private let users: [String: PasswordHash]
    /// The most work that a password here takes; nil: none takes any.
    private let cost: Int?
    private let workshop: Workshop
    private let lane = WorkerPool.Lane()
    private let state: Monitor<State>

    init(users: [String: PasswordHash], workshop: Workshop) {
        self.users = users
        self.workshop = workshop
        cost = users.values.compactMap { if case .bcrypt(_, let cost) = $0 { cost } else { nil } }.max()
        state = Monitor(State(queue: AttemptQueue(pause: workshop.pause)))
    }

    /// Whether a password belongs to a user; nil: the waiter will be told.
    ///
    /// Somebody who is no user is as wrong as a wrong password, and takes as long.
    func check(_ credentials: BasicCredentials, client: String, waiter: @autoclosure () -> Waiter) -> Verdict? {
        guard credentials.password.count <= PasswordHash.maximumPassword else { return .wrong }
        let hash = users[credentials.user]
        if case .sha256 = hash, hash?.matches(credentials.password) == true { return .right }
        guard cost != nil else { return .wrong }
        let key = digest(credentials)
        let (verdict, replaced) = state.withLock { state -> (Verdict?, [Waiter]) in
            if let verified = state.verified[credentials.user], PasswordHash.areEqual(verified, key) {
                return (.right, [])
            }
            switch state.queue.add(key, client: Self.network(of: client), random: Int.random(in: 0...Int(Int32.max))) {
            case .refused: return (.busy, [])
            case .waits:
                state.attempts[key, default: Attempt(credentials: credentials, waiters: [])].waiters.append(waiter())
                return (nil, [])
            case .replaces(let other):
                state.attempts[key] = Attempt(credentials: credentials, waiters: [waiter()])
                return (nil, state.attempts.removeValue(forKey: other)?.waiters ?? [])
            }
        }
        for waiter in replaced { waiter(.busy) }
        if verdict == nil { proceed() }
        return verdict
    }

    /// Begins the next attempt, or sees to it that somebody does.
    private func proceed() {
        let now = MonotonicTime.now()
        let (step, attempt) = state.withLock { state -> (AttemptQueue<[UInt8]>.Step, Attempt?) in
            let step = state.queue.next(at: now)
            switch step {
            case .run(let key): return (step, state.attempts[key])
            case .wait:
                guard !state.isScheduled else { return (.nothing, nil) }
                state.isScheduled = true
                return (step, nil)
            case .nothing: return (step, nil)
            }
        }
        switch step {
        case .nothing: break
        case .wait(let moment):
            workshop.later(moment.nanoseconds - now.nanoseconds) {
                self.state.withLock { $0.isScheduled = false }
                self.proceed()
            }
        case .run(let key):
            guard let attempt else { return finish(key, nil, .busy) }
            let isQueued = workshop.pool.submit(lane) { self.finish(key, attempt, self.work(attempt.credentials)) }
            if !isQueued { finish(key, attempt, .busy) }
        }
    }

    /// Does the same work whether there is such a user or not, and whatever the kind of the password.
    private func work(_ credentials: BasicCredentials) -> Verdict {
        if case .bcrypt = users[credentials.user], let hash = users[credentials.user] {
            return hash.matches(credentials.password) ? .right : .wrong
        }
        _ = PasswordHash.decoy(cost: cost ?? PasswordHash.maximumCost).matches(credentials.password)
        return .wrong
    }

    private func finish(_ key: [UInt8], _ attempt: Attempt?, _ verdict: Verdict) {
        let waiters = state.withLock { state in
            state.queue.finished()
            if verdict == .right, let user = attempt?.credentials.user { state.verified[user] = key }
            return state.attempts.removeValue(forKey: key)?.waiters ?? []
        }
        for waiter in waiters { waiter(verdict) }
        proceed()
    }

    /// Tells one name and password from all others without keeping them.
    private func digest(_ credentials: BasicCredentials) -> [UInt8] {
        var context = hmac_sha256_ctx()
        nettle_hmac_sha256_set_key(&context, workshop.key.count, workshop.key)
        let bytes = Array(credentials.user.utf8) + [UInt8(ascii: ":")] + credentials.password
        nettle_hmac_sha256_update(&context, bytes.count, bytes)
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_SIZE))
        nettle_hmac_sha256_digest(&context, digest.count, &digest)
        return digest
    }

    /// An address, of which somebody may have many at once: in IPv6, all that begin with the same 64 bits.
    static func network(of address: String) -> String {
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        return withUnsafeBytes(of: bytes) { bytes in
            // An address of IPv4 in the form of IPv6 is one alone.
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            return isMapped ? address : bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".")
        }
    }
}
