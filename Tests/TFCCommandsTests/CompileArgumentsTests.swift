import ArgumentParser
import Testing

@testable import TFCCommands

@Suite("The arguments of tfc compile")
struct CompileArgumentsTests {
    @Test("are read alike by the quick parser and by the declared command")
    func agreement() throws {
        let lines: [[String]] = [
            ["a.wasm"], ["a.wasm", "-", "b.wasm"], ["--force", "a.wasm", "--timings"],
            ["--emit", "c", "-", "-o", "a.c"], ["--output", "folder", "a.wasm"],
            ["a.wasm", "--tier", "quick", "--bounds-checks", "explicit", "--emit", "artifact"],
            ["--force", "--force", "-o", "x", "-o", "y", "a.wasm"],
            ["--emit", "executable", "-o", "a", "a.wasm"],
        ]
        for line in lines {
            let declared = try #require(try TerrafirmaCommand.parseAsRoot(["compile"] + line) as? CompileCommand)
            #expect(declared.compileArguments == CompileArguments(plain: line[...]), "\(line)")
        }
    }

    @Test(
        "that are written in another way are left to the declared command",
        arguments: [["--tier=quick", "a.wasm"], ["--", "-a.wasm"], ["a.wasm", "-o=x"]])
    func otherSpellings(line: [String]) throws {
        #expect(CompileArguments(plain: line[...]) == nil)
        #expect(try TerrafirmaCommand.parseAsRoot(["compile"] + line) is CompileCommand)
    }

    @Test(
        "that are a mistake are left to the declared command, which refuses them",
        arguments: [
            [], ["--force"], ["a.wasm", "-o"], ["a.wasm", "b.wasm", "-o", "x"], ["--tier", "best", "a.wasm"],
            ["--emit", "llvm", "a.wasm"], ["--emit", "executable", "a.wasm"], ["--bounds-checks", "none", "a.wasm"],
            ["--frobnicate", "a.wasm"],
            ["--tier", "--force", "a.wasm"], ["-x", "a.wasm"],
        ])
    func mistakes(line: [String]) {
        #expect(CompileArguments(plain: line[...]) == nil)
        #expect(throws: (any Error).self) { try TerrafirmaCommand.parseAsRoot(["compile"] + line) }
    }
}
