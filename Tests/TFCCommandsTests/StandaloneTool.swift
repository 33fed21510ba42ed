import Foundation
import Testing

extension Tool {
    /// Makes an executable of a module, of the same name.
    func standalone(_ name: String, _ flags: [String] = []) throws {
        let made = try launch(
            Self.path(), ["compile", "--emit", "executable", "-o", name] + flags + [name + ".wasm"])
        try #require(made.code == 0, "\(made.errors)")
    }

    /// The same, from the module's text.
    func standalone(_ name: String, text: String, features: [String] = []) throws {
        try module(name, text, features: features)
        try standalone(name)
    }

    /// Runs what ``standalone(_:_:)`` made.
    func start(
        _ name: String, _ arguments: [String] = [], input: String = "", environment: [String: String] = [:]
    ) throws -> Outcome {
        try launch(
            folder.appendingPathComponent(name).path, arguments, input: Data(input.utf8), environment: environment)
    }

    /// Runs an executable that has these contents now.
    ///
    /// A shell makes it, since a file that this process writes may be open in children that it starts meanwhile, and
    /// then cannot be run.
    func start(_ name: String, as contents: Data) throws -> Outcome {
        try contents.write(to: folder.appendingPathComponent("contents"))
        let command = "rm -f \(name) && cp contents \(name) && chmod 755 \(name) && exec ./\(name)"
        return try launch("/bin/sh", ["-c", command], environment: ["TERRAFIRMA_TIMEOUT": "20s"])
    }

    /// What `tfc run` says of a module, with the names that its executable has for itself and for settings.
    func expected(_ name: String, _ flags: [String] = []) throws -> Outcome {
        var outcome = try launch(Self.path(), ["run"] + flags + [name + ".wasm"])
        outcome.errors.replace("tfc: \(name).wasm: ", with: "\(name): ")
        outcome.errors.replace(#/-W ([a-z-]+)/#) {
            "TERRAFIRMA_" + $0.output.1.uppercased().replacing("-", with: "_")
        }
        return outcome
    }
}

extension Tool.Outcome: Equatable {
    static func == (left: Self, right: Self) -> Bool {
        left.code == right.code && left.output == right.output && left.errors == right.errors
    }
}
