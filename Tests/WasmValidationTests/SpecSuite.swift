import FoundationEssentials
import Glibc
import Testing
import WasmBinary
import WasmModule
import WasmValidation

/// The official test suites, in the folder `shared` beside the checkout or in TERRAFIRMA_SHARED.
struct SpecSuite {
    /// WebAssembly 2.0.
    static let second = SpecSuite(archive: shared.appending(path: "spec/wasm-2.0.tar.gz"), omitted: [])
    /// WebAssembly 3.0 and the proposals behind it; custom descriptors are none of ours.
    static let main = SpecSuite(
        archive: shared.appending(path: "spec/wasm-main.tar.gz"), omitted: ["proposals/custom-descriptors/"])

    let archive: URL
    /// Folders of files that are not looked at.
    let omitted: [String]

    private static var shared: URL {
        if let path = ProcessInfo.processInfo.environment["TERRAFIRMA_SHARED"] { return URL(filePath: path) }
        return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")
    }

    /// On a machine that only checks the code the suite may be missing; continuous integration has to have it.
    static let isExpected =
        FileManager.default.fileExists(atPath: main.archive.path) || ProcessInfo.processInfo.environment["CI"] != nil

    struct Script: Decodable {
        var commands: [Command]
    }

    struct Command: Decodable {
        var type: String
        var line: Int
        var filename: String?
        var module_type: String?
        var text: String?
    }

    /// A command about one binary module.
    struct Case {
        /// `folder/file:line`.
        var name: String
        var type: String
        var text: String
        var module: [UInt8]
    }

    /// All commands about binary modules.
    func cases() throws -> [Case] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spec-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try #require(Self.unpack(archive.path, into: folder.path) == 0, "tar unpacks \(archive.path)")
        var cases: [Case] = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        where path.hasSuffix(".json") && !omitted.contains(where: path.hasPrefix) {
            let file = folder.appending(path: path)
            let name = path.dropLast(".json".count)
            let script = try JSONDecoder().decode(Script.self, from: Data(contentsOf: file))
            for command in script.commands where command.module_type == "binary" {
                guard let filename = command.filename else { continue }
                let module = try Data(contentsOf: file.deletingLastPathComponent().appending(path: filename))
                cases.append(
                    Case(
                        name: "\(name):\(command.line)", type: command.type, text: command.text ?? "",
                        module: [UInt8](module)))
            }
        }
        return cases
    }

    private static func unpack(_ archive: String, into folder: String) -> Int32 {
        var process: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = ["tar", "-xzf", archive, "-C", folder].map {
            (argument: String) in strdup(argument)
        }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        guard posix_spawnp(&process, "tar", nil, nil, &arguments, environ) == 0 else { return -1 }
        var status: Int32 = 0
        guard waitpid(process, &status, 0) == process else { return -1 }
        return status
    }
}

/// Decodes and validates a module, bodies and all; nil if it is accepted.
func refusal(_ bytes: [UInt8], limits: ImplementationLimits = .init()) -> ValidationError? {
    bytes.withUnsafeBufferPointer { buffer in
        do {
            let module = try validate(decodeModule(buffer, limits: limits), limits: limits)
            try validateBodies(module, bytes: buffer)
            return nil
        } catch let error as DecodeError {
            return ValidationError(error)
        } catch let error as ValidationError {
            return error
        } catch {
            Issue.record("unexpected error \(error)")
            return nil
        }
    }
}
