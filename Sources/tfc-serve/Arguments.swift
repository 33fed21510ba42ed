import ArgumentParser
import FunctionServer
import Glibc
import ModuleCache

extension CompileOptions.BoundsChecks: ExpressibleByArgument {}

/// `127.0.0.1:8080`, `[::1]:8080`, `:8080`.
struct ListenAddress: ExpressibleByArgument {
    var host: String
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"),
            let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.init(host: host.isEmpty ? "0.0.0.0" : host, port: Int(port))
    }

    /// `PORT`, as platforms tell their programs, on all addresses; else the default.
    init(environment: [String: String]) throws {
        guard let text = environment["PORT"], !text.isEmpty else {
            self.init(host: "127.0.0.1", port: 8080)
            return
        }
        guard let port = UInt16(text) else { throw ServerError("PORT=\(text): expected a number from 0 to 65535") }
        self.init(host: "0.0.0.0", port: Int(port))
    }

    var defaultValueDescription: String { "\(host):\(port)" }
}

/// Our own environment.
enum ProcessInfo {
    static var environment: [String: String] {
        var variables: [String: String] = [:]
        var at = environ
        while let entry = at.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            variables[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
            at += 1
        }
        return variables
    }
}

/// `on`, `off`.
enum Switch: String, ExpressibleByArgument, CaseIterable {
    case on
    case off
}

/// `10s`, `500ms`, `100us`, `100ns`; a number alone is seconds.
struct TimeSpan: ExpressibleByArgument {
    var nanoseconds: Int64

    init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    init?(argument: String) {
        guard let nanoseconds = Quantity.nanoseconds(argument) else { return nil }
        self.nanoseconds = nanoseconds
    }

    var defaultValueDescription: String {
        nanoseconds % .second == 0 ? "\(nanoseconds / .second)s" : "\(nanoseconds / 1000)us"
    }
}

/// `1048576`, `1024K`, `64M`, `1G`.
struct ByteCount: ExpressibleByArgument {
    var bytes: Int

    init(bytes: Int) {
        self.bytes = bytes
    }

    init?(argument: String) {
        guard let bytes = Quantity.bytes(argument) else { return nil }
        self.bytes = Int(bytes)
    }

    var defaultValueDescription: String {
        if bytes % (1 << 20) != 0 { return "\(bytes >> 10)K" }
        return bytes % (1 << 30) == 0 ? "\(bytes >> 30)G" : "\(bytes >> 20)M"
    }
}

/// A standard stream to print to.
struct FileDescriptorOutput {
    static let error = FileDescriptorOutput(descriptor: STDERR_FILENO)
    static let output = FileDescriptorOutput(descriptor: STDOUT_FILENO)
    let descriptor: Int32

    func write(_ text: String) {
        _ = Glibc.write(descriptor, text, text.utf8.count)
    }
}
