import Foundation
import Glibc
import Testing

/// What the tests of the optimized tier run it with.
enum OptimizedTier {
    /// Every kind of compiler that is installed: the first that is found, and gcc.
    static let compilers = ["", "/usr/bin/gcc"].filter { (path: String) in path.isEmpty || access(path, X_OK) == 0 }
}

@Suite("The optimized tier")
struct OptimizedTierTests {
    private static let hello = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "\\08\\00\\00\\00\\06\\00\\00\\00hello\\n")
          (func $inner (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
          (func (export "divide") (param i32) (result i32) (call $inner (local.get 0)))
          (func (export "_start")
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
            (call $exit (i32.const 7))))
        """

    @Test("A command runs like in the quick tier", arguments: OptimizedTier.compilers)
    func run(compiler: String) throws {
        try Tool.use { tool in
            try tool.module("hello", Self.hello)
            let environment = ["TERRAFIRMA_COMPILER": compiler]
            let first = try tool.tfc("compile", "--tier", "optimized", "hello.wasm", environment: environment)
            #expect(first.code == 0 && first.output.contains("compiled"), "\(first.errors)")
            let again = try tool.tfc("compile", "--tier", "optimized", "hello.wasm", environment: environment)
            #expect(again.output.contains("cached"))
            let quick = try tool.tfc("compile", "hello.wasm", environment: environment)
            #expect(quick.output.contains("compiled"))
            for tier in ["quick", "optimized", "auto"] {
                let outcome = try tool.tfc("run", "--tier", tier, "hello.wasm", environment: environment)
                #expect(outcome.code == 7 && outcome.output == "hello\n", "\(outcome.errors)")
                let trap = try tool.tfc(
                    "run", "--tier", tier, "--invoke", "divide", "hello.wasm", "0", environment: environment)
                #expect(trap.code == 134)
                #expect(trap.errors.contains("integer divide by zero"))
                #expect(trap.errors.contains("divide"), "\(trap.errors)")
            }
        }
    }

    @Test("auto runs optimized code only if it is there, and compiles none")
    func auto() throws {
        try Tool.use { tool in
            try tool.module("hello", Self.hello)
            #expect(try tool.tfc("run", "--tier", "auto", "hello.wasm").code == 7)
            #expect(try tool.tfc("compile", "hello.wasm").output.contains("cached"))
            #expect(try tool.tfc("compile", "--tier", "optimized", "hello.wasm").output.contains("compiled"))
        }
    }

    @Test("A compiler that is missing, or fails, is an error that says so; nothing is left, and quick code still comes")
    func failing() throws {
        try Tool.use { tool in
            try tool.module("hello", Self.hello)
            let missing = ["TERRAFIRMA_COMPILER": "/nonexistent/gcc"]
            let outcome = try tool.tfc("run", "--tier", "optimized", "hello.wasm", environment: missing)
            #expect(outcome.code == 1)
            #expect(outcome.errors.contains("TERRAFIRMA_COMPILER") && outcome.errors.contains("/nonexistent/gcc"))
            try tool.write("gcc-broken", Array("#!/bin/sh\necho out of order >&2\nexit 1\n".utf8))
            let path = tool.folder.appendingPathComponent("gcc-broken").path
            #expect(chmod(path, 0o755) == 0)
            let broken = try tool.tfc(
                "run", "--tier", "optimized", "hello.wasm", environment: ["TERRAFIRMA_COMPILER": path])
            #expect(broken.code == 1)
            #expect(broken.errors.contains("out of order") && broken.errors.contains("hello.wasm"))
            #expect(try tool.tfc("run", "hello.wasm", environment: ["TERRAFIRMA_COMPILER": path]).code == 7)
            let staging = tool.folder.appendingPathComponent("cache/terrafirma/staging").path
            #expect(try FileManager.default.contentsOfDirectory(atPath: staging).isEmpty)
        }
    }

    @Test("A module of many units keeps its functions in order: a backtrace names them")
    func units() throws {
        try Tool.use { tool in
            // Three hundred functions, each of some kilobytes, that call one another: through a table, so that none is
            // inlined.
            let count = 300
            var functions = "(type $t (func (param i32 i32) (result i32)))"
            for index in 0..<count {
                let step = "(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 3)) (i32.const 7)))"
                let work = String(repeating: step, count: 150)
                let next =
                    index + 1 < count
                    ? "(call_indirect (type $t) (local.get 1) (local.get 1) (i32.const \(index + 1)))"
                    : "(i32.div_u (local.get 1) (i32.const 0))"
                functions += "(func $f\(index) (type $t) \(work) (i32.add (local.get 0) \(next)))\n"
            }
            let table = "(table (export \"t\") funcref (elem \((0..<count).map { "$f\($0)" }.joined(separator: " "))))"
            let start = "(func (export \"go\") (result i32) (call $f0 (i32.const 1) (i32.const 2)))"
            try tool.module("many", "(module \(functions) \(table) \(start))")
            let outcome = try tool.tfc("run", "--tier", "optimized", "--invoke", "go", "many.wasm")
            #expect(outcome.code == 134)
            #expect(outcome.errors.contains("0: f299"), "\(outcome.errors)")
            #expect(outcome.errors.contains("1: f298"))
        }
    }
}
