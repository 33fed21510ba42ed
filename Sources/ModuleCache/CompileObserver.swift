/// Who wants to see how compiling gets on, or to end it.
package struct CompileObserver: Sendable {
    package enum Phase: Sendable {
        /// Decoding the module, and what is validated of it at once. Counted in bytes of the module.
        case decoding
        /// Validating, translating and compiling functions. Counted in bytes of their bodies.
        case compiling
        /// Making a shared object of it, and writing what belongs to that.
        case finishing
    }

    /// Called before anything is written that is removed again if compiling does not come to its end.
    package var begins: @Sendable () -> Void = {}
    /// Called when a phase begins, and for each function; perhaps on another thread.
    package var advances: @Sendable (_ phase: Phase, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
    /// Asked for each function, perhaps on another thread: whether the artifact is still wanted.
    package var isWanted: @Sendable () -> Bool = { true }

    /// Somebody who watches nothing and wants it all.
    package init() {}
}
