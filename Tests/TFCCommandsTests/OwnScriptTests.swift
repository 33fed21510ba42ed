import Foundation
import Testing

@Suite("Our own scripts in the suite's form")
struct OwnScriptTests {
    private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Scripts")

    private static let names = ["vectors", "bases", "optimized", "handlers"]

    @Test("Every command passes, with expressions and with a variable for everything", arguments: names)
    func script(name: String) throws {
        for limit in ["40", "1"] { try run(name, ["--expression-limit", limit]) }
    }

    @Test("Every command passes in the optimized tier", arguments: names, OptimizedTier.compilers)
    func optimized(name: String, compiler: String) throws {
        for limit in ["40", "1"] {
            try run(name, ["--tier", "optimized", "--expression-limit", limit], compiler: compiler)
        }
    }

    private func run(_ name: String, _ flags: [String], compiler: String = "") throws {
        try Tool.use { tool in
            let source = Self.scripts.appending(path: name + ".wast").path
            let features = ["--enable-exceptions", "--enable-tail-call"]
            let made = try tool.launch("/usr/bin/env", ["wast2json", source, "-o", name + ".json"] + features)
            try #require(made.code == 0, "\(made.errors)")
            let outcome = try tool.launch(
                Tool.path(), ["wast", "-v"] + flags + [name + ".json"], environment: ["TERRAFIRMA_COMPILER": compiler])
            #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.output.contains(" 0 failed, 0 skipped"), "\(outcome.output)")
        }
    }
}
