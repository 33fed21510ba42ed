/// What keeps a guest within its memories.
package enum BoundsChecks: String, Hashable, Sendable {
    /// The pages behind a memory: what is not the guest's faults.
    case guardPages = "guard-pages"
    /// A comparison in front of every access.
    case explicit
}
