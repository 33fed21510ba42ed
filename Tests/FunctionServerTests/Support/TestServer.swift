import FunctionServer
import Glibc
import Logging
import NIOCore
import Synchronization

/// A server of fake functions on a port of its own, over a folder of its own.
final class TestServer {
    let folder: TestFolder
    let loader: FakeLoader
    let server: Server
    let log = LogLines()
    let counters = CounterRegistry()

    init(
        _ files: [String: String] = [:], loader: FakeLoader = FakeLoader(), accessLog: AccessLog? = nil,
        others: OtherSockets = OtherSockets(), configure: (inout ServerConfiguration) -> Void = { _ in },
        sites: (_ folder: String) -> SiteSources = { _ in SiteSources() }
    ) throws {
        folder = try TestFolder(files)
        self.loader = loader
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.loops = 1
        configuration.linger = 300 * .millisecond
        configuration.callThreads = 4
        configuration.commandThreads = 4
        configuration.sites = sites(folder.path)
        configure(&configuration)
        let admin = AdminAddress(socket: try ListeningSocket(host: "127.0.0.1", port: 0), counters: counters)
        server = try Server.start(
            folder: configuration.sites.isEmpty ? folder.path : nil, loader: loader, configuration: configuration,
            others: others, admin: admin, logger: log.logger(), accessLog: accessLog)
    }

    deinit {
        server.shutDown()
    }

    var port: Int { server.address.port ?? 0 }

    /// What the admin's address answers.
    func admin(_ target: String, method: String = "GET", headers: String = "") throws -> RawResponse {
        let client = try RawClient(port: server.adminAddress?.port ?? 0)
        try client.send("\(method) \(target) HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\(headers)\r\n")
        return try client.response(to: method)
    }

    func connect() throws -> RawClient { try RawClient(port: port) }

    /// One request on a connection of its own.
    func get(_ target: String, method: String = "GET", headers: String = "", body: String = "") throws -> RawResponse {
        let client = try connect()
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        try client.send(
            "\(method) \(target) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\(headers)\(length)\r\n\(body)")
        return try client.response(to: method)
    }
}

/// A folder that goes with its last reference.
final class TestFolder {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        var template = Array("/tmp/terrafirma-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for (name, text) in files { try write(name, text) }
    }

    deinit {
        removeTree(path)
    }

    /// Overwrites a file in place, as `cp` does.
    func write(_ name: String, _ text: String) throws {
        let parts = name.split(separator: "/")
        for count in 1..<max(1, parts.count) { mkdir("\(path)/" + parts.prefix(count).joined(separator: "/"), 0o755) }
        let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw TestFailure("open \(name): \(errno)") }
        defer { close(file) }
        guard Glibc.write(file, text, text.utf8.count) == text.utf8.count else { throw TestFailure("write") }
    }

    /// Replaces a file by a rename, as careful programs do.
    func replace(_ name: String, _ text: String) throws {
        try write(".new", text)
        guard rename("\(path)/.new", "\(path)/\(name)") == 0 else { throw TestFailure("rename") }
    }

    func remove(_ name: String) {
        unlink("\(path)/\(name)")
    }
}

private func removeTree(_ path: String) {
    if let folder = opendir(path) {
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            if entry.pointee.d_type == DT_DIR { removeTree("\(path)/\(name)") } else { unlink("\(path)/\(name)") }
        }
        closedir(folder)
    }
    rmdir(path)
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Lines that were logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func contains(_ text: String) -> Bool { all.contains { $0.contains(text) } }

    func logger() -> Logger { Logger(label: "test") { [self] _ in handler() } }

    func handler() -> any LogHandler { Handler(lines: self) }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.level) \(event.message)") }
        }
    }
}

/// Asks until it is so; for things that happen elsewhere.
///
/// False after far longer than they take.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<2000 {
        if try condition() { return true }
        usleep(5000)
    }
    return false
}
