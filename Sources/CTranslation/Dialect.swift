/// Whom the C of a module is written for.
package enum Dialect: Hashable, Sendable {
    /// libtcc: short, in one piece, and in shapes that it makes good code of.
    case quick
    /// clang and gcc: nothing is left undefined, nothing that may trap can be left out, and the source may be several
    /// units. Its words are those of `runtime-c/generated/tf_optimized.h`.
    case optimizing
}
