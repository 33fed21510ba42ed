package import WasmModule

/// Why bytes are not a module of the binary format.
///
/// The message begins as the official test suite's texts do, where it has one.
package struct DecodeError: Error, Hashable, Sendable {
    /// Where in the module's bytes.
    package let offset: Int
    package let message: String
    /// The function whose body is malformed, if it is one.
    package let function: FunctionIndex?

    package init(offset: Int, message: String, function: FunctionIndex? = nil) {
        self.offset = offset
        self.message = message
        self.function = function
    }
}

extension DecodeError: CustomStringConvertible {
    /// `0x1f3: message`, for a command line that puts the file's name before it.
    package var description: String {
        let place = "0x" + String(offset, radix: 16)
        guard let function else { return "\(place): \(message)" }
        return "\(place): function \(function): \(message)"
    }
}
