/// How a module is to be compiled: what a user can choose that changes the artifact.
package struct CompileOptions: Hashable, Sendable {
    /// Which compiler works on the generated C.
    package enum Tier: String, Hashable, Sendable, CaseIterable {
        case quick
    }

    package var tier: Tier
    /// How deep an expression of the generated C may nest; nil for the translator's own choice.
    ///
    /// A tiny one forces a variable for everything: for tests.
    package var expressionLimit: Int?

    package init(tier: Tier = .quick, expressionLimit: Int? = nil) {
        self.tier = tier
        self.expressionLimit = expressionLimit
    }

    /// For the cache key.
    var fingerprint: String { tier.rawValue + (expressionLimit.map { " expressions \($0)" } ?? "") }
}
