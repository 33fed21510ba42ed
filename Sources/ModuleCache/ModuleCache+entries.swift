import Glibc

/// One artifact in the cache, for listing.
package struct CacheEntry: Hashable, Sendable {
    /// The key, 64 hexadecimal digits.
    package var key: String
    /// Bytes of its files.
    package var size: Int
    /// When it was last used, in seconds since 1970, to the minute.
    package var used: Int
}

extension ModuleCache {
    /// Every artifact in the cache, most recently used first.
    package func entries() -> [CacheEntry] {
        names(inFolder: entriesFolder)
            .filter(isKey)
            .compactMap { key in
                guard let status = FileStatus(path: entryPath(key)), status.isDirectory else { return nil }
                let used = Int(status.identity.modified / 1_000_000_000)
                return CacheEntry(key: key, size: artifactSize(entryPath(key)), used: used)
            }
            .sorted { ($0.used, $0.key) > ($1.used, $1.key) }
    }

    /// Removes every artifact.
    ///
    /// Returns how many there were.
    @discardableResult
    package func clear() -> Int {
        let found = names(inFolder: entriesFolder)
        found.forEach(removeEntry)
        for name in names(inFolder: directory + "/index") { unlink(directory + "/index/" + name) }
        return found.count { isKey($0) }
    }

    /// Takes an entry out of sight at once, then removes it, so that nobody sees half of it.
    func removeEntry(_ key: String) {
        let path = entryPath(key)
        let grave = "\(stagingFolder)/removed-\(key)-\(getpid())-\(wallClock())"
        removeTree(rename(path, grave) == 0 ? grave : path)
    }

    /// Keeps the cache within its limit.
    ///
    /// Looks at all of it, so at most once a minute, and only by those who wrote.
    func sweepIfDue() {
        let marker = directory + "/swept"
        let now = wallClock()
        if let last = FileStatus(path: marker)?.identity.modified, last <= now,
            now - last < UInt64(configuration.sweepInterval.nanoseconds)
        {
            return
        }
        do throws(StorageError) {
            let file = try OpenFile(locking: marker)
            guard try file.lock(waiting: false) else { return }
            utimensat(AT_FDCWD, marker, nil, 0)
            evict(now: now)
            removeLeftovers(now: now)
        } catch {
            log("\(error)")
        }
    }

    private func evict(now: UInt64) {
        let entries = entries()
        var size = entries.reduce(0) { $0 + $1.size }
        guard size > configuration.limit else { return }
        let newest = Int(now / 1_000_000_000) - Int(configuration.evictionGrace.components.seconds)
        for entry in entries.reversed() where entry.used <= newest && size > configuration.limit / 10 * 7 {
            removeEntry(entry.key)
            size -= entry.size
        }
    }

    /// Removes what processes left that ended while they wrote: nobody holds its lock, and it is a minute old.
    private func removeLeftovers(now: UInt64) {
        for name in names(inFolder: stagingFolder) {
            let path = stagingFolder + "/" + name
            guard let status = FileStatus(path: path), now > status.identity.changed,
                now - status.identity.changed > UInt64(configuration.leftoverAge.nanoseconds)
            else { continue }
            if status.isDirectory, let folder = try? OpenFile(directory: path),
                (try? folder.lock(waiting: false)) != true
            {
                continue
            }
            removeTree(path)
        }
        let index = directory + "/index"
        let records = names(inFolder: index)
        guard records.count > SourceIndex.limit else { return }
        for name in records { unlink(index + "/" + name) }
    }
}

extension Duration {
    /// Whole nanoseconds.
    fileprivate var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
