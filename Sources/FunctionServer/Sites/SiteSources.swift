/// Where sites come from, in the order in which a host is looked for.
package struct SiteSources: Sendable {
    /// Hosts with a folder of their own, wherever it lies.
    package var table: [SiteName: String] = [:]
    /// A folder with one for each site in it.
    package var parent: String?
    /// TXT records of domains.
    package var dns: DNSSiteSettings?

    /// A folder of sites, or nothing yet.
    package init(parent: String? = nil) {
        self.parent = parent
    }

    /// Whether there are sites at all: else one folder answers every host.
    package var isEmpty: Bool { table.isEmpty && parent == nil && dns == nil }

    /// All folders that a site's files may lie beneath.
    package var folders: [String] { Set(table.values).sorted() + [parent, dns?.mount].compactMap(\.self) }
}
