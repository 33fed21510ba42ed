package import WasmBinary
package import WasmModule

/// Why a well-formed module is not valid.
///
/// The message begins as the official test suite's texts do, where it has one.
package struct ValidationError: Error, Hashable, Sendable {
    /// Where in the module's bytes: of the instruction or constant expression; for what is declared without
    /// one, where its section's contents start.
    package let offset: Int
    /// The function whose body is invalid, if it is one.
    package let function: FunctionIndex?
    package let message: String

    package init(offset: Int, function: FunctionIndex? = nil, message: String) {
        self.offset = offset
        self.function = function
        self.message = message
    }

    /// A malformed body, which is found only while bodies are validated.
    package init(_ error: DecodeError) {
        self.init(offset: error.offset, function: error.function, message: error.message)
    }
}

extension ValidationError: CustomStringConvertible {
    /// `0x1f3: message`, for a command line that puts the file's name before it.
    package var description: String {
        DecodeError(offset: offset, message: message, function: function).description
    }
}
