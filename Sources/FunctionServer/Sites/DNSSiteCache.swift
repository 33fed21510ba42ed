/// What is known of domains, and which lookups are due: events in, decisions out, no effects.
///
/// One lookup per domain at a time, a bounded number of unknown domains at a time, a bounded memory of what failed: so
/// made-up hosts neither fill the memory nor make this server ask more than that.
package struct DNSSiteCache {
    /// Durations in nanoseconds.
    package struct Settings: Sendable {
        /// How long a record counts, whatever its time to live says.
        package var validity: Int64 = 10 * .second
        /// How long a failure counts.
        package var failureValidity: Int64 = 5 * .second
        /// How long a record counts while nobody can say whether it still does, and while nobody asks.
        package var staleness: Int64 = 300 * .second
        /// How long a lookup may take.
        package var patience: Int64 = 5 * .second
        /// Domains that are known.
        package var maximumSites = 65_536
        /// Domains that are known to fail.
        package var maximumFailures = 8192
        /// Unknown domains that are looked up at a time.
        package var maximumLookups = 128

        /// The defaults.
        package init() {}
    }

    /// A domain's root, with a number that no other root of any domain has.
    package struct Binding: Equatable, Sendable {
        /// The folder.
        package let root: DNSRoot
        /// Changes with the root.
        package let id: UInt64
    }

    /// What a request gets.
    package enum Answer: Equatable {
        case bound(Binding)
        case failed(DNSSiteFailure)
        /// It is told when the lookup is done.
        case wait
    }

    private struct Site {
        var binding: Binding
        var confirmedAt: MonotonicTime
        /// When the record could not be looked up, last.
        var failedAt: MonotonicTime?
        var usedAt: MonotonicTime
    }

    private struct Failure {
        var reason: DNSSiteFailure
        var at: MonotonicTime
    }

    private let settings: Settings
    private var sites: BoundedMap<Site>
    private var failures: BoundedMap<Failure>
    /// Being looked up: whether it was unknown.
    private var flights: [String: Bool] = [:]
    private var unknownFlights = 0
    private var lastID: UInt64 = 0

    /// Nothing is known.
    package init(settings: Settings) {
        self.settings = settings
        sites = BoundedMap(limit: settings.maximumSites)
        failures = BoundedMap(limit: settings.maximumFailures)
    }

    /// A request is there; whether a lookup is to begin.
    package mutating func request(_ host: String, at now: MonotonicTime) -> (answer: Answer, looksUp: Bool) {
        if var site = sites.take(host) {
            site.usedAt = now
            _ = sites.set(host, site)
            if isGood(site, at: now, isBeingLookedUp: flights[host] != nil) { return (.bound(site.binding), false) }
            return (.wait, begin(host, isUnknown: false))
        }
        if let failure = failures.peek(host), failure.at.advanced(by: settings.failureValidity) > now {
            return (.failed(failure.reason), false)
        }
        guard flights[host] != nil || unknownFlights < settings.maximumLookups else {
            return (.failed(.overloaded), false)
        }
        return (.wait, begin(host, isUnknown: true))
    }

    /// Whether a root serves without another look at its record.
    private func isGood(_ site: Site, at now: MonotonicTime, isBeingLookedUp: Bool) -> Bool {
        if site.confirmedAt.advanced(by: settings.validity) > now { return true }
        guard site.confirmedAt.advanced(by: settings.staleness) > now else { return false }
        if let failedAt = site.failedAt {
            // Nobody could say a moment ago, or is being asked again: nobody waits for that.
            return isBeingLookedUp || failedAt.advanced(by: settings.failureValidity) > now
        }
        return isBeingLookedUp && site.confirmedAt.advanced(by: settings.validity + settings.patience) > now
    }

    private mutating func begin(_ host: String, isUnknown: Bool) -> Bool {
        guard flights[host] == nil else { return false }
        flights[host] = isUnknown
        if isUnknown { unknownFlights += 1 }
        return true
    }

    /// A lookup is done: what those who waited get, and the domains whose root is another now, or none.
    package mutating func finished(
        _ host: String, _ result: Result<DNSRoot, DNSSiteFailure>, at now: MonotonicTime
    ) -> (answer: Answer, changed: [String]) {
        if flights.removeValue(forKey: host) == true { unknownFlights -= 1 }
        switch result {
        case .success(let root): return succeed(host, root, at: now)
        case .failure(let reason): return fail(host, reason, at: now)
        }
    }

    private mutating func succeed(_ host: String, _ root: DNSRoot, at now: MonotonicTime) -> (Answer, [String]) {
        _ = failures.remove(host)
        let known = sites.peek(host)
        var binding = known?.binding
        if binding?.root != root {
            lastID += 1
            binding = Binding(root: root, id: lastID)
        }
        guard let binding else { return (.failed(.overloaded), []) }
        let evicted = sites.set(
            host, Site(binding: binding, confirmedAt: now, failedAt: nil, usedAt: known?.usedAt ?? now))
        let changed = (known == nil || known?.binding == binding ? [] : [host]) + (evicted.map { [$0] } ?? [])
        return (.bound(binding), changed)
    }

    private mutating func fail(_ host: String, _ reason: DNSSiteFailure, at now: MonotonicTime) -> (Answer, [String]) {
        if reason.isPassing, var site = sites.peek(host), site.confirmedAt.advanced(by: settings.staleness) > now {
            site.failedAt = now
            _ = sites.set(host, site)
            return (.bound(site.binding), [])
        }
        let isDropped = sites.remove(host) != nil
        // Nothing was asked when there were too many: the next one may have better luck.
        if reason != .overloaded { _ = failures.set(host, Failure(reason: reason, at: now)) }
        return (.failed(reason), isDropped ? [host] : [])
    }

    /// The root that a domain was last found to have; it may be due for a look.
    package func binding(of host: String) -> Binding? { sites.peek(host)?.binding }

    /// Forgets what nobody asked for in a long time; the domains.
    package mutating func sweep(at now: MonotonicTime) -> [String] {
        _ = failures.removeAll { $0.at.advanced(by: settings.failureValidity) <= now }
        return sites.removeAll { $0.usedAt.advanced(by: settings.staleness) <= now }
    }

    /// Domains known, known to fail, being looked up.
    package var counts: (sites: Int, failures: Int, lookups: Int) { (sites.count, failures.count, flights.count) }
}
