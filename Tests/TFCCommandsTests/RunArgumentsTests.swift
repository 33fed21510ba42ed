import ArgumentParser
import Testing

@testable import TFCCommands

@Suite("The arguments of tfc run")
struct RunArgumentsTests {
    @Test("are read alike by the quick parser and by the declared command")
    func agreement() throws {
        let lines: [[String]] = [
            ["hello.wasm"],
            ["-", "x"],
            ["--dir", ".", "hello.wasm", "--dir", "x", "-W", "timeout=1", "--help", "--"],
            ["--dir", "w::/w", "--env", "A=b=c", "--env", "HOME", "--argv0", "me", "f.wasm", "-x"],
            ["-W", "timeout=2s,max-memory-size=65536", "-W", "unknown-imports=zero", "--tier", "quick", "f.wasm"],
            ["--bounds-checks", "explicit", "f.wasm"], ["--bounds-checks", "guard-pages", "f.wasm", "--bounds-checks"],
            ["--invoke", "add", "-W", "max-wasm-stack=1048576", "f.wasm", "1", "-2"],
        ]
        for line in lines {
            let declared = try #require(try TerrafirmaCommand.parseAsRoot(["run"] + line) as? RunCommand)
            #expect(try declared.runArguments() == RunArguments(plain: line[...]), "\(line)")
        }
    }

    @Test(
        "that are a mistake are left to the declared command, which refuses them",
        arguments: [
            [], ["--dir"], ["--dir", "::/w", "f.wasm"], ["--env", "=x", "f.wasm"], ["--tier", "best", "f.wasm"],
            ["-W", "timeout=soon", "f.wasm"], ["-W", "timeout=0", "f.wasm"], ["-W", "speed=9", "f.wasm"],
            ["-W", "unknown-imports=maybe", "f.wasm"], ["-W", "timeout", "f.wasm"], ["--frobnicate", "1", "f.wasm"],
            ["-W", "max-memory-size=1MB", "f.wasm"], ["--bounds-checks", "none", "f.wasm"],
        ])
    func mistakes(line: [String]) {
        #expect(RunArguments(plain: line[...]) == nil)
        #expect(throws: (any Error).self) { try TerrafirmaCommand.parseAsRoot(["run"] + line) }
    }

    @Test("give a folder its own name unless told otherwise")
    func grants() {
        #expect(DirectoryGrant("data")?.guest == "data")
        #expect(DirectoryGrant("/a/b::/w")?.host == "/a/b")
        #expect(DirectoryGrant("/a/b::/w")?.guest == "/w")
    }

    @Test("know durations with and without unit")
    func durations() {
        #expect(RunLimits.nanoseconds("1") == 1_000_000_000)
        #expect(RunLimits.nanoseconds("2s") == 2_000_000_000)
        #expect(RunLimits.nanoseconds("100ms") == 100_000_000)
        #expect(RunLimits.nanoseconds("7us") == 7000)
        #expect(RunLimits.nanoseconds("9ns") == 9)
        for text in ["", "s", "-1", "1m", "1.5s", "99999999999999999999", "18446744073709551615"] {
            #expect(RunLimits.nanoseconds(text) == nil, "\(text)")
        }
    }
}
