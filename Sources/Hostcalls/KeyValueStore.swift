/// What outlives requests: values by key, of each site on its own.
///
/// Any thread may ask at any time. Each call blocks, at most until its deadline: nanoseconds of the monotonic clock. A
/// change is acknowledged by returning, all of it or none happens, and no two of them happen at once within a site.
package protocol KeyValueStore: AnyObject, Sendable {
    /// How large things may be.
    var limits: KeyValueLimits { get }

    /// The value of a key; nil if there is none.
    func value(_ key: [UInt8], of site: String, deadline: Int64) throws(KeyValueFailure) -> [UInt8]?
    /// Sets the value of a key, whatever it was; whether there was none before.
    func insert(_ value: [UInt8], for key: [UInt8], of site: String, deadline: Int64) throws(KeyValueFailure) -> Bool
    /// Sets the value of a key that has none; whether it had none.
    func insertIfAbsent(
        _ value: [UInt8], for key: [UInt8], of site: String, deadline: Int64
    ) throws(KeyValueFailure) -> Bool
    /// Adds to the end of a key's value, or sets it if there is none; whether there was none before.
    func append(_ bytes: [UInt8], to key: [UInt8], of site: String, deadline: Int64) throws(KeyValueFailure) -> Bool
    /// Takes a key away; whether it was there.
    func remove(_ key: [UInt8], of site: String, deadline: Int64) throws(KeyValueFailure) -> Bool
}

/// How much is kept, in bytes.
package struct KeyValueLimits: Sendable, Hashable {
    /// Of a key.
    package var keyBytes = 1 << 10
    /// Of a value.
    package var valueBytes = 1 << 20
    /// Of a site: keys and values, and what it takes to find them.
    package var siteBytes = 1 << 30

    /// The defaults.
    package init() {}
}

/// Why something was not read or written.
package enum KeyValueFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// A key, a value or the site would be larger than it may be.
    case tooLarge
    /// Others kept it busy until the deadline.
    case busy
    /// It is damaged, or the disk is full, or the like; what, for the operator.
    case broken(String)

    package var description: String {
        switch self {
        case .tooLarge: "larger than it may be"
        case .busy: "busy until the deadline"
        case .broken(let what): what
        }
    }
}

/// The values that one site's guests get.
package struct SiteValues: Sendable {
    let store: any KeyValueStore
    let site: String

    /// What a store keeps for a site.
    package init(_ store: any KeyValueStore, site: String) {
        self.store = store
        self.site = site
    }
}
