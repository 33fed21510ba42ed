package import NativeCode

/// How a module is to be compiled: what a user can choose that changes the artifact.
package struct CompileOptions: Hashable, Sendable {
    /// Which compiler works on the generated C.
    package enum Tier: String, Hashable, Sendable, CaseIterable {
        /// libtcc: in milliseconds.
        case quick
        /// A compiler of the system's: in seconds, for faster code.
        case optimized
    }

    /// What keeps a guest within its memories.
    package enum BoundsChecks: String, Hashable, Sendable, CaseIterable {
        /// Address space behind each memory that nobody may touch.
        case guardPages = "guard-pages"
        /// A comparison in front of every access.
        case explicit = "explicit"
    }

    package var tier: Tier
    /// What the optimized tier uses; without one there is no such code.
    package var compiler: OptimizingCompiler?
    /// How much of the machine the optimized tier may take.
    package var budget = OptimizedBuild.Budget()
    package var boundsChecks: BoundsChecks
    /// How deep an expression of the generated C may nest; nil for the translator's own choice.
    ///
    /// A tiny one forces a variable for everything: for tests.
    package var expressionLimit: Int?
    /// How long compiling may take; nil: as long as it takes.
    package var timeLimit: Duration?

    package init(tier: Tier = .quick, boundsChecks: BoundsChecks = .guardPages, expressionLimit: Int? = nil) {
        self.tier = tier
        self.boundsChecks = boundsChecks
        self.expressionLimit = expressionLimit
    }

    /// For the cache key: what makes a difference to the code.
    var fingerprint: String {
        let choices = "\(tier.rawValue) \(boundsChecks.rawValue)" + (expressionLimit.map { " expressions \($0)" } ?? "")
        guard tier == .optimized else { return choices }
        return "\(choices) \(compiler?.identity ?? "") \(OptimizedSource.identity)"
    }
}
