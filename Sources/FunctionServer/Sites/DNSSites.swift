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
    /// Told which domains have another root now, or none.
    private let forget: Monitor<@Sendable (String) -> Void>

    init(_ settings: DNSSiteSettings, logger: Logger) throws(ServerError) {
        mount = try OpenFolder(path: settings.mount)
        self.settings = settings
        self.logger = logger
        state = Monitor(State(cache: DNSSiteCache(settings: settings.cache)))
        forget = Monitor({ _ in })
        pool = WorkerPool(
            name: "dns", threads: 16, share: 8, capacity: 4 * settings.cache.maximumLookups, preferred: 16)
    }

    /// Says whom to tell of domains whose root has changed.
    func onChange(_ body: @escaping @Sendable (String) -> Void) {
        forget.withLock { $0 = body }
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
            let isQueued = pool.submit(isKnown ? known : unknown) { self.lookUp(host) }
            if !isQueued { finish(host, .failure(.overloaded)) }
        }
        return found
    }

    /// The root that a domain was last found to have.
    func binding(of host: String) -> Binding? { state.withLock { $0.cache.binding(of: host) } }

    /// Forgets what nobody asks for any more.
    func sweep() {
        changed(state.withLock { $0.cache.sweep(at: .now()) })
    }

    func stop() {
        pool.stop()
    }

    func waitUntilEnded(until deadline: MonotonicTime) -> Bool { pool.waitUntilEnded(until: deadline) }

    private func lookUp(_ host: String) {
        let deadline = MonotonicTime.now().advanced(by: settings.cache.patience)
        do throws(DNSSiteFailure) {
            finish(host, .success(try DNSRecords.root(of: host, by: settings.lookup, deadline: deadline)))
        } catch {
            finish(host, .failure(error))
        }
    }

    private func finish(_ host: String, _ result: Result<DNSRoot, DNSSiteFailure>) {
        let now = MonotonicTime.now()
        let (before, answer, dropped, waiters) = state.withLock { state in
            let before = state.cache.binding(of: host)
            let (answer, dropped) = state.cache.finished(host, result, at: now)
            return (before, answer, dropped, state.waiters.removeValue(forKey: host) ?? [])
        }
        report(host, before, result)
        changed(dropped)
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

    private func changed(_ hosts: [String]) {
        guard !hosts.isEmpty else { return }
        let forget = forget.withLock { $0 }
        for host in hosts { forget(host) }
    }

    /// Numbers have no records, and asking for those would go to the root servers.
    private static func isAddress(_ host: String) -> Bool {
        host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    }
}
