import Glibc

/// How much memory the process occupies, in KiB.
struct ResidentMemory: Equatable {
    var present: Int
    /// The most there has ever been.
    var peak: Int

    /// From the text of `/proc/PID/status`.
    init?(status: String) {
        guard let present = Self.kibibytes("VmRSS:", in: status), let peak = Self.kibibytes("VmHWM:", in: status)
        else { return nil }
        self.present = present
        self.peak = peak
    }

    /// Measured now, with what malloc holds free given back.
    static func measured() throws(CommandFailure) -> ResidentMemory {
        giveBackFreeMemory()
        let status = String(decoding: try readFile("/proc/self/status"), as: UTF8.self)
        guard let memory = ResidentMemory(status: status) else {
            throw CommandFailure("/proc/self/status has no resident size")
        }
        return memory
    }

    private static func kibibytes(_ name: String, in status: String) -> Int? {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        let words = line.dropFirst(name.count).split { $0 == " " || $0 == "\t" }
        guard words.count == 2, words[1] == "kB" else { return nil }
        return Int(words[0])
    }

    /// `malloc_trim`, which Swift's overlay of the C library leaves out.
    private static func giveBackFreeMemory() {
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> CInt).self)(0)
    }
}
