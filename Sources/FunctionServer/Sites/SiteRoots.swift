import Logging

/// Finds the folder that a site's files lie in.
final class SiteRoots: Sendable {
    /// A site's folder.
    struct Root {
        let folder: OpenFolder
        /// Which of the folders that a domain names one after the other; 0 where no record names it.
        let id: UInt64
    }

    /// Sites by DNS, if there are any.
    let dns: DNSSites?
    private let table: [String: OpenFolder]
    private let parent: OpenFolder?

    /// Opens what is open for as long as the server runs: the folders of the table, and the one of folders.
    init(_ sources: SiteSources, logger: Logger) throws(ServerError) {
        var byPath: [String: OpenFolder] = [:]
        var table: [String: OpenFolder] = [:]
        for (name, path) in sources.table.sorted(by: { $0.key.description < $1.key.description }) {
            do throws(ServerError) {
                let folder = if let known = byPath[path] { known } else { try OpenFolder(path: path) }
                byPath[path] = folder
                table[name.description] = folder
            } catch {
                throw ServerError("the folder of \(name): \(error)")
            }
        }
        self.table = table
        if let path = sources.parent { parent = try OpenFolder(path: path) } else { parent = nil }
        if let settings = sources.dns { dns = try DNSSites(settings, logger: logger) } else { dns = nil }
    }

    /// The root of a site.
    ///
    /// A domain's is the one of its last lookup. Asks for access rules above it if `checksParents`.
    func open(_ site: String, checksParents: Bool = false) throws(ServedFolder.Failure) -> Root {
        if let folder = table[site] { return Root(folder: folder, id: 0) }
        if let folder = try ofParent(site) { return Root(folder: folder, id: 0) }
        guard let dns, let binding = dns.binding(of: site) else { throw .missing }
        return Root(folder: try binding.root.open(in: dns.mount, checksParents: checksParents), id: binding.id)
    }

    /// Whether a site is one by DNS, if it is any.
    ///
    /// May look at the file system.
    func isLookedUp(_ site: String) -> Bool {
        guard dns != nil, table[site] == nil else { return false }
        guard let parent else { return true }
        do throws(ServedFolder.Failure) {
            _ = try parent.folder(site)
            return false
        } catch {
            return error == .missing
        }
    }

    private func ofParent(_ site: String) throws(ServedFolder.Failure) -> OpenFolder? {
        do throws(ServedFolder.Failure) {
            return try parent?.folder(site)
        } catch {
            if error == .missing { return nil }
            throw error
        }
    }
}

extension SiteSources {
    /// What to watch, and what the names of changed files begin with.
    var watched: [FolderWatcher.Root] {
        var hosts: [String: [String]] = [:]
        for (name, path) in table { hosts[path, default: []].append("\(name)/") }
        let roots = hosts.sorted { $0.key < $1.key }.map {
            FolderWatcher.Root(path: $0.key, prefixes: $0.value.sorted())
        }
        return roots + (parent.map { [FolderWatcher.Root(path: $0)] } ?? [])
    }
}
