import ArgumentParser
import FunctionServer
import NameResolution

/// A host and its folder: `example.com=/srv/example`.
struct SiteFolder: ExpressibleByArgument {
    var name: SiteName
    var folder: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), let name = SiteName(host: String(argument[..<sign])) else {
            return nil
        }
        folder = String(argument[argument.index(after: sign)...])
        guard !folder.isEmpty else { return nil }
        self.name = name
    }
}

/// Where a request finds its folder by its `Host`.
struct SiteOptions: ParsableArguments {
    /// For messages.
    static let flags = "--site, --sites and --dns-sites"

    @Option(
        help: ArgumentHelp(
            "Instead of one folder: a host and its folder, as example.com=/srv/example. May be repeated; goes before "
                + "--sites.",
            valueName: "host=dir"))
    var site: [SiteFolder] = []

    @Option(
        help: ArgumentHelp(
            "Instead of one folder: a folder with one for each site in it, named as its host: example.com.",
            valueName: "dir"),
        completion: .directory)
    var sites: String?

    @Option(
        help: ArgumentHelp(
            "Instead of one folder: serve the domains whose TXT record at _keybase_pages.DOMAIN says "
                + "kbp=/keybase/public/somebody, from that folder beneath this one, which stands for /keybase.",
            valueName: "mount"),
        completion: .directory)
    var dnsSites: String?

    @Option(
        help: ArgumentHelp("A domain that may be a site by DNS; all may unless one is named.", valueName: "domain"),
        transform: domain)
    var dnsAllow: [SiteName] = []

    @Option(
        help: ArgumentHelp(
            "A domain that may not, with all beneath it; goes before --dns-allow.", valueName: "domain"),
        transform: domain)
    var dnsBlock: [SiteName] = []

    @Option(help: "How long a TXT record counts.")
    var dnsCacheTime = TimeSpan(nanoseconds: 10 * .second)

    func validate() throws {
        guard dnsSites != nil || dnsAllow.isEmpty && dnsBlock.isEmpty else {
            throw ValidationError("--dns-allow and --dns-block go with --dns-sites")
        }
        let names = site.map(\.name.description)
        for name in Set(names) where names.count(where: { $0 == name }) > 1 {
            throw ValidationError("--site: \(name) has more than one folder")
        }
    }

    /// Whether one folder answers every host.
    var isEmpty: Bool { site.isEmpty && sites == nil && dnsSites == nil }

    /// What they say together.
    func sources(resolver: Resolver) -> SiteSources {
        var sources = SiteSources(parent: sites)
        for site in site { sources.table[site.name] = site.folder }
        if let mount = dnsSites {
            var cache = DNSSiteCache.Settings()
            cache.validity = dnsCacheTime.nanoseconds
            sources.dns = DNSSiteSettings(
                mount: mount, lookup: resolver, domains: DomainLists(allowed: dnsAllow, blocked: dnsBlock), cache: cache
            )
        }
        return sources
    }
}

private func domain(_ text: String) throws -> SiteName {
    guard let name = SiteName(host: text) else { throw ValidationError("no domain: \(text)") }
    return name
}
