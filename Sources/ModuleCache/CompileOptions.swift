/// How a module is to be compiled: what a user can choose that changes the artifact.
package struct CompileOptions: Hashable, Sendable {
    /// Which compiler works on the generated C.
    package enum Tier: String, Hashable, Sendable, CaseIterable {
        case quick
    }

    package var tier: Tier

    package init(tier: Tier = .quick) {
        self.tier = tier
    }

    /// For the cache key.
    var fingerprint: String { tier.rawValue }
}
