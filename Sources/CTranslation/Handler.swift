import WasmModule

/// A `try` of a function, for its landing pad.
struct Handler {
    /// The state around it: who is asked if no clause fits.
    var outer: Int
    var clauses: [Clause] = []

    /// Which exceptions go where.
    struct Clause {
        /// nil: all.
        var tag: TagIndex?
        /// The label; negative: out of the function, with what the exception carries as results.
        var label: Int
        /// The label's variables, first those for the values.
        var values: [Int32] = []
        /// The variable for the exception itself, or negative.
        var exception: Int32 = -1
        /// Results of the function: whether the exception itself is the last.
        var returnsException = false
        /// The state in force at the label; nil if it is set there.
        var state: Int?
    }
}
