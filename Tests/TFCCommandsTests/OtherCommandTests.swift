import Foundation
import Glibc
import Testing

@Suite("The commands beside tfc run")
struct OtherCommandTests {
    @Test("compile says what it made, and finds it in the cache the second time unless forced")
    func compile() throws {
        try Tool.use { tool throws in
            try tool.module("a", Tool.library)
            #expect(try tool.tfc("compile", "a.wasm").output.hasSuffix(", compiled\n"))
            #expect(try tool.tfc("compile", "a.wasm").output.hasSuffix(", cached\n"))
            let forced = try tool.tfc("compile", "--force", "--timings", "a.wasm")
            #expect(forced.output.contains(", compiled\n"))
            #expect(forced.output.contains("libtcc"))
            #expect(try tool.tfc("cache", "list").output.contains("1 artifacts"))
            #expect(try tool.tfc("cache", "clear").output == "removed 1 artifacts\n")
            #expect(try tool.tfc("compile", "a.wasm").output.hasSuffix(", compiled\n"))
        }
    }

    @Test("compile goes on after a file that is no good, and ends with 1")
    func compileGoesOn() throws {
        try Tool.use { tool throws in
            try tool.module("a", Tool.library)
            try tool.write("bad.wasm", Array("not a module".utf8))
            let outcome = try tool.tfc("compile", "bad.wasm", "a.wasm")
            #expect(outcome.code == 1)
            #expect(outcome.errors.contains("tfc: bad.wasm:0x0:"))
            #expect(outcome.output.hasPrefix("a.wasm: "))
        }
    }

    @Test("compile --emit c gives the same source every time, to a file or to standard output")
    func emitC() throws {
        try Tool.use { tool throws in
            try tool.module("a", Tool.library)
            let first = try tool.tfc("compile", "--emit", "c", "a.wasm", environment: ["LC_ALL": "de_DE.UTF-8"])
            #expect(first.output.contains("tf_instance"))
            #expect(try tool.tfc("compile", "--emit", "c", "-o", "a.c", "a.wasm").output == "")
            let written = try String(contentsOf: tool.folder.appendingPathComponent("a.c"), encoding: .utf8)
            #expect(written == first.output)
        }
    }

    @Test("compile makes other code for other bounds checks")
    func boundsChecks() throws {
        try Tool.use { tool throws in
            try tool.module("a", "(module (memory 1) (func (param i32) (result i32) (i32.load (local.get 0))))")
            let guarded = try tool.tfc("compile", "--emit", "c", "--bounds-checks", "guard-pages", "a.wasm").output
            let explicit = try tool.tfc("compile", "--emit", "c", "--bounds-checks", "explicit", "a.wasm").output
            #expect(guarded == (try tool.tfc("compile", "--emit", "c", "a.wasm").output))
            #expect(guarded != explicit)
            #expect(try tool.tfc("compile", "a.wasm").output.hasSuffix(", compiled\n"))
            #expect(try tool.tfc("compile", "--bounds-checks", "explicit", "a.wasm").output.hasSuffix(", compiled\n"))
            #expect(try tool.tfc("compile", "--bounds-checks", "none", "a.wasm").code == 2)
        }
    }

    @Test(
        "what was not written is no success",
        arguments: ["cache path", "inspect a.wasm", "compile a.wasm", "--help"])
    func lostOutput(command: String) throws {
        try Tool.use { tool throws in
            try tool.module("a", Tool.library)
            let outcome = try tool.launch("/bin/sh", ["-c", "'\(try Tool.path())' \(command) > /dev/full"])
            #expect(outcome.code == 1)
            #expect(outcome.errors == "tfc: standard output: No space left on device\n")
        }
    }

    @Test("compile shows no progress on a terminal when it is done in a moment")
    func progress() throws {
        try Tool.use { tool throws in
            let size = 5 << 20
            // A custom section of that size, without a name.
            let header: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 0, 0x80, 0x80, 0xC0, 0x02, 0]
            try tool.write("big.wasm", header + [UInt8](repeating: 0, count: size - 1))
            let command = "'\(try Tool.path())' compile big.wasm"
            let outcome = try tool.launch("/usr/bin/script", ["-qec", command, "/dev/null"])
            #expect(outcome.code == 0)
            #expect(outcome.output.hasPrefix("big.wasm: "), "\(outcome.output)")
        }
    }

    @Test("serve ends with 2 for a mistake in its flags")
    func serveUsage() throws {
        try Tool.use { tool throws in
            for flags in [["--nonsense"], ["--workers", "0"], ["--addr", "8080"], ["--bounds-checks", "none"]] {
                #expect(try tool.launch(Tool.path(), ["serve"] + flags).code == 2)
            }
            #expect(try tool.tfc("serve", "--help").code == 0)
        }
    }

    @Test("serve says that an address is in use")
    func addressInUse() throws {
        try Tool.use { tool throws in
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(socket) }
            try #require(listen(socket, 1) == 0)
            var (address, size) = (sockaddr_in(), socklen_t(MemoryLayout<sockaddr_in>.size))
            withUnsafeMutablePointer(to: &address) {
                _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
            }
            let place = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
            let outcome = try tool.tfc("serve", "--addr", place)
            #expect(outcome.code == 1)
            #expect(outcome.errors == "tfc-serve: \(place): Address already in use\n")
        }
    }

    @Test("cache path follows the environment")
    func cachePath() throws {
        try Tool.use { tool throws in
            let environment = ["XDG_CACHE_HOME": "/somewhere"]
            #expect(try tool.tfc("cache", "path", environment: environment).output == "/somewhere/terrafirma\n")
        }
    }

    @Test("serve says where the server is missing")
    func serve() throws {
        try Tool.use { tool throws in
            let copy = tool.folder.appendingPathComponent("tfc").path
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let built = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("tfc").path
            // By another process: one that is started meanwhile would have the copy open, and nobody could run it.
            #expect(try tool.launch("/bin/cp", [built, copy]).code == 0)
            let outcome = try tool.launch(copy, ["serve"])
            #expect(outcome.code == 1)
            #expect(outcome.errors.contains("/tfc-serve: No such file or directory"))
        }
    }
}
