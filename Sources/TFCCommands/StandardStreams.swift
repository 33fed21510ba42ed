import Glibc

/// Unbuffered standard error.
enum StandardError {
    static func write(_ text: String) { _ = writeText(text, to: STDERR_FILENO) }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Unbuffered standard output, in step with what a guest writes to it.
enum StandardOutput {
    /// Ends the process if the text can't be written: a result that got lost is no success.
    static func write(_ text: String) {
        let code = writeText(text, to: STDOUT_FILENO)
        guard code != 0 else { return }
        // A reader that has seen enough is no news.
        if code != EPIPE { StandardError.write("tfc: standard output: \(SystemError.text(code))\n") }
        exit(ExitStatus.failure)
    }
}

/// Zero, or an errno value.
private func writeText(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
}

/// Writes all bytes; zero, or an errno value.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = bytes
    while !rest.isEmpty {
        let count = write(descriptor, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { return errno }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    return 0
}

/// Names of errno values.
enum SystemError {
    static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension String {
    /// For messages: names out of a module or a folder can hold what would steer a terminal.
    var printable: String {
        guard unicodeScalars.contains(where: \.steersTerminal) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.steersTerminal {
                text += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var steersTerminal: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
