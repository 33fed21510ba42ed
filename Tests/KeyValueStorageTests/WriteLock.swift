import GRDB

/// Another connection that has begun to change a database.
final class WriteLock {
    private let queue: DatabaseQueue

    init(_ path: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    func release() { try? queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") } }
}
