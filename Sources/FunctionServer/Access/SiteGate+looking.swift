import Logging

/// Finding a site's root, and reading its rules: on threads for that.
extension SiteGate {
    func begin(_ site: String) {
        let isLocal = folder.roots?.dns == nil || table.withLock { $0.records[site]?.state.standing(of: 0) != nil }
        if !lookers.submit(isLocal ? lane : dnsLane, { self.look(site) }) {
            finish(site, .gone(status: 503, retries: true), size: 0)
        }
    }

    /// Finds the site's root, which may take a lookup, and then its rules.
    private func look(_ site: String) {
        guard let roots = folder.roots, roots.isLookedUp(site), let dns = roots.dns else { return read(site) }
        let found = dns.find(
            site,
            waiter: { found in
                // Not on the thread of the lookups.
                if !self.lookers.submit(self.dnsLane, { self.read(site, found) }) {
                    self.finish(site, .gone(status: 503, retries: true), size: 0)
                }
            })
        if let found { read(site, found) }
    }

    private func read(_ site: String, _ found: DNSSites.Found) {
        switch found {
        case .success: read(site)
        case .failure(let failure):
            if case .refused(let status, let reason, let retryAfter) = Self.refusal(failure) {
                guard reason.isEmpty else {
                    let standing = State.Standing.shut(status: status, reason: reason)
                    return finish(site, .standing(standing, root: 0, file: nil, readAt: 0), size: 0)
                }
                finish(site, .gone(status: status, retries: retryAfter != nil), size: 0)
            }
        }
    }

    private func read(_ site: String) {
        let readAt = nanosecondsSinceEpoch()
        do throws(ServedFolder.Failure) {
            switch try folder.accessFile(of: site) {
            case .absent(let root):
                finish(site, .standing(.open, root: root, file: nil, readAt: readAt), size: 0)
            case .file(let file):
                let known = table.withLock { $0.records[site]?.state.file(of: file.root) }
                if known == file.identity { return finish(site, .unchanged, size: nil) }
                read(site, file)
            }
        } catch {
            let isLookedUp = folder.roots?.isLookedUp(site) ?? false
            guard error != .missing || isLookedUp else {
                return finish(site, .gone(status: 404, retries: false), size: 0)
            }
            complain(site, "\(error)")
            finish(site, .gone(status: 500, retries: false), size: 0)
        }
    }

    private func read(_ site: String, _ file: OpenFile) {
        let readAt = nanosecondsSinceEpoch()
        switch file.contents(limit: AccessRules.maximumSize) {
        case .unstable: finish(site, .unstable, size: nil)
        case .tooLarge(let size): shut(site, file, 412, "it has \(size) bytes", readAt)
        case .unreadable(let message): shut(site, file, 500, message, readAt)
        case .whole(let bytes, let identity):
            do throws(InvalidAccessRules) {
                let checked = try check(site, bytes, root: file.root)
                let standing = State.Standing.rules(checked)
                finish(site, .standing(standing, root: file.root, file: identity, readAt: readAt), size: bytes.count)
            } catch {
                shut(site, file, 412, "\(error)", readAt)
            }
        }
    }

    /// The rules of a file; those that there are if it says the same, since they know whose passwords were right.
    private func check(_ site: String, _ bytes: [UInt8], root: UInt64) throws(InvalidAccessRules) -> Checked {
        let digest = PasswordHash.sha256(bytes)
        let known = table.withLock { $0.records[site]?.state.standing(of: root) }
        if case .rules(let checked) = known, checked.digest == digest { return checked }
        let rules = try AccessRules(parsing: bytes)
        return Checked(rules: rules, logins: Logins(users: rules.users, workshop: workshop), digest: digest)
    }

    private func shut(_ site: String, _ file: OpenFile, _ status: Int, _ message: String, _ readAt: Int64) {
        complain(site, "\(AccessRules.fileName): \(message); nothing of the site is served")
        let reason = status == 412 ? "invalid \(AccessRules.fileName)" : ""
        finish(
            site,
            .standing(.shut(status: status, reason: reason), root: file.root, file: file.identity, readAt: readAt),
            size: 0)
    }

    private func complain(_ site: String, _ message: String) {
        guard complaints.take() != .drop else { return }
        logger.error("\(site.isEmpty ? "" : "\(site): ")\(LogEscaping.escape(message))")
    }

    private func finish(_ site: String, _ finding: State.Finding, size: Int?) {
        let now = MonotonicTime.now()
        let (answer, waiters) = table.withLock { table -> (State.Answer?, [@Sendable (State.Answer) -> Void]) in
            guard var record = table.records[site] else { return (.wait, []) }
            let answer = record.state.finished(finding, at: now)
            if let size {
                table.size += size - record.size
                record.size = size
            }
            let waiters = answer == nil ? [] : record.waiters
            if answer != nil { record.waiters = [] }
            // Nothing is remembered of what is not there.
            if case .gone = answer {
                table.size -= record.size
                table.records[site] = nil
            } else {
                table.records[site] = record
            }
            return (answer, waiters)
        }
        guard let answer else { return workshop.later(20 * .millisecond) { self.begin(site) } }
        for waiter in waiters { waiter(answer) }
    }

    /// Forgets domains that nobody asks for any more, and tells which have another root, or none.
    func sweep(_ tell: @escaping @Sendable (Set<String>) -> Void) {
        guard let dns = folder.roots?.dns else { return }
        _ = lookers.submit(dnsLane) {
            let changed = dns.sweep()
            if !changed.isEmpty { tell(changed) }
        }
    }
}
