/// Why C did not become native code: what the compiler said, or what is wrong with what it made.
///
/// Generated C is valid by construction, so this is a fault of ours or of the machine (a full disk), but for one
/// limit that only the compiled code shows: ``isModuleLimit``.
package struct CompileError: Error, Hashable, CustomStringConvertible {
    /// Bytes of compiler messages that are kept.
    package static let messageLimit = 4096

    package var message: String
    /// The module asks for more than this compiler gives: its author can change that, another try can't.
    package var isModuleLimit: Bool

    package init(_ message: String, isModuleLimit: Bool = false) {
        self.message = message
        self.isModuleLimit = isModuleLimit
    }

    package var description: String { message }
}
