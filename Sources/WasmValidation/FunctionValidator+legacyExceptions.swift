import WasmModule

// The exceptions that came before those of WebAssembly 3.0.
// <https://github.com/WebAssembly/exception-handling/blob/main/proposals/exception-handling/legacy/Exceptions.md>

extension FunctionValidator {
    mutating func checkLegacyException(_ instruction: Instruction) throws(ValidationError) {
        switch instruction.opcode {
        case .`catch`:
            let payload = try tagType(instruction.a).parameters
            try handle(.`catch`)
            try push(payload)
        case .catchAll: try handle(.catchAll)
        case .rethrow: try rethrow(instruction.a)
        default: try delegate(instruction.a)
        }
    }

    /// Ends a `try` or a `catch` and begins the next handler of the same `try`.
    private mutating func handle(_ opcode: Opcode) throws(ValidationError) {
        guard let last = frames.last, last.opcode == .`try` || last.opcode == .`catch` else {
            throw failure("catch without try")
        }
        let frame = try leave()
        try enter(opcode, frame.signature.resultsOnly)
    }

    private mutating func rethrow(_ depth: UInt32) throws(ValidationError) {
        _ = try label(depth)
        let opcode = frames[frames.count - 1 - Int(depth)].opcode
        guard opcode == .`catch` || opcode == .catchAll else { throw failure("invalid rethrow label \(depth)") }
        becomeUnreachable()
    }

    /// Ends a `try` that has no handlers of its own; the label counts from outside of it.
    private mutating func delegate(_ depth: UInt32) throws(ValidationError) {
        guard frames.last?.opcode == .`try` else { throw failure("delegate without try") }
        let frame = try leave()
        _ = try label(depth)
        try push(frame.signature.results)
    }
}
