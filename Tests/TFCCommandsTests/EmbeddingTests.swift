import Foundation
import Testing

@testable import TFCCommands

@Suite("Modules as C for a program")
struct EmbeddingTests {
    private static let files = ["SOURCES", "module.c", "module.h", "module_table.c"]

    private static let guest = """
        (module (import "env" "f" (func (param i32))) (memory (export "memory") 1)
          (data (i32.const 0) "contents") (func (export "run") (call 0 (i32.const 1))))
        """

    private func contents(_ tool: Tool, _ folder: String) throws -> [String: String] {
        var found: [String: String] = [:]
        let path = tool.folder.appendingPathComponent(folder)
        for name in try FileManager.default.contentsOfDirectory(atPath: path.path) {
            found[name] = String(decoding: try Data(contentsOf: path.appendingPathComponent(name)), as: UTF8.self)
        }
        return found
    }

    @Test("are these files, whose contents are the module's alone")
    func files() throws {
        try Tool.use { tool throws in
            try tool.module("guest", Self.guest)
            for folder in ["new/", "there"] {
                if folder == "there" { _ = try tool.launch("/bin/mkdir", [folder]) }
                let made = try tool.tfc("compile", "--emit", "c", "-o", folder, "guest.wasm")
                #expect(made.code == 0, "\(made.errors)")
                #expect(made.output.isEmpty && made.errors.isEmpty)
            }
            let first = try contents(tool, "new")
            #expect(first.keys.sorted() == Self.files)
            #expect(try contents(tool, "there") == first)
            // Again, over what is there, by another name of the module.
            try FileManager.default.moveItem(
                at: tool.folder.appendingPathComponent("guest.wasm"),
                to: tool.folder.appendingPathComponent("other.wasm"))
            #expect(try tool.tfc("compile", "--emit", "c", "--force", "-o", "new", "other.wasm").code == 0)
            #expect(try contents(tool, "new") == first)
        }
    }

    @Test("are one source where the output is no folder")
    func singleSource() throws {
        try Tool.use { tool throws in
            try tool.module("guest", Self.guest)
            #expect(try tool.tfc("compile", "--emit", "c", "-o", "guest.c", "guest.wasm").code == 0)
            let text = try String(contentsOf: tool.folder.appendingPathComponent("guest.c"), encoding: .utf8)
            #expect(text == (try tool.tfc("compile", "--emit", "c", "guest.wasm").output))
        }
    }

    @Test("have names of the module's as numbers only")
    func hostileNames() throws {
        try Tool.use { tool throws in
            let name = "*/ evil(); /* \\\" ??/"
            let escaped = name.replacing("\\", with: "\\5c").replacing("\"", with: "\\22")
            let text = """
                (module (import "\(escaped)" "\(escaped)" (func $evil_1))
                  (func $evil_2 (export "\(escaped)") (call 0)) (memory (export "evil\\0a#include <evil>") 1))
                """
            try tool.module("evil_file", text)
            let made = try tool.tfc("compile", "--emit", "c", "-o", "made/", "evil_file.wasm")
            #expect(made.code == 0, "\(made.errors)")
            let files = try contents(tool, "made")
            #expect(files.count == Self.files.count)
            for (file, text) in files { #expect(!text.contains("evil"), "\(file)") }
            let bytes = name.utf8.map { "\($0)," }.joined()
            let table = try #require(files["module_table.c"]).replacing("\n", with: "")
            #expect(table.split(separator: bytes, omittingEmptySubsequences: false).count == 4)
        }
    }

    @Test("are not made of a module that imports what is no function")
    func otherImports() throws {
        try Tool.use { tool throws in
            try tool.module("guest", #"(module (import "env" "m" (memory 1)))"#)
            let made = try tool.tfc("compile", "--emit", "c", "-o", "made/", "guest.wasm")
            #expect(made.code == 1)
            #expect(
                made.errors == "tfc: guest.wasm: it imports \"env\" \"m\", which is no function; "
                    + "programs can offer functions only\n")
            #expect(!FileManager.default.fileExists(atPath: tool.folder.appendingPathComponent("made").path))
        }
    }

    @Test("need a folder that can be written to, and spare the module")
    func target() throws {
        try Tool.use { tool throws in
            try tool.module("guest", Self.guest)
            let outcome = try tool.tfc("compile", "--emit", "c", "-o", "missing/folder/", "guest.wasm")
            #expect(outcome.code == 1)
            #expect(outcome.errors == "tfc: missing/folder: No such file or directory\n")
            _ = try tool.launch("/bin/mkdir", ["made"])
            _ = try tool.launch("/bin/mv", ["guest.wasm", "made/module.c"])
            let spared = try tool.tfc("compile", "--emit", "c", "-o", "made", "made/module.c")
            #expect(spared.code == 1)
            #expect(try contents(tool, "made").keys.sorted() == ["module.c"])
        }
    }

    @Test("name sources that are there, and all of the runtime's but those that a program has no use for")
    func sources() throws {
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL
        for path in EmbeddingSources.folders + EmbeddingSources.standalone.map({ "Sources/Standalone/\($0).c" }) {
            #expect(FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path), "\(path)")
        }
        let unused = [
            "containment_compiler", "descendants",
            "containment", "containment_calls", "containment_files", "containment_filter", "containment_privileges",
            "embedded_headers", "loaded_range", "pace", "process", "program",
        ]
        let folder = root.appendingPathComponent("runtime-c/src").path
        let all = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".c") }.map { String($0.dropLast(2)) }
        #expect((EmbeddingSources.runtime + unused).sorted() == all.sorted())
    }
}
