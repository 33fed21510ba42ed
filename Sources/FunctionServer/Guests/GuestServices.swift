package import Hostcalls
package import NameResolution

/// What guests reach outside of themselves, beside the hosts that they may send requests to.
package struct GuestServices: Sendable {
    /// What outlives requests; nil: nothing does.
    package var store: (any KeyValueStore)?
    /// Who is asked for names; nil: nobody.
    package var resolver: Resolver?
    /// Whether functions belong to sites, which the first parts of their names are.
    package var holdsSites = false

    /// None.
    package init() {}

    /// What is kept for the site of a function.
    func values(ofFunction name: String) -> SiteValues? {
        guard let store else { return nil }
        guard holdsSites else { return SiteValues(store, site: Self.onlySite) }
        // Names of functions come from requests, and so do those of their sites: normalised, or none.
        let first = name.prefix { $0 != "/" }
        return SiteName(host: String(first)).map { SiteValues(store, site: $0.description) }
    }

    /// In place of a name, where there is one site.
    private static let onlySite = "default"
}
