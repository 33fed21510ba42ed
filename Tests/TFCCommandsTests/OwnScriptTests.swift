import Foundation
import Testing

@Suite("Our own scripts in the suite's form")
struct OwnScriptTests {
    private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Scripts")

    @Test("Every command passes, with expressions and with a variable for everything", arguments: ["vectors", "bases"])
    func script(name: String) throws {
        try Tool.use { tool in
            let source = Self.scripts.appending(path: name + ".wast").path
            let made = try tool.launch("/usr/bin/env", ["wast2json", source, "-o", name + ".json"])
            try #require(made.code == 0, "\(made.errors)")
            for limit in ["40", "1"] {
                let outcome = try tool.tfc("wast", "-v", "--expression-limit", limit, name + ".json")
                #expect(outcome.code == 0, "\(outcome.output)")
                #expect(outcome.output.contains(" 0 failed, 0 skipped"), "\(outcome.output)")
            }
        }
    }
}
