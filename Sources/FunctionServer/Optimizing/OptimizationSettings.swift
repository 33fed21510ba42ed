package import NativeCode

/// How hot functions are compiled again.
package struct OptimizationSettings: Hashable, Sendable {
    /// What compiles them.
    package var compiler: OptimizingCompiler
    /// Nanoseconds of a processor that a version has to use before it counts as hot.
    package var after: Int64 = 250 * .millisecond
    /// Nanoseconds, by the clock on the wall, that compiling one of them may take.
    package var time: Int64 = 60 * .second
    /// Compilers at a time.
    package var processes = 1
    /// Added to that of the server, so that requests go first.
    ///
    /// Not the most there is: on a machine without idle processors that would be a hundredth of one, and hot functions
    /// are what there is none idle for.
    package var niceness: Int32 = 10

    /// The defaults.
    package init(compiler: OptimizingCompiler) {
        self.compiler = compiler
    }
}
