import Foundation
import GRDB
package import Hostcalls
import Synchronization

/// Keeps values in files: a SQLite database for each site, `<folder>/<site>.sqlite`, made by the first write or read.
///
/// An acknowledged change survives the end of this process, however it ends; see ``SiteDatabase`` for a loss of power.
/// Sites don't wait for each other. At most so many databases are open; the one that was used least recently is closed
/// for the next.
package final class SQLiteStore: KeyValueStore {
    private struct Entry {
        var database: SiteDatabase
        var users: Int
        var lastUse: UInt64
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var uses: UInt64 = 0
    }

    package let limits: KeyValueLimits
    private let folder: String
    private let mostOpen: Int
    private let state = Mutex(State())

    /// Databases that are open at a time, unless more sites are in use at once.
    package static let defaultMostOpen = 64

    /// Keeps them in a folder that is there.
    package init(folder: String, limits: KeyValueLimits = KeyValueLimits(), mostOpen: Int = SQLiteStore.defaultMostOpen)
    {
        self.folder = folder
        self.limits = limits
        self.mostOpen = max(1, mostOpen)
    }

    /// Databases that are open.
    package var openCount: Int { state.withLock { $0.entries.count } }

    package func value(_ key: [UInt8], of site: String, deadline: Int64) throws(KeyValueFailure) -> [UInt8]? {
        let most = limits.valueBytes
        return try with(site) { database throws(KeyValueFailure) in
            try database.read(until: deadline) { try Self.value(key, in: $0, most: most) }
        }
    }

    package func insert(
        _ value: [UInt8], for key: [UInt8], of site: String, deadline: Int64
    ) throws(KeyValueFailure) -> Bool {
        try check(key, value)
        return try with(site) { database throws(KeyValueFailure) in
            try database.change(until: deadline) { database in
                if try Self.add(value, for: key, to: database) { return true }
                try Self.replace(value, for: key, in: database)
                return false
            }
        }
    }

    package func insertIfAbsent(
        _ value: [UInt8], for key: [UInt8], of site: String, deadline: Int64
    ) throws(KeyValueFailure) -> Bool {
        try check(key, value)
        return try with(site) { database throws(KeyValueFailure) in
            try database.change(until: deadline) { try Self.add(value, for: key, to: $0) }
        }
    }

    package func append(
        _ bytes: [UInt8], to key: [UInt8], of site: String, deadline: Int64
    ) throws(KeyValueFailure) -> Bool {
        try check(key, bytes)
        let most = limits.valueBytes
        return try with(site) { database throws(KeyValueFailure) in
            try database.change(until: deadline) { database in
                if try Self.add(bytes, for: key, to: database) { return true }
                guard let present = try Self.value(key, in: database, most: most - bytes.count) else {
                    throw KeyValueFailure.tooLarge
                }
                try Self.replace(present + bytes, for: key, in: database)
                return false
            }
        }
    }

    package func remove(_ key: [UInt8], of site: String, deadline: Int64) throws(KeyValueFailure) -> Bool {
        try with(site) { database throws(KeyValueFailure) in
            try database.change(until: deadline) { database in
                try database.cachedStatement(sql: "DELETE FROM entries WHERE key = ?").execute(arguments: [Data(key)])
                return database.changesCount > 0
            }
        }
    }

    private func check(_ key: [UInt8], _ value: [UInt8]) throws(KeyValueFailure) {
        guard key.count <= limits.keyBytes, value.count <= limits.valueBytes else { throw .tooLarge }
    }
}

extension SQLiteStore {
    /// Uses a site's database; while it is used, it is not closed.
    private func with<Result>(
        _ site: String, _ body: (SiteDatabase) throws(KeyValueFailure) -> Result
    ) throws(KeyValueFailure) -> Result {
        // A name of a file, and of nothing elsewhere, whoever made it.
        guard !site.isEmpty, site.first != ".", site.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "/") }) else {
            throw .broken("no name of a site")
        }
        let (database, surplus) = take(site)
        surplus?.close()
        defer { putBack(site) }
        return try body(database)
    }

    private func take(_ site: String) -> (SiteDatabase, surplus: SiteDatabase?) {
        state.withLock { state in
            state.uses += 1
            if var entry = state.entries[site] {
                entry.users += 1
                entry.lastUse = state.uses
                state.entries[site] = entry
                return (entry.database, nil)
            }
            let surplus = state.entries.count < mostOpen ? nil : Self.takeIdlest(&state)
            let database = SiteDatabase(path: "\(folder)/\(site).sqlite", limits: limits)
            state.entries[site] = Entry(database: database, users: 1, lastUse: state.uses)
            return (database, surplus)
        }
    }

    private static func takeIdlest(_ state: inout State) -> SiteDatabase? {
        let idle = state.entries.filter { $0.value.users == 0 }
        guard let idlest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return nil }
        state.entries[idlest.key] = nil
        return idlest.value.database
    }

    private func putBack(_ site: String) {
        let surplus: SiteDatabase? = state.withLock { state in
            state.entries[site]?.users -= 1
            return state.entries.count > mostOpen ? Self.takeIdlest(&state) : nil
        }
        surplus?.close()
    }

    /// Nil also if it is larger than it may be.
    private static func value(_ key: [UInt8], in database: Database, most: Int) throws -> [UInt8]? {
        let statement = try database.cachedStatement(
            sql: "SELECT value FROM entries WHERE key = ? AND length(value) <= ?")
        return try Data.fetchOne(statement, arguments: [Data(key), most]).map { [UInt8]($0) }
    }

    /// Whether it was not there.
    private static func add(_ value: [UInt8], for key: [UInt8], to database: Database) throws -> Bool {
        try database.cachedStatement(sql: "INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .execute(arguments: [Data(key), Data(value)])
        return database.changesCount > 0
    }

    private static func replace(_ value: [UInt8], for key: [UInt8], in database: Database) throws {
        try database.cachedStatement(sql: "UPDATE entries SET value = ? WHERE key = ?")
            .execute(arguments: [Data(value), Data(key)])
    }
}
