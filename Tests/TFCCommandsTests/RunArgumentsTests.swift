import ArgumentParser
import Testing
import WasmRuntime

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
            ["--dir", "w::/w:ro", "--dir", "x:ro", "--tmpfs", "/tmp", "--tmpfs", "/a:size=64k", "f.wasm"],
            ["--tcplisten", "127.0.0.1:0", "--tcplisten", "[::1]:8080", "f.wasm"],
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
            ["--dir", ":ro", "f.wasm"], ["--dir", "x::/t:RO", "f.wasm"], ["--tmpfs", "", "f.wasm"],
            ["--tmpfs", "/tmp:size=0", "f.wasm"],
            ["--tmpfs", "/tmp:size=9999999999g", "f.wasm"], ["--tmpfs", ":size=1m", "f.wasm"],
            ["--tcplisten", "8080", "f.wasm"], ["--tcplisten", "localhost:80", "f.wasm"],
            ["--tcplisten", "::1:80", "f.wasm"], ["--tcplisten", "127.0.0.1:70000", "f.wasm"],
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
        #expect(DirectoryGrant("/a/b::/w")?.isReadOnly == false)
        #expect(DirectoryGrant("/a/b::/w:ro")?.guest == "/w")
        #expect(DirectoryGrant("/a/b::/w:ro")?.isReadOnly == true)
        #expect(DirectoryGrant("data:ro")?.host == "data")
        #expect(DirectoryGrant("data:ro")?.guest == "data")
    }

    @Test("give a folder in memory its size")
    func memoryFolders() {
        #expect(MemoryFolder("/tmp") == MemoryFolder(guest: "/tmp", bytes: 16 << 20))
        #expect(MemoryFolder("/tmp:size=4096") == MemoryFolder(guest: "/tmp", bytes: 4096))
        #expect(MemoryFolder("a:size=2G") == MemoryFolder(guest: "a", bytes: 2 << 30))
        for text in ["/tmp:ro", "/tmp:SIZE=4k", "a:size=1m:size=2m", "/tmp:size=", "/tmp:size=1t", "/tmp:size=-1"] {
            #expect(MemoryFolder(text) == nil, "\(text)")
        }
    }

    @Test("know sizes with and without unit")
    func sizes() throws {
        var limits = RunLimits()
        try limits.apply("max-memory-size=64m,max-wasm-stack=128K")
        #expect(limits.maximumMemory == 64 << 20 && limits.maximumStack == 128 << 10)
        try limits.apply("max-memory-size=65536")
        #expect(limits.maximumMemory == 65536)
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
