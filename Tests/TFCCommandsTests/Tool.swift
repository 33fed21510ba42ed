import Foundation
import Glibc
import Testing

/// A folder of a test's own, and `tfc` run in it as a process, with a cache of its own.
struct Tool {
    let folder: URL

    /// A module that is no command, with some of everything.
    static let library = """
        (module
          (import "env" "f" (func (param i32)))
          (memory (export "memory") 2 10)
          (global (export "g") (mut i64) (i64.const 1))
          (func (export "extend") (param i32) (result i32) (i32.extend8_s (local.get 0))))
        """

    struct Outcome {
        var code: Int32
        var output: String
        var errors: String
    }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tfc-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("cache"), withIntermediateDirectories: true)
    }

    /// A place that ends when the test does.
    static func use(_ body: (Tool) throws -> Void) throws {
        let tool = try Tool()
        defer { try? FileManager.default.removeItem(at: tool.folder) }
        try body(tool)
    }

    /// Writes a module from its text.
    func module(_ name: String, _ text: String, features: [String] = []) throws {
        let source = folder.appendingPathComponent(name + ".wat")
        try text.write(to: source, atomically: true, encoding: .utf8)
        let made = try launch(
            "/usr/bin/env",
            ["wat2wasm", "--debug-names"] + features.map { "--enable-" + $0 } + [source.path, "-o", name + ".wasm"])
        try #require(made.code == 0, "\(made.errors)")
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: folder.appendingPathComponent(name))
    }

    func tfc(_ arguments: String..., input: String = "", environment: [String: String] = [:]) throws -> Outcome {
        try launch(Self.path(), arguments, input: Data(input.utf8), environment: environment)
    }

    /// Where `tfc` is.
    static func path() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("tfc").path
    }

    func launch(
        _ path: String, _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
    ) throws -> Outcome {
        // Files, not pipes: no output is too long for them.
        let names = ["stdin", "stdout", "stderr"].map { folder.appendingPathComponent($0) }
        for name in names { try input.write(to: name) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment
            .merging([
                "XDG_CACHE_HOME": folder.appendingPathComponent("cache").path,
                "XDG_DATA_HOME": folder.appendingPathComponent("data").path,
            ]) { $1 }
            .merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: names[0])
        for (index, name) in names.enumerated().dropFirst() {
            try Data().write(to: name)
            let handle = try FileHandle(forWritingTo: name)
            if index == 1 { process.standardOutput = handle } else { process.standardError = handle }
        }
        try process.run()
        process.waitUntilExit()
        let code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return Outcome(
            code: code, output: String(decoding: try Data(contentsOf: names[1]), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: names[2]), as: UTF8.self))
    }
}
