import GRDB
import Glibc
import Hostcalls

/// What one site keeps: a database in a file of its own, opened by the first that asks.
///
/// SAFETY: what changes is touched only by who holds the lock.
final class SiteDatabase: @unchecked Sendable {
    /// When who waits for another process gives up: read by the connection's busy handler, on the thread that waits.
    private final class Patience: @unchecked Sendable {
        var deadline: Int64 = 0
    }

    private let path: String
    private let limits: KeyValueLimits
    private let lock = TimedLock()
    private let patience = Patience()
    private var queue: DatabaseQueue?
    private var identity: FileNumber?

    init(path: String, limits: KeyValueLimits) {
        self.path = path
        self.limits = limits
    }

    /// Runs the body alone with the database; what it changes is there as a whole, or not at all.
    func change<Result>(
        until deadline: Int64, _ body: (Database) throws -> Result
    ) throws(KeyValueFailure) -> Result {
        try use(until: deadline) { queue in
            try queue.writeWithoutTransaction { database in
                var result: Result?
                try database.inTransaction(.immediate) {
                    result = try body(database)
                    return .commit
                }
                guard let result else { throw KeyValueFailure.broken("no result") }
                return result
            }
        }
    }

    /// Runs the body alone with the database.
    func read<Result>(until deadline: Int64, _ body: (Database) throws -> Result) throws(KeyValueFailure) -> Result {
        try use(until: deadline) { queue in try queue.inDatabase(body) }
    }

    /// Gives back file and memory; who asks next opens it again.
    func close() {
        guard lock.lock(until: .max) else { return }
        defer { lock.unlock() }
        queue = nil
    }

    private func use<Result>(
        until deadline: Int64, _ body: (DatabaseQueue) throws -> Result
    ) throws(KeyValueFailure) -> Result {
        guard lock.lock(until: deadline) else { throw .busy }
        defer { lock.unlock() }
        patience.deadline = deadline
        do {
            return try body(try opened())
        } catch let failure as KeyValueFailure {
            throw failure
        } catch let error as DatabaseError {
            throw failure(error)
        } catch {
            throw .broken("\(error)")
        }
    }

    /// The connection; another one if somebody has put another file in place, or taken it away.
    private func opened() throws -> DatabaseQueue {
        if let queue, identity == FileNumber(path) { return queue }
        queue = nil
        var configuration = Configuration()
        let (patience, pages) = (patience, limits.siteBytes / Self.pageBytes)
        configuration.busyMode = .callback { _ in
            usleep(Self.pause)
            return monotonicNanoseconds() < patience.deadline
        }
        configuration.prepareDatabase { try Self.prepare($0, pages: pages) }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: Self.schema) }
        identity = FileNumber(path)
        self.queue = queue
        return queue
    }

    private static func prepare(_ database: Database, pages: Int) throws {
        try database.execute(sql: "PRAGMA page_size = \(pageBytes)")
        // Readers and crashes of this process see whole changes. What the system has is not forced to the disk at each
        // of them: a loss of power may take the last ones away, and damages nothing.
        try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        try database.execute(
            sql: "PRAGMA max_page_count = \(max(1, pages)); PRAGMA journal_size_limit = \(journalBytes)")
        try database.execute(
            sql: "PRAGMA cache_size = -\(cacheKiB); PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF")
    }

    private func failure(_ error: DatabaseError) -> KeyValueFailure {
        switch error.resultCode {
        case .SQLITE_FULL where isFull: return .tooLarge
        case .SQLITE_TOOBIG: return .tooLarge
        case .SQLITE_BUSY, .SQLITE_LOCKED: return .busy
        default:
            // The next one begins anew: with another file, perhaps.
            queue = nil
            return .broken("\(error.message ?? "unknown error") (SQLite \(error.extendedResultCode.rawValue))")
        }
    }

    /// Whether the site is at its limit, rather than the disk: the largest value would not fit.
    private var isFull: Bool {
        let used = (try? queue?.inDatabase { try Int.fetchOne($0, sql: "PRAGMA page_count") }) ?? 0
        let largest = (limits.valueBytes + limits.keyBytes) / Self.pageBytes + 16
        return used + largest >= limits.siteBytes / Self.pageBytes
    }

    private static let schema = """
        CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT
        """
    private static let pageBytes = 4096
    /// What the file of recent changes is cut to.
    private static let journalBytes = 8 << 20
    /// Of pages that a connection keeps.
    private static let cacheKiB = 512
    /// Microseconds.
    private static let pause: UInt32 = 2000
}

/// What tells a file from another one under its name.
private struct FileNumber: Equatable {
    private let device: UInt
    private let number: UInt

    /// Nil if there is none.
    init?(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        device = facts.st_dev
        number = facts.st_ino
    }
}
