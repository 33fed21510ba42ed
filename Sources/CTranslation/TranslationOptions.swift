/// What changes the C that is made of a module.
///
/// Part of the cache key.
package struct TranslationOptions: Hashable, Sendable {
    /// Bumped whenever the translator's output changes for some module.
    package static let translatorVersion = "12"

    /// C text in front of the module's: type names, the runtime's structures.
    ///
    /// Makes the source self-contained.
    package var prelude: [UInt8]

    /// C text between that and the module's, if the module uses vectors.
    package var vectorPrelude: [UInt8]

    /// How deep an expression may nest before it is computed into a variable.
    ///
    /// libtcc holds at most 256 values; 1 forces a variable for everything, for tests.
    package var expressionLimit: Int

    package var boundsChecks: BoundsChecks

    /// Whom the C is written for.
    package var dialect: Dialect

    package init(
        prelude: [UInt8], vectorPrelude: [UInt8] = [], expressionLimit: Int = 40,
        boundsChecks: BoundsChecks = .guardPages, dialect: Dialect = .quick
    ) {
        self.prelude = prelude
        self.vectorPrelude = vectorPrelude
        self.expressionLimit = expressionLimit
        self.boundsChecks = boundsChecks
        self.dialect = dialect
    }
}
