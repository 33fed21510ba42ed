package import WasmBinary
package import WasmModule
package import WasmValidation

/// Why a module has no C: something in a body is malformed or invalid, or beyond what generated code can hold.
package enum TranslationError: Error {
    case malformed(DecodeError)
    case invalid(ValidationError)
    /// The function's variables would not fit the stack that guards can protect.
    case frameTooLarge(function: FunctionIndex, offset: Int, bytes: Int)
    /// The function's, or with nil the module's, C would be many times longer than any compiler's output needs.
    case textTooLarge(function: FunctionIndex?, offset: Int)
    /// Nobody wanted the rest.
    case stopped
}
