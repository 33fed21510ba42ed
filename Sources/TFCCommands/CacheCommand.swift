import ArgumentParser
import Glibc
import ModuleCache

/// `tfc cache`: what is kept, and where.
struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Show or empty the cache of compiled modules.",
        subcommands: [Path.self, List.self, Clear.self])

    struct Path: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the cache's folder.")

        func run() { StandardOutput.write(ModuleCache(configuration: .forCommands()).directory + "\n") }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what is in the cache, most recently used first: key, bytes, last use.")

        func run() {
            let entries = ModuleCache(configuration: .forCommands()).entries()
            for entry in entries {
                StandardOutput.write(
                    "\(entry.key)  \(String(entry.size).padded(to: 10))  \(localTime(entry.used))\n")
            }
            StandardOutput.write("\(entries.count) artifacts, \(entries.reduce(0) { $0 + $1.size }) bytes\n")
        }
    }

    struct Clear: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove everything from the cache.")

        func run() {
            let count = ModuleCache(configuration: .forCommands()).clear()
            StandardOutput.write("removed \(count) artifacts\n")
        }
    }
}

/// `2026-11-22 20:15:03` where the user is.
private func localTime(_ seconds: Int) -> String {
    var (time, parts) = (time_t(seconds), tm())
    guard localtime_r(&time, &parts) != nil else { return "" }
    var buffer = [CChar](repeating: 0, count: 32)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
}

extension CacheConfiguration {
    /// As the commands use it: what the cache has to say goes to standard error.
    static func forCommands() -> CacheConfiguration {
        CacheConfiguration(log: { StandardError.write("tfc: \($0)\n") })
    }
}
