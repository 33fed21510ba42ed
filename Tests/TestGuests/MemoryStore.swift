package import Hostcalls
import Synchronization

/// Values in memory, for guests whose store is of no concern.
package final class MemoryStore: KeyValueStore {
    private struct Name: Hashable {
        var site: String
        var key: [UInt8]
    }

    package let limits: KeyValueLimits
    private let values = Mutex<[Name: [UInt8]]>([:])
    private let failure = Mutex<KeyValueFailure?>(nil)

    package init(limits: KeyValueLimits = KeyValueLimits()) {
        self.limits = limits
    }

    /// Fails from now on.
    package func fail(_ reason: KeyValueFailure?) { failure.withLock { $0 = reason } }

    /// Bytes of all keys and values.
    package var size: Int { values.withLock { $0.reduce(0) { $0 + $1.key.key.count + $1.value.count } } }

    package func value(_ key: [UInt8], of site: String, deadline: Int64) throws(KeyValueFailure) -> [UInt8]? {
        try with(site, key) { $0 }
    }

    package func insert(
        _ value: [UInt8], for key: [UInt8], of site: String, deadline: Int64
    ) throws(KeyValueFailure) -> Bool {
        try with(site, key) { present in
            defer { present = value }
            return present == nil
        }
    }

    package func insertIfAbsent(
        _ value: [UInt8], for key: [UInt8], of site: String, deadline: Int64
    ) throws(KeyValueFailure) -> Bool {
        try with(site, key) { present in
            defer { present = present ?? value }
            return present == nil
        }
    }

    package func append(
        _ bytes: [UInt8], to key: [UInt8], of site: String, deadline: Int64
    ) throws(KeyValueFailure) -> Bool {
        let most = limits.valueBytes
        let isNew: Bool? = try with(site, key) { present in
            guard (present?.count ?? 0) + bytes.count <= most else { return nil }
            defer { present = (present ?? []) + bytes }
            return present == nil
        }
        guard let isNew else { throw .tooLarge }
        return isNew
    }

    package func remove(_ key: [UInt8], of site: String, deadline: Int64) throws(KeyValueFailure) -> Bool {
        try with(site, key) { present in
            defer { present = nil }
            return present != nil
        }
    }

    private func with<Result: Sendable>(
        _ site: String, _ key: [UInt8], _ body: (inout [UInt8]?) -> Result
    ) throws(KeyValueFailure) -> Result {
        if let failure = failure.withLock({ $0 }) { throw failure }
        return values.withLock { values in body(&values[Name(site: site, key: key)]) }
    }
}
