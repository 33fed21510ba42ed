/// Why C did not become native code: what the compiler said, or what is wrong with what it made.
///
/// Generated C is valid by construction, so this is a fault of ours or of the machine (a full disk), never of
/// the module's author.
package struct CompileError: Error, Hashable, CustomStringConvertible {
    /// Bytes of compiler messages that are kept.
    package static let messageLimit = 4096

    package var message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
