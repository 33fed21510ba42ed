import Glibc

/// A line on the terminal while a module is compiled that is large enough to make one wonder; silent elsewhere.
struct Progress {
    /// About half a second's work.
    private static let largeModule = 4 << 20

    private let isShown: Bool

    init(compiling file: String) {
        var status = stat()
        isShown = StandardError.isTerminal && stat(file, &status) == 0 && status.st_size >= Self.largeModule
        if isShown { StandardError.write("compiling \(file.printable) (\(status.st_size >> 20) MiB) …") }
    }

    /// Takes the line away.
    func end() {
        if isShown { StandardError.write("\r\u{1B}[K") }
    }
}
