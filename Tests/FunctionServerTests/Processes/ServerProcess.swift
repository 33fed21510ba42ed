import Glibc
import Testing

/// `tfc-serve` as a process of its own, over a folder and with a cache of its own.
final class ServerProcess {
    let folder: TestFolder
    let cache: TestFolder
    let process: pid_t
    let port: Int
    private let logPath: String
    private var hasEnded = false

    /// Starts it over modules by file name, as `wat2wasm` (Debian: wabt) reads them, and waits until it listens.
    ///
    /// With `sites`, which are flags, there is no folder that answers every host.
    init(_ modules: [String: String] = [:], sites: [String] = [], flags: [String] = []) throws {
        folder = try TestFolder()
        cache = try TestFolder()
        for (name, text) in modules { try folder.assemble(name, text) }
        logPath = cache.path + "/log"
        process = try Self.start(
            "tfc-serve", (sites.isEmpty ? [folder.path] : sites) + ["--addr", "127.0.0.1:0"] + flags, cache: cache.path,
            descriptor: STDERR_FILENO,
            to: logPath)
        let log = logPath
        var found: Int?
        let listens = eventually {
            found = Self.port(in: Self.read(log))
            return found != nil
        }
        guard listens, let found else { throw TestFailure("the server does not start: \(Self.read(log))") }
        port = found
    }

    deinit {
        guard !hasEnded else { return }
        kill(process, SIGTERM)
        if end() == .min {
            kill(process, SIGKILL)
            _ = end()
        }
    }

    /// What it has logged so far.
    var log: String { Self.read(logPath) }

    /// The process that serves: the supervisor's child, if there is one.
    var server: pid_t {
        Self.children(of: process).first { !Self.isBroker($0) } ?? process
    }

    /// The process that has functions compiled, if there is one.
    var broker: pid_t? { Self.children(of: server).first { Self.isBroker($0) } }

    static func children(of process: pid_t) -> [pid_t] {
        read("/proc/\(process)/task/\(process)/children").split(separator: " ").compactMap { pid_t($0) }
    }

    private static func isBroker(_ process: pid_t) -> Bool { read("/proc/\(process)/comm") == "compile-broker\n" }

    /// Waits for the end; the exit code, or the negated signal.
    func end() -> Int32 {
        var status: Int32 = 0
        guard !hasEnded, eventually({ waitpid(process, &status, WNOHANG) == process }) else { return .min }
        hasEnded = true
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    func get(_ target: String, host: String = "test", headers: String = "") throws -> RawResponse {
        let client = try RawClient(port: port)
        try client.send("GET \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\(headers)\r\n")
        return try client.response()
    }

    /// The text of a file in the `/proc` folder of the process that serves.
    func proc(_ name: String) -> String { Self.read("/proc/\(server)/\(name)") }

    /// The program beside the tests.
    static func path(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        let own = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own[...(own.lastIndex(of: "/") ?? own.startIndex)] + name
    }

    static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while case let count = Glibc.read(file, &piece, piece.count), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func port(in log: String) -> Int? {
        guard let line = log.split(separator: "\n").first(where: { $0.contains("listening on http://") }) else {
            return nil
        }
        return line.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) }
    }

    /// Whether there is such a process, and it has not ended.
    static func isRunning(_ process: pid_t) -> Bool {
        let status = read("/proc/\(process)/status")
        return !status.isEmpty && !status.contains("State:\tZ")
    }

    /// The names of the threads of the process that serves.
    var threadNames: [String] {
        guard let folder = opendir("/proc/\(server)/task") else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let number = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !number.hasPrefix(".") { names.append(String(proc("task/\(number)/comm").dropLast())) }
        }
        return names
    }

    /// A line of the process's status.
    func status(_ name: String) -> String? {
        proc("status").split(separator: "\n").first { $0.hasPrefix(name + ":") }?.split(separator: "\t").last.map(
            String.init)
    }

    /// Runs a program beside the tests to its end; what it printed.
    static func run(_ name: String, _ arguments: [String]) throws -> String {
        let output = try TestFolder(["output": ""])
        let process = try start(
            name, arguments, cache: output.path, descriptor: STDOUT_FILENO, to: output.path + "/output")
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return read(output.path + "/output")
    }

    /// Runs a program beside the tests to its end; the code it ended with.
    static func code(_ name: String, _ arguments: [String]) throws -> Int32 { try result(name, arguments).code }

    /// Runs a program beside the tests to its end; the code it ended with, and its standard error.
    static func result(_ name: String, _ arguments: [String]) throws -> (code: Int32, errors: String) {
        let output = try TestFolder(["output": ""])
        let process = try start(
            name, arguments, cache: output.path, descriptor: STDERR_FILENO, to: output.path + "/output")
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return (status >> 8, read(output.path + "/output"))
    }

    private static func start(
        _ name: String, _ arguments: [String], cache: String, descriptor: Int32, to log: String
    ) throws -> pid_t {
        let path = path(name)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The threads that tests run on block most signals, and programs inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, descriptor, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var vector: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] =
            (["XDG_CACHE_HOME=\(cache)", "XDG_DATA_HOME=\(cache)", "TMPDIR=\(cache)", "PATH=/usr/bin:/bin"] as [String])
            .map { strdup($0) } + [
                nil
            ]
        defer { for string in vector + variables { free(string) } }
        var child = pid_t()
        guard posix_spawn(&child, path, &actions, &attributes, &vector, &variables) == 0 else {
            throw TestFailure("\(path) is not there")
        }
        return child
    }
}

/// Modules that tests of whole servers run.
enum Modules {
    /// A function that answers with a text.
    static func say(_ text: String) -> String {
        """
        (module
          (import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 16) "\(text)")
          (func (export "run") (drop (call $body (i32.const 0) (i32.const 16) (i32.const \(text.utf8.count))))))
        """
    }

    /// A function that asks for an URL, and says whether it was answered.
    static func send(to url: String) -> String {
        """
        (module
          (import "env" "hostcall_req_create" (func $create (param i32 i32 i32 i32) (result i32)))
          (import "env" "hostcall_req_send" (func $send (param i32) (result i32)))
          (import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 16) "GET")
          (data (i32.const 32) "refused answered")
          (data (i32.const 64) "\(url)")
          (func (export "run")
            (local $response i32)
            (local.set $response
              (call $send (call $create (i32.const 16) (i32.const 3) (i32.const 64) (i32.const \(url.utf8.count)))))
            (if (i32.eq (local.get $response) (i32.const -1))
              (then (drop (call $body (i32.const 0) (i32.const 32) (i32.const 7))))
              (else (drop (call $body (i32.const 0) (i32.const 40) (i32.const 8)))))))
        """
    }

    /// A command that says something to the log, and never ends.
    static func loopingCommand(saying text: String) -> String {
        """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 16) "\(text)\\0a")
          (func (export "_start")
            (i32.store (i32.const 0) (i32.const 16))
            (i32.store (i32.const 4) (i32.const \(text.utf8.count + 1)))
            (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
            (loop $again (br $again))))
        """
    }

    /// A function of these instructions.
    static func run(_ body: String) -> String {
        "(module (memory (export \"memory\") 1) (func $run (export \"run\") \(body)))"
    }
}
