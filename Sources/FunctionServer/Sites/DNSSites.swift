import Logging

/// What an operator says of sites by DNS.
package struct DNSSiteSettings: Sendable {
    /// The folder that stands for `/keybase`.
    package var mount: String
    /// What is looked up at all.
    package var domains: DomainLists
    /// How long what is known counts.
    package var cache: DNSSiteCache.Settings
    /// Who is asked.
    package var lookup: any TextLookup

    /// Puts them together.
    package init(
        mount: String, lookup: any TextLookup, domains: DomainLists = DomainLists(),
        cache: DNSSiteCache.Settings = DNSSiteCache.Settings()
    ) {
        self.mount = mount
        self.lookup = lookup
        self.domains = domains
        self.cache = cache
    }
}

/// Sites whose folder a TXT record of their domain names.
final class DNSSites: Sendable {
    typealias Binding = DNSSiteCache.Binding

    /// What a request for a domain gets.
    typealias Found = Result<Binding, DNSSiteFailure>

    /// Told on any thread.
    typealias Waiter = @Sendable (Found) -> Void

    private struct State {
        var cache: DNSSiteCache
        var waiters: [String: [Waiter]] = [:]
        /// Those that have another root since the last round, or none.
        var changed: Set<String> = []
    }

    /// The folder that stands for `/keybase`.
    let mount: OpenFolder
    private let settings: DNSSiteSettings
    private let logger: Logger
    private let complaints = LogBudget(linesPerSecond: 5)
    private let state: Monitor<State>
    private let pool: WorkerPool
    // Domains that are made up must not hold up those that are known.
    private let known = WorkerPool.Lane()
    private let unknown = WorkerPool.Lane()

    init(_ settings: DNSSiteSettings, logger: Logger) throws(ServerError) {
        mount = try OpenFolder(path: settings.mount)
        self.settings = settings
        self.logger = logger
        state = Monitor(State(cache: DNSSiteCache(settings: settings.cache)))
        pool = WorkerPool(
            name: "dns", threads: 16, share: 8, capacity: 4 * settings.cache.maximumLookups, preferred: 16)
    }

    /// Finds a domain's root; nil: the waiter will be told.
    func find(_ host: String, waiter: @autoclosure () -> Waiter) -> Found? {
        guard settings.domains.permits(host), !Self.isAddress(host) else { return .failure(.notAllowed) }
        let now = MonotonicTime.now()
        let (found, looksUp, isKnown) = state.withLock { state -> (Found?, Bool, Bool) in
            let (answer, looksUp) = state.cache.request(host, at: now)
            switch answer {
            case .bound(let binding): return (.success(binding), looksUp, true)
            case .failed(let failure): return (.failure(failure), looksUp, true)
            case .wait:
                state.waiters[host, default: []].append(waiter())
                return (nil, looksUp, state.cache.binding(of: host) != nil)
            }
        }
        if looksUp {
            let isQueued = pool.submit(isKnown ? known : unknown) { self.lookUp(host, since: now) }
            if !isQueued { finish(host, .failure(.overloaded)) }
        }
        return found
    }

    /// The root that a domain was last found to have.
    func binding(of host: String) -> Binding? { state.withLock { $0.cache.binding(of: host) } }

    /// Forgets what nobody asks for any more; the domains that have another root since the last time, or none.
    ///
    /// In rounds, so that those who have many domains cannot make us look through all functions for each of them.
    func sweep() -> Set<String> {
        let now = MonotonicTime.now()
        return state.withLock { state in
            let forgotten = state.cache.sweep(at: now)
            defer { state.changed = [] }
            return state.changed.union(forgotten)
        }
    }

    func stop() {
        pool.stop()
    }

    func waitUntilEnded(until deadline: MonotonicTime) -> Bool { pool.waitUntilEnded(until: deadline) }

    private func lookUp(_ host: String, since start: MonotonicTime) {
        let deadline = start.advanced(by: settings.cache.patience)
        // Others took so long that nobody waits for this one any more.
        guard MonotonicTime.now() < deadline else { return finish(host, .failure(.overloaded)) }
        do throws(DNSSiteFailure) {
            finish(host, .success(try DNSRecords.root(of: host, by: settings.lookup, deadline: deadline)))
        } catch {
            finish(host, .failure(error))
        }
    }

    private func finish(_ host: String, _ result: Result<DNSRoot, DNSSiteFailure>) {
        let now = MonotonicTime.now()
        let (before, answer, waiters) = state.withLock { state in
            let before = state.cache.binding(of: host)
            let (answer, changed) = state.cache.finished(host, result, at: now)
            state.changed.formUnion(changed)
            return (before, answer, state.waiters.removeValue(forKey: host) ?? [])
        }
        report(host, before, result)
        let found: Found =
            switch answer {
            case .bound(let binding): .success(binding)
            case .failed(let failure): .failure(failure)
            case .wait: .failure(.overloaded)
            }
        for waiter in waiters { waiter(found) }
    }

    private func report(_ host: String, _ before: Binding?, _ result: Result<DNSRoot, DNSSiteFailure>) {
        switch result {
        case .success(let root):
            if before?.root != root { logger.info("\(host): the site is \(LogEscaping.escape(root.description))") }
        case .failure(let failure):
            guard complaints.take() != .drop else { return }
            let rest = before != nil && failure.isPassing ? "; the root it had serves for a while" : ""
            logger.warning("\(host): \(LogEscaping.escape(failure.description))\(rest)")
        }
    }

    /// Numbers have no records, and asking for those would go to the root servers.
    private static func isAddress(_ host: String) -> Bool {
        host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    }
}
