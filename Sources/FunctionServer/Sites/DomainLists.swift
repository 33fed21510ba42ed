/// The domains that are looked up at all.
package struct DomainLists: Sendable {
    private let allowed: Set<String>
    private let blocked: Set<String>

    /// Domains as operators write them; none allowed is all.
    package init(allowed: [SiteName] = [], blocked: [SiteName] = []) {
        self.allowed = Set(allowed.map(\.description))
        self.blocked = Set(blocked.map(\.description))
    }

    /// Blocked is a domain with all beneath it, and that counts before what is allowed, which is exactly that domain.
    package func permits(_ domain: String) -> Bool {
        var rest = domain[...]
        while true {
            if blocked.contains(String(rest)) { return false }
            guard let dot = rest.firstIndex(of: ".") else { break }
            rest = rest[rest.index(after: dot)...]
        }
        return allowed.isEmpty || allowed.contains(domain)
    }
}
