import Foundation
import Glibc
import Testing

@Suite("The files of standalone executables")
struct StandaloneFileTests {
    @Test(
        "are not made of a module that wants what a program does not get",
        arguments: [
            (#"(import "nowhere" "f" (func))"#, #"unknown import: "nowhere" "f""#),
            (#"(import "env" "hostcall_panic_hook" (func))"#, #"unknown import: "env" "hostcall_panic_hook""#),
            (#"(import "wasi_snapshot_preview1" "m" (memory 1))"#, #"unknown import: "wasi_snapshot_preview1" "m""#),
            (#"(import "wasi_snapshot_preview1" "proc_exit" (func))"#, "incompatible import type"),
        ])
    func unknownImports(item: String, message: String) throws {
        try Tool.use { tool throws in
            try tool.module("guest", "(module \(item) (func (export \"_start\")))")
            let outcome = try tool.tfc("compile", "--emit", "executable", "-o", "guest", "guest.wasm")
            #expect(outcome.code == 1)
            #expect(outcome.errors.hasPrefix("tfc: guest.wasm: \(message)"), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: tool.folder.appendingPathComponent("guest").path))
        }
    }

    @Test("are not made of a module that has nothing to run")
    func noEntry() throws {
        try Tool.use { tool throws in
            for (text, message) in [
                (
                    "(func (export \"run\"))",
                    "it exports no _start, so there is nothing to run; it is a function for tfc serve"
                ),
                ("(func (export \"_start\") (param i32))", "its _start is (i32) -> (), not () -> ()"),
            ] {
                try tool.module("guest", "(module \(text))")
                let outcome = try tool.tfc("compile", "--emit", "executable", "-o", "guest", "guest.wasm")
                #expect(outcome.code == 1)
                #expect(outcome.errors == "tfc: guest.wasm: \(message)\n")
            }
        }
    }

    @Test("need a name, which is not that of the module, nor of anything but a file")
    func target() throws {
        try Tool.use { tool throws in
            try tool.module("guest", Standalone.saying("", code: 0))
            let before = try Data(contentsOf: tool.folder.appendingPathComponent("guest.wasm"))
            #expect(try tool.tfc("compile", "--emit", "executable", "guest.wasm").code == 2)
            try FileManager.default.createSymbolicLink(
                atPath: tool.folder.appendingPathComponent("link").path, withDestinationPath: "guest.wasm")
            for name in ["guest.wasm", "./guest.wasm", "link", ".", "cache", "/dev/null", "missing/guest"] {
                let outcome = try tool.tfc("compile", "--emit", "executable", "-o", name, "guest.wasm")
                #expect(outcome.code == 1, "\(name)")
                #expect(outcome.errors.hasPrefix("tfc: \(name)"), "\(outcome.errors)")
            }
            #expect(try Data(contentsOf: tool.folder.appendingPathComponent("guest.wasm")) == before)
            let left = try FileManager.default.contentsOfDirectory(atPath: tool.folder.path)
            #expect(!left.contains { $0.hasSuffix(".new") })
        }
    }

    @Test("replace the program of that name while it runs")
    func replaced() throws {
        try Tool.use { tool throws in
            try tool.standalone("guest", text: "(module (func (export \"_start\") (loop (br 0))))")
            let running = Process()
            running.executableURL = tool.folder.appendingPathComponent("guest")
            running.environment = ["TERRAFIRMA_TIMEOUT": "60s"]
            running.standardError = FileHandle.nullDevice
            try running.run()
            defer {
                kill(running.processIdentifier, SIGKILL)
                running.waitUntilExit()
            }
            try tool.standalone("guest", text: Standalone.saying("new\\n", code: 0))
            #expect(try tool.start("guest").output == "new\n")
        }
    }

    @Test("that were cut short say so, as long as the program itself is there")
    func cut() throws {
        try Tool.use { tool throws in
            try tool.standalone("guest", text: Standalone.saying("", code: 0))
            let whole = try Data(contentsOf: tool.folder.appendingPathComponent("guest"))
            for less in [1, 4096, 8192] {
                let outcome = try tool.start("guest", as: whole.dropLast(less))
                #expect(outcome.code == 1, "\(less)")
                #expect(outcome.errors == "guest: its file is not whole\n")
            }
        }
    }

    @Test("whose table was changed say so, wherever that was")
    func damaged() throws {
        try Tool.use { tool throws in
            try tool.standalone("guest", text: Standalone.saying("", code: 0))
            let file = try StandaloneFile(tool, "guest")
            for offset in stride(from: 0, to: file.tableEnd, by: 7) {
                var changed = file
                changed.bytes[file.head + offset] ^= 0x41
                let outcome = try changed.start(tool)
                #expect(outcome.code == 1, "\(offset)")
                #expect(outcome.errors.hasPrefix("guest: its "), "\(offset): \(outcome.errors)")
            }
        }
    }

    @Test("whose table was changed together with its checksum end as programs do, not by a fault")
    func forged() throws {
        try Tool.use { tool throws in
            try tool.standalone("guest", text: Standalone.tables)
            let file = try StandaloneFile(tool, "guest")
            // Not the addresses of the code: what is there is run.
            for offset in stride(from: 104, to: file.tableEnd, by: 12) {
                for value: UInt32 in [0, 0xFFFF_FFFF, 0x8000_0001] {
                    var changed = file
                    changed.set(offset, to: value)
                    let outcome = try changed.start(tool)
                    // A signal's number is negative.
                    #expect(outcome.code >= 0, "\(offset), \(value): \(outcome.code)")
                }
            }
        }
    }

    @Test("optimized for a processor that is not here say so")
    func processor() throws {
        try Tool.use { tool throws in
            try tool.standalone("guest", text: Standalone.saying("", code: 0))
            var file = try StandaloneFile(tool, "guest")
            file.set(96, to: 9)
            let outcome = try file.start(tool)
            #expect(outcome.code == 1)
            #expect(outcome.errors == "guest: its code was optimized for a newer processor than this\n")
        }
    }

    @Test("are no more than the program itself without a module, and that says so")
    func bare() throws {
        try Tool.use { tool throws in
            let program = URL(fileURLWithPath: try Tool.path()).deletingLastPathComponent().path + "/tfc-standalone"
            let outcome = try tool.launch(program, [])
            #expect(outcome.code == 1)
            #expect(
                outcome.errors
                    == "tfc-standalone: it has no module; tfc compile --emit executable makes programs of it\n")
        }
    }
}

/// An executable to be changed.
private struct StandaloneFile {
    var bytes: Data
    /// Where `tf_payload` is.
    let head: Int
    /// Counted from there.
    let tableEnd: Int
    private let path: URL

    init(_ tool: Tool, _ name: String) throws {
        path = tool.folder.appendingPathComponent(name)
        bytes = try Data(contentsOf: path)
        head = try #require(bytes.range(of: Data("tfmodule".utf8), options: .backwards)).lowerBound
        tableEnd = bytes[(head + 32)..<(head + 40)].reversed().reduce(0) { $0 << 8 | Int($1) }
        try #require(tableEnd > 104 && tableEnd < 65536)
    }

    /// Changes a word of head or table, and the checksum with it.
    mutating func set(_ offset: Int, to value: UInt32) {
        withUnsafeBytes(of: value.littleEndian) {
            bytes.replaceSubrange((head + offset)..<(head + offset + 4), with: $0)
        }
        var sum: UInt64 = 0x7466
        for word in stride(from: head + 16, to: head + tableEnd, by: 8) {
            sum = (sum ^ bytes[word..<(word + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) })
            sum = sum &* 0x9E37_79B9_7F4A_7C15
            sum ^= sum >> 29
        }
        withUnsafeBytes(of: sum.littleEndian) { bytes.replaceSubrange((head + 8)..<(head + 16), with: $0) }
    }

    func start(_ tool: Tool) throws -> Tool.Outcome {
        try tool.start(path.lastPathComponent, as: bytes)
    }
}
