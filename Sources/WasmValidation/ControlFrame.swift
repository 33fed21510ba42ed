import WasmModule

/// A block that is open.
struct ControlFrame: BitwiseCopyable {
    let signature: Signature
    /// Number of operands when it began.
    let height: Int32
    /// Where the initialization of locals was when it began.
    let initializations: Int32
    /// `block` (also for the function's body), `loop`, `if`, `else`, `try_table`, `try`, `catch` or `catch_all`.
    let opcode: Opcode
    /// Whether the rest of the block around it is unreachable.
    let isOuterUnreachable: Bool

    /// What a branch to it takes, as a range of the context's values.
    var label: Range<Int> {
        // A pattern, because `==` of another module's enumeration is a call.
        if case .loop = opcode { signature.parameters } else { signature.results }
    }
}
