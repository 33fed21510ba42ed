/// How a module is to be compiled: what a user can choose that changes the artifact.
package struct CompileOptions: Hashable, Sendable {
    /// Which compiler works on the generated C.
    package enum Tier: String, Hashable, Sendable, CaseIterable {
        case quick
    }
    /// How accesses to a memory are kept inside it.
    package enum BoundsChecks: String, Hashable, Sendable, CaseIterable {
        /// By address space that nobody may touch.
        case guardPages = "guard-pages"
        /// By a comparison before each.
        case explicit
    }

    package var tier = Tier.quick
    package var boundsChecks = BoundsChecks.guardPages

    package init() {}

    package init(tier: Tier, boundsChecks: BoundsChecks = .guardPages) {
        self.tier = tier
        self.boundsChecks = boundsChecks
    }

    /// For the cache key.
    var fingerprint: String { "\(tier.rawValue),\(boundsChecks.rawValue)" }
}
