import CRuntime
import Glibc
import ModuleCache

/// A line on the terminal that shows how far something is, drawn by a thread of its own.
final class ProgressBar: @unchecked Sendable {
    /// What is done sooner is not worth a line.
    private static let firstLine: Int32 = 500
    private static let nextLine: Int32 = 100

    private let progress: Progress
    private let file: String
    private var thread = pthread_t()
    private var ends: [Int32] = [-1, -1]
    // The thread's; read after it was joined.
    private var isShown = false

    /// Nil if there are no more threads or descriptors: then there is no bar.
    init?(of progress: Progress, file: String) {
        self.progress = progress
        self.file = file.printable
        guard tf_open_pipe(&ends) == 0 else { return nil }
        let context = Unmanaged.passRetained(self)
        guard pthread_create(&thread, nil, { ProgressBar.run($0) }, context.toOpaque()) == 0 else {
            context.release()
            ends.forEach { _ = close($0) }
            return nil
        }
    }

    /// Takes the line away.
    func end() {
        close(ends[1])
        pthread_join(thread, nil)
        close(ends[0])
        if isShown, Self.isWritable { StandardError.write("\r\u{1B}[K") }
    }

    private static func run(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        let bar = Unmanaged<ProgressBar>.fromOpaque(context).takeRetainedValue()
        // Signals are for who compiles.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var end = pollfd(fd: bar.ends[0], events: 0, revents: 0)
        var pause = firstLine
        while poll(&end, 1, pause) == 0 {
            pause = nextLine
            guard isWritable else { continue }
            bar.isShown = true
            StandardError.write("\r" + line(bar.file, bar.progress.state, columns: columns) + "\u{1B}[K")
        }
        return nil
    }

    /// Whether the terminal takes something: one that was stopped (^S) would hold us up, and a signal with us.
    private static var isWritable: Bool {
        var terminal = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&terminal, 1, 0) == 1 && terminal.revents & Int16(POLLOUT) != 0
    }

    /// Of the terminal.
    private static var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// `esbuild.wasm  compiling  [########........]  52%  6.8 of 13.0 MB`.
    ///
    /// What fits into the terminal's columns: a path loses its beginning first, then the line its end.
    static func line(_ file: String, _ state: Progress.State, columns: Int) -> String {
        let phase =
            switch state.phase {
            case .decoding: "decoding"
            case .compiling: "compiling"
            case .finishing: "writing"
            }
        let share = state.total > 0 ? Double(state.done) / Double(state.total) : 0
        let width = 24
        let filled = Int(share * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        let percent = String(repeating: " ", count: share < 0.1 ? 2 : share < 1 ? 1 : 0) + "\(Int(share * 100))%"
        let rest = "  \(phase)  [\(bar)] \(percent)  \(megabytes(state.done)) of \(megabytes(state.total)) MB"
        let room = max(12, columns - 1 - rest.count)
        return String((shortened(file, to: room) + rest).prefix(max(1, columns - 1)))
    }

    /// Without its beginning, if it is too long; what may take two columns, or none, is a question mark.
    private static func shortened(_ file: String, to room: Int) -> String {
        let plain = String(file.unicodeScalars.map { $0.isASCII ? Character($0) : "?" })
        return plain.count > room ? "…" + plain.suffix(room - 1) : plain
    }

    private static func megabytes(_ bytes: Int) -> String {
        let tenths = (bytes + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
