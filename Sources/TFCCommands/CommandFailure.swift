/// A failure as the user reads it; `tfc: ` is put in front.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// A failed system call on a file.
    init(_ path: String, errno code: Int32) {
        self.init("\(path.printable): \(SystemError.text(code))")
    }
}

/// A flag that grants something which cannot be had.
struct GrantFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
