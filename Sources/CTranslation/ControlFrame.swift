import WasmModule

/// A structured instruction that is open.
struct ControlFrame {
    enum Kind { case function, block, loop, then, otherwise, tryTable, tryBody, tryCatch, dead }

    var kind: Kind
    var parameters: [ValueType]
    var results: [ValueType]
    /// Operands below its parameters.
    var height: Int
    /// The number of its label; negative until something jumps there.
    var label = -1
    /// Where branches leave their values: results, or a loop's parameters.
    ///
    /// Empty until needed.
    var landing: [Int32] = []
    /// What an `if` got as parameters, for its `else`.
    var inputs: [Int32] = []
    /// Something falls or jumps to its end.
    var isEntered = false
    /// C blocks opened within it, to be closed at its end.
    var braces = 0
    /// The C form of a loop: an open `do {`.
    var hasDo = false
    /// The C form of an `if`: braces, or gotos if there are too many open ones.
    ///
    /// Then, the label before the else.
    var usesBraces = false
    var elseLabel = -1
    /// `LocalFacts.mark` where it begins.
    var facts = 0
    /// The handler in force within it, as `tf_handler.state` has it; 0: none of this function.
    var state = 0
    /// Of a `try`, the state around it.
    var outerState = 0
    /// Of a `try`, its position in the translator's `handlers`.
    var handler = -1
    /// Of a `catch`, the variable with the exception.
    var caught: Int32 = -1

    init(_ kind: Kind, parameters: [ValueType], results: [ValueType], height: Int) {
        self.kind = kind
        self.parameters = parameters
        self.results = results
        self.height = height
    }

    /// A `try` of either kind: whatever comes to its end sets the state that is in force behind it.
    var isTry: Bool { kind == .tryTable || kind == .tryBody || kind == .tryCatch }

    /// The types a branch to its label carries.
    var labelTypes: [ValueType] { kind == .loop ? parameters : results }
}
