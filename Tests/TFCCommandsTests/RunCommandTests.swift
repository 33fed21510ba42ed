import Foundation
import Testing

@Suite("tfc run")
struct RunCommandTests {
    private let exits = """
        (module
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (func (export "_start") (call $exit (i32.const 7))))
        """

    @Test("ends with the guest's own code, compiled now and from the cache")
    func exitCode() throws {
        try Tool.use { tool throws in
            try tool.module("exit", exits)
            for _ in 0..<2 {
                let outcome = try tool.tfc("run", "exit.wasm")
                #expect(outcome.code == 7)
                #expect(outcome.errors == "")
            }
        }
    }

    @Test("leaves nothing in the folder for temporary files when there is no cache")
    func temporaryFolder() throws {
        try Tool.use { tool throws in
            try tool.module("exit", exits)
            try tool.write("file", [])
            let temporary = tool.folder.appendingPathComponent("temporary")
            try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: false)
            let cache = tool.folder.appendingPathComponent("file").path
            let outcome = try tool.tfc(
                "run", "exit.wasm", environment: ["XDG_CACHE_HOME": cache, "TMPDIR": temporary.path])
            #expect(outcome.code == 7)
            #expect(outcome.errors.contains("goes to a folder of its own"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
        }
    }

    @Test("removes what an ended run left in the folder for temporary files, and nothing else there")
    func leftovers() throws {
        try Tool.use { tool throws in
            try tool.module("exit", exits)
            try tool.write("file", [])
            let temporary = tool.folder.appendingPathComponent("temporary")
            for name in ["terrafirma-artifact-ended", "terrafirma-other", "else"] {
                let folder = temporary.appendingPathComponent(name)
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data().write(to: folder.appendingPathComponent("file"))
            }
            let cache = tool.folder.appendingPathComponent("file").path
            let environment = ["XDG_CACHE_HOME": cache, "TMPDIR": temporary.path]
            #expect(try tool.tfc("run", "exit.wasm", environment: environment).code == 7)
            let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path).sorted()
            #expect(left == ["else", "terrafirma-other"])
        }
    }

    @Test("does not take a failure's code for success because the system keeps 8 bits of it")
    func largeExitCodes() throws {
        try Tool.use { tool throws in
            for (code, told) in [(255, 255), (256, 1), (257, 1), (65536, 1), (-1, 255), (512 + 7, 7)] as [(Int, Int32)]
            {
                try tool.module("exit", exits.replacing("i32.const 7", with: "i32.const \(code)"))
                #expect(try tool.tfc("run", "exit.wasm").code == told, "\(code)")
            }
        }
    }

    @Test("runs with closed standard streams, and none of its own files takes their place")
    func closedStreams() throws {
        try Tool.use { tool throws in
            try tool.module("echo", echo)
            let tfc = try Tool.path()
            for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
                let outcome = try tool.launch("/bin/sh", ["-c", "exec '\(tfc)' run echo.wasm \(closed)"])
                #expect(outcome.code == 0, "\(closed): \(outcome.errors)")
                #expect(outcome.errors == "" && outcome.output == "")
            }
            #expect(try tool.tfc("run", "echo.wasm", input: "hello").output == "hello")
        }
    }

    /// Copies a line of standard input to standard output.
    private let echo = """
        (module
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "\\40\\00\\00\\00\\40\\00\\00\\00")
          (func (export "_start")
            (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)) (then unreachable))
            (i32.store (i32.const 4) (i32.load (i32.const 16)))
            (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)) (then unreachable))))
        """

    @Test("ends with 134 and the names of the functions after a trap")
    func trap() throws {
        try Tool.use { tool throws in
            try tool.module(
                "trap",
                """
                (module (memory 1)
                  (func $inner (param i32) (result i32) (i32.load (local.get 0)))
                  (func $outer (result i32) (i32.add (call $inner (i32.const 0x20000)) (i32.const 1)))
                  (func (export "_start") (drop (call $outer))))
                """)
            let outcome = try tool.tfc("run", "trap.wasm")
            #expect(outcome.code == 134)
            #expect(outcome.errors.contains("tfc: trap.wasm: trap: out of bounds memory access\n"))
            let places = #/0: inner \(function 0\+0x[0-9a-f]+\)\n  1: outer \(function 1\+0x[0-9a-f]+\)\n/#
            #expect(outcome.errors.contains(places), "\(outcome.errors)")
        }
    }

    @Test("ends with 1 and a place for what is no module, and leaves nothing in the cache")
    func malformed() throws {
        try Tool.use { tool throws in
            try tool.write("cut.wasm", [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 1, 4, 1, 0x60])
            let outcome = try tool.tfc("run", "cut.wasm")
            #expect(outcome.code == 1)
            #expect(outcome.errors.hasPrefix("tfc: cut.wasm:0x"))
            #expect(try tool.tfc("run", "none.wasm").errors.contains("none.wasm"))
            #expect(try tool.tfc("run", "none.wasm").code == 1)
            #expect(try tool.tfc("cache", "list").output == "0 artifacts, 0 bytes\n")
        }
    }

    @Test("says of a function for the server that it is one, not that its imports are unknown")
    func servedFunction() throws {
        try Tool.use { tool throws in
            try tool.module("f", #"(module (import "env" "hostcall_panic_hook" (func)) (func (export "run")))"#)
            let outcome = try tool.tfc("run", "f.wasm")
            #expect(outcome.code == 1)
            #expect(outcome.errors == "tfc: f.wasm: it exports no _start; it is a function for tfc serve\n")
        }
    }

    @Test("ends with 1, not as after a trap, when _start wants arguments")
    func startWithParameters() throws {
        try Tool.use { tool throws in
            try tool.module("f", #"(module (func (export "_start") (param i32)))"#)
            let outcome = try tool.tfc("run", "f.wasm")
            #expect(outcome.code == 1)
            #expect(outcome.errors == "tfc: f.wasm: its _start is (i32) -> (), not () -> ()\n")
        }
    }

    @Test("ends with 1, not as after a trap, when there is no memory for the stack that was asked for")
    func noMemoryForStack() throws {
        try Tool.use { tool throws in
            try tool.module("exit", exits)
            let outcome = try tool.tfc("run", "-W", "max-wasm-stack=100000000000000", "exit.wasm")
            #expect(outcome.code == 1)
            #expect(outcome.errors == "tfc: exit.wasm: out of memory\n")
        }
    }

    @Test("shows a line break in a file's name as what it is")
    func lineBreakInName() throws {
        try Tool.use { tool throws in
            #expect(try tool.tfc("run", "a\nb").errors == "tfc: a\\u{a}b: No such file or directory\n")
        }
    }

    @Test("names the limit that a guest reached before it trapped, and the flag that sets it")
    func limitsReached() throws {
        try Tool.use { tool throws in
            try tool.module(
                "f",
                """
                (module (memory 1) (table 0 funcref)
                  (func (export "loop") (loop (br 0)))
                  (func $deep (export "deep") (call $deep) (drop (i32.const 1)))
                  (func (export "grow")
                    (if (i32.eq (memory.grow (i32.const 9)) (i32.const -1)) (then unreachable)))
                  (func (export "table")
                    (if (i32.eq (table.grow 0 (ref.null func) (i32.const 9)) (i32.const -1)) (then unreachable))))
                """)
            let cases = [
                ("timeout=20ms", "loop", "wall-time; raise it by -W timeout"),
                ("max-cpu-time=20ms", "loop", "cpu-time; raise it by -W max-cpu-time"),
                ("max-wasm-stack=65536", "deep", "stack; raise it by -W max-wasm-stack"),
                ("max-memory-size=65536", "grow", "memory; raise it by -W max-memory-size"),
                ("max-table-elements=8", "table", "table-elements; raise it by -W max-table-elements"),
            ]
            for (limit, export, message) in cases {
                let outcome = try tool.tfc("run", "-W", limit, "--invoke", export, "f.wasm")
                #expect(outcome.code == 134)
                #expect(outcome.errors.hasSuffix("  limit reached: \(message)\n"), "\(outcome.errors)")
            }
        }
    }

    @Test("ends with 2 for a mistake in its flags")
    func usage() throws {
        try Tool.use { tool throws in
            #expect(try tool.tfc("run").code == 2)
            #expect(try tool.tfc("run", "--nonsense", "x.wasm").code == 2)
            #expect(try tool.tfc("run", "-W", "speed=high", "x.wasm").code == 2)
            #expect(try tool.tfc("frobnicate").code == 2)
            #expect(try tool.tfc("run", "--help").code == 0)
        }
    }

    @Test("hands on arguments after the file, flags included, and the variables it was told to")
    func arguments() throws {
        try Tool.use { tool throws in
            try tool.module("count", count("args_sizes_get"))
            try tool.module("environment", count("environ_sizes_get"))
            #expect(try tool.tfc("run", "count.wasm").code == 1)
            #expect(try tool.tfc("run", "count.wasm", "--dir", ".", "--help", "--").code == 5)
            #expect(try tool.tfc("run", "environment.wasm").code == 0)
            let inherits = ["TFC_TEST": "1"]
            let flags = ["--env", "A=1", "--env", "TFC_TEST", "--env", "TFC_ABSENT"]
            let outcome = try tool.tfc(
                "run", flags[0], flags[1], flags[2], flags[3], flags[4], flags[5], "environment.wasm",
                environment: inherits)
            #expect(outcome.code == 2)
        }
    }

    @Test("sets a variable that is named twice once, to what was said last")
    func variablesSetTwice() throws {
        try Tool.use { tool throws in
            try tool.module("count", count("environ_sizes_get"))
            #expect(try tool.tfc("run", "--env", "A=1", "--env", "A=2", "--env", "B=1", "count.wasm").code == 2)
        }
    }

    /// Exits with the number of arguments or variables.
    private func count(_ call: String) -> String {
        """
        (module
          (import "wasi_snapshot_preview1" "\(call)" (func $sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (func (export "_start")
            (drop (call $sizes (i32.const 0) (i32.const 4)))
            (call $exit (i32.load (i32.const 0)))))
        """
    }

    @Test("passes standard input through to standard output")
    func streams() throws {
        try Tool.use { tool throws in
            try tool.module(
                "cat",
                """
                (module
                  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
                  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
                  (memory (export "memory") 1)
                  (data (i32.const 0) "\\40\\00\\00\\00\\00\\10\\00\\00")
                  (func (export "_start")
                    (loop $more
                      (i32.store (i32.const 4) (i32.const 4096))
                      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
                      (i32.store (i32.const 4) (i32.load (i32.const 8)))
                      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
                      (br_if $more (i32.load (i32.const 8))))))
                """)
            let text = String(repeating: "Größe, 𝄞\n", count: 2000)
            let outcome = try tool.tfc("run", "cat.wasm", input: text)
            #expect(outcome.output == text)
            #expect(outcome.code == 0)
        }
    }

    @Test("calls an export with arguments of its types, and prints its results")
    func invoke() throws {
        try Tool.use { tool throws in
            try tool.module(
                "sums",
                """
                (module
                  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
                  (func (export "both") (param f64 i64) (result i64 f64) (local.get 1) (local.get 0))
                  (func (export "half") (param f32) (result f32) (f32.mul (local.get 0) (f32.const 0.5))))
                """)
            #expect(try tool.tfc("run", "--invoke", "add", "sums.wasm", "40", "-42").output == "-2\n")
            #expect(try tool.tfc("run", "--invoke", "add", "sums.wasm", "0xff", "1").output == "256\n")
            #expect(try tool.tfc("run", "--invoke", "both", "sums.wasm", "1e3", "-1").output == "-1\n1000.0\n")
            let german = ["LC_ALL": "de_DE.UTF-8"]
            #expect(try tool.tfc("run", "--invoke", "half", "sums.wasm", "1.5", environment: german).output == "0.75\n")
            #expect(try tool.tfc("run", "--invoke", "add", "sums.wasm", "1").code == 2)
            #expect(try tool.tfc("run", "--invoke", "add", "sums.wasm", "1", "x").code == 2)
            #expect(try tool.tfc("run", "--invoke", "sub", "sums.wasm").code == 2)
            #expect(try tool.tfc("run", "sums.wasm").code == 1)
        }
    }

    @Test("ends a guest at its timeout, holds its memory to the limit and its recursion to the stack")
    func limits() throws {
        try Tool.use { tool throws in
            try tool.module(
                "greedy",
                """
                (module (memory 1)
                  (func $down (export "down") (param i32) (result i32)
                    (i32.add (i32.const 1) (call $down (i32.add (local.get 0) (i32.const 1)))))
                  (func (export "spin") (loop (br 0)))
                  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
                """)
            let spin = try tool.tfc("run", "-W", "timeout=50ms", "--invoke", "spin", "greedy.wasm")
            #expect(spin.code == 134)
            #expect(spin.errors.contains("deadline"))
            #expect(try tool.tfc("run", "--invoke", "grow", "greedy.wasm", "16").output == "1\n")
            let limited = ["-W", "max-memory-size=1048576"]
            #expect(
                try tool.tfc("run", limited[0], limited[1], "--invoke", "grow", "greedy.wasm", "15").output == "1\n")
            #expect(
                try tool.tfc("run", limited[0], limited[1], "--invoke", "grow", "greedy.wasm", "16").output == "-1\n")
            let deep = try tool.tfc("run", "-W", "max-wasm-stack=65536", "--invoke", "down", "greedy.wasm", "0")
            #expect(deep.code == 134)
            #expect(deep.errors.contains("call stack exhausted"))
        }
    }

    @Test("ends with 134 if the guest fills its heap, and with 1 if a module can't have what it declares")
    func fullHeap() throws {
        try Tool.use { tool throws in
            // (type (array i8)) (func (export "_start") (drop (array.new_default 0 (i32.const -1))))
            let types: [UInt8] = [1, 7, 2, 0x5E, 0x78, 0, 0x60, 0, 0]
            let export: [UInt8] = [7, 10, 1, 6] + Array("_start".utf8) + [0, 0]
            let code: [UInt8] = [10, 10, 1, 8, 0, 0x41, 0x7F, 0xFB, 7, 0, 0x1A, 0x0B]
            try tool.write("full.wasm", [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0] + types + [3, 2, 1, 1] + export + code)
            let full = try tool.tfc("run", "full.wasm")
            #expect(full.code == 134)
            #expect(full.errors.contains("trap: the garbage-collected heap is full"))
            #expect(full.errors.contains("0: _start"))
            try tool.module("wide", "(module (memory 100) (func (export \"_start\")))")
            #expect(try tool.tfc("run", "-W", "max-memory-size=65536", "wide.wasm").code == 1)
        }
    }

    @Test("refuses imports that nobody provides, or makes them trap or return zero")
    func unknownImports() throws {
        try Tool.use { tool throws in
            try tool.module(
                "lost",
                """
                (module
                  (import "nowhere" "f" (func $f (result i32)))
                  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                  (func (export "_start") (call $exit (i32.add (call $f) (i32.const 3)))))
                """)
            let refused = try tool.tfc("run", "lost.wasm")
            #expect(refused.code == 1)
            #expect(refused.errors.contains("unknown import: \"nowhere\" \"f\""))
            #expect(try tool.tfc("run", "-W", "unknown-imports=trap", "lost.wasm").code == 134)
            #expect(try tool.tfc("run", "-W", "unknown-imports=zero", "lost.wasm").code == 3)
        }
    }

    @Test("takes null for references, and prints others as what they refer to")
    func references() throws {
        try Tool.use { tool throws in
            // (type (func (result i31ref))) (type (func (param i31ref) (result i32)))
            // (func (export "i") (type 0) (ref.i31 (i32.const -5))) (func (export "n") (type 1) (ref.is_null …))
            try tool.write(
                "references.wasm",
                [
                    0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 1, 10, 2, 0x60, 0, 1, 0x6C, 0x60, 1, 0x6C, 1, 0x7F, 3, 3, 2, 0, 1,
                    7, 9, 2, 1, 0x69, 0, 0, 1, 0x6E, 0, 1, 10, 14, 2, 6, 0, 0x41, 0x7B, 0xFB, 0x1C, 0x0B, 5, 0, 0x20, 0,
                    0xD1, 0x0B,
                ])
            let outcome = try tool.tfc("run", "--invoke", "i", "references.wasm")
            #expect(outcome.output == "i31 -5\n", "\(outcome.errors)")
            #expect(try tool.tfc("run", "--invoke", "n", "references.wasm", "null").output == "1\n")
            let refused = try tool.tfc("run", "--invoke", "n", "references.wasm", "5")
            #expect(refused.code == 2)
            #expect(refused.errors.contains("5 is not of type i31ref"))
        }
    }

    @Test(
        "keeps a guest within a memory of 64-bit addresses with either bounds checks",
        arguments: ["guard-pages", "explicit"])
    func memory64(checks: String) throws {
        try Tool.use { tool throws in
            let text =
                "(module (memory i64 1) (func (export \"load\") (param i64) (result i32) (i32.load (local.get 0))))"
            try tool.module("wide", text, features: ["memory64"])
            let load = { (address: String) throws in
                try tool.tfc("run", "--bounds-checks", checks, "--invoke", "load", "wide.wasm", address)
            }
            #expect(try load("65532").output == "0\n")
            for address in ["65533", "0x100000000", "-1"] {
                let outcome = try load(address)
                #expect(outcome.code == 134)
                #expect(outcome.errors.contains("out of bounds memory access"), "\(outcome.errors)")
            }
        }
    }

    @Test("says of an exception that nobody caught what it is")
    func uncaughtException() throws {
        try Tool.use { tool throws in
            let text = "(module (tag $t) (func $thrower (throw $t)) (func (export \"_start\") (call $thrower)))"
            try tool.module("throws", text, features: ["exceptions"])
            let outcome = try tool.tfc("run", "throws.wasm")
            #expect(outcome.code == 134)
            #expect(outcome.errors.contains("trap: uncaught exception\n"), "\(outcome.errors)")
        }
    }
}
