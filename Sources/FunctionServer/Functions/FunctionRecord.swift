/// What is remembered of a function, behind the table's lock.
final class FunctionRecord {
    var state = FunctionState<ServedFunction>()
    /// What it shares with the others of its site.
    let site: SiteLanes
    // One for each of the pools: a function may be of one kind today and of the other tomorrow.
    let callLane: WorkerPool.Lane
    let commandLane: WorkerPool.Lane
    let log = LogBudget()
    let report = FunctionReport()
    var waiters: [FunctionTable.Waiter] = []
    /// Of the version that serves; nil once it may have changed.
    var present: FunctionTable.Entry?

    init(site: SiteLanes) {
        self.site = site
        callLane = WorkerPool.Lane(in: site.calls)
        commandLane = WorkerPool.Lane(in: site.commands)
    }

    func entry(_ function: ServedFunction) -> FunctionTable.Entry {
        if let present { return present }
        let lane =
            switch function {
            case .call: callLane
            case .command: commandLane
            }
        let entry = FunctionTable.Entry(
            function: function, lane: lane, log: log, report: report, root: state.live?.root ?? 0)
        present = entry
        return entry
    }
}

/// A site's turns among the others': for its requests, and for what its files make to do.
final class SiteLanes: Sendable {
    let calls = WorkerPool.Group()
    let commands = WorkerPool.Group()
    let looks = WorkerPool.Lane()
    private let small: WorkerPool.Lane
    private let large: WorkerPool.Lane

    /// Bytes of a module that compiles in a moment.
    private static let smallModule: UInt64 = 256 << 10

    init() {
        let compiles = WorkerPool.Group()
        small = WorkerPool.Lane(in: compiles)
        large = WorkerPool.Lane(in: compiles)
    }

    /// Small modules take turns with large ones, so that none waits for all of those.
    func compiles(bytes: UInt64) -> WorkerPool.Lane { bytes <= Self.smallModule ? small : large }
}

/// The records of all functions there are, or may be, and of their sites.
struct FunctionRecords {
    private(set) var byName: [String: FunctionRecord] = [:]
    /// Sites, with how many records they have: what nobody has is not remembered, whatever hosts are asked for.
    private var sites: [String: (lanes: SiteLanes, count: Int)] = [:]
    private let holdsSites: Bool

    init(holdsSites: Bool) {
        self.holdsSites = holdsSites
    }

    subscript(name: String) -> FunctionRecord? { byName[name] }

    /// A record for a function that has none; it is not kept yet.
    func record(_ name: String) -> FunctionRecord { FunctionRecord(site: sites[site(name)]?.lanes ?? SiteLanes()) }

    mutating func keep(_ record: FunctionRecord, _ name: String) {
        guard byName.updateValue(record, forKey: name) == nil else { return }
        sites[site(name), default: (record.site, 0)].count += 1
    }

    mutating func forget(_ name: String) {
        guard byName.removeValue(forKey: name) != nil, let site = sites[site(name)] else { return }
        sites[self.site(name)] = site.count > 1 ? (site.lanes, site.count - 1) : nil
    }

    private func site(_ name: String) -> String { holdsSites ? FunctionSource.site(of: name) : "" }
}
