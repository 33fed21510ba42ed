import Foundation
import Testing

@Suite("Standalone executables")
struct StandaloneTests {
    @Test("say hello, hand back the guest's own code, and need no cache and no tfc")
    func hello() throws {
        try Tool.use { tool throws in
            try tool.standalone("hello", text: Standalone.saying("hello, world\\n", code: 7))
            let away = ["XDG_CACHE_HOME": "/nonexistent", "HOME": "/nonexistent", "PATH": "/nonexistent"]
            let outcome = try tool.start("hello", environment: away)
            #expect(outcome.code == 7)
            #expect(outcome.output == "hello, world\n")
            #expect(outcome.errors == "")
            let mode = try FileManager.default.attributesOfItem(
                atPath: tool.folder.appendingPathComponent("hello").path)[.posixPermissions]
            #expect(mode as? Int == 0o755)
        }
    }

    @Test(
        "do not take a failure's code for success because the system keeps 8 bits of it", arguments: [256, 65536, -1])
    func largeExitCodes(code: Int) throws {
        try Tool.use { tool throws in
            try tool.standalone("exit", text: Standalone.saying("", code: code))
            #expect(try tool.start("exit").code == (code == -1 ? 255 : 1))
        }
    }

    @Test("end as under tfc run, with the same words, whatever the guest does", arguments: Standalone.guests)
    func sameEnd(guest: Standalone.Guest) throws {
        try Tool.use { tool throws in
            try tool.module("guest", guest.text, features: guest.features)
            let expected = try tool.expected("guest")
            try tool.standalone("guest")
            let outcome = try tool.start("guest")
            #expect(outcome.code == guest.code, "\(outcome.errors)")
            #expect(outcome == expected, "\(outcome) instead of \(expected)")
        }
    }

    @Test("keep garbage-collected objects in globals and fill their heap, as under tfc run")
    func objects() throws {
        try Tool.use { tool throws in
            try tool.write("full", [])
            try tool.write("full.wasm", Standalone.fullHeap)
            try tool.write("object.wasm", Standalone.constantObject)
            for (name, code) in [("full", Int32(134)), ("object", 0)] {
                try tool.standalone(name)
                let outcome = try tool.start(name)
                #expect(outcome.code == code, "\(outcome.errors)")
                #expect(outcome == (try tool.expected(name)))
            }
        }
    }

    @Test("are made of code with either bounds checks", arguments: ["guard-pages", "explicit"])
    func boundsChecks(mode: String) throws {
        try Tool.use { tool throws in
            try tool.module("far", "(module (memory 1) (func (export \"_start\") (drop (i32.load (i32.const 70000)))))")
            try tool.standalone("far", ["--bounds-checks", mode])
            let outcome = try tool.start("far")
            #expect(outcome.code == 134)
            #expect(outcome.errors.hasPrefix("far: trap: out of bounds memory access\n  0: "), "\(outcome.errors)")
        }
    }

    @Test("map large images, and change nothing in the file by writing to them")
    func largeImage() throws {
        try Tool.use { tool throws in
            let text = """
                (module
                  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                  (memory 8)
                  (data (i32.const 100) "\(String(repeating: "a", count: 200_000))")
                  (func (export "_start")
                    (if (i32.ne (i32.load8_u (i32.const 200099)) (i32.const 97)) (then unreachable))
                    (if (i32.ne (i32.load8_u (i32.const 200100)) (i32.const 0)) (then unreachable))
                    (i32.store8 (i32.const 200099) (i32.const 98))
                    (call $exit (i32.load8_u (i32.const 200099)))))
                """
            try tool.standalone("large", text: text)
            for _ in 0..<2 { #expect(try tool.start("large").code == 98) }
        }
    }

    @Test("initialize a reactor, and call the function without a name if it has one")
    func reactors() throws {
        try Tool.use { tool throws in
            let text = { (more: String) in
                """
                (module
                  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                  (memory 1) (global $g (mut i32) (i32.const 0))
                  (func (export "_initialize") (global.set $g (i32.const 5)) \(more.isEmpty ? "(call $exit (i32.const 6))" : ""))
                  \(more))
                """
            }
            try tool.standalone("initialized", text: text(""))
            #expect(try tool.start("initialized").code == 6)
            try tool.standalone("unnamed", text: text("(func (export \"\") (call $exit (global.get $g)))"))
            #expect(try tool.start("unnamed").code == 5)
        }
    }

    @Test(
        "have no loader and no library to be found at start",
        .enabled(if: ProcessInfo.processInfo.environment["TERRAFIRMA_LINK"] != "dynamic", "they are linked dynamically")
    )
    func isStatic() throws {
        try Tool.use { tool throws in
            try tool.standalone("hello", text: Standalone.saying("", code: 0))
            let headers = try tool.launch("/usr/bin/env", ["readelf", "-lW", tool.folder.path + "/hello"])
            try #require(headers.code == 0)
            #expect(!headers.output.contains("INTERP") && !headers.output.contains("DYNAMIC"))
            #expect(!headers.output.contains("RWE"))
        }
    }

    @Test("run with closed standard streams, and none of their own files takes their place")
    func closedStreams() throws {
        try Tool.use { tool throws in
            try tool.standalone("hello", text: Standalone.saying("hello\\n", code: 3))
            for closed in ["<&-", "2>&-", "<&- 2>&-"] {
                let outcome = try tool.launch("/bin/sh", ["-c", "exec ./hello \(closed)"])
                #expect(outcome.code == 3 && outcome.output == "hello\n", "\(closed): \(outcome.errors)")
            }
        }
    }
}

/// Guests for standalone executables.
enum Standalone {
    struct Guest: CustomTestStringConvertible, Sendable {
        var name: String
        var text: String
        var features: [String] = []
        var code: Int32 = 134

        var testDescription: String { name }
    }

    /// Writes a text to standard output, and ends.
    static func saying(_ text: String, code: Int) -> String {
        let length = text.replacing("\\n", with: "\n").utf8.count
        return """
            (module
              (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
              (memory (export "memory") 1)
              (data (i32.const 0) "\\10\\00\\00\\00\\0\(String(length, radix: 16))\\00\\00\\00")
              (data (i32.const 16) "\(text)")
              (func (export "_start")
                (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
                (call $exit (i32.const \(code)))))
            """
    }

    private static func start(_ body: String, before: String = "") -> String {
        "(module \(before) (func $work \(body)) (func (export \"_start\") (call $work)))"
    }

    /// Ends with 22.
    static let tables = """
        (module
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (type $f (func (result i32)))
          (table $t 6 6 funcref) (table $u 2 externref)
          (global $g (mut f64) (f64.const 1.5))
          (elem $active (table $t) (i32.const 2) func $one $two)
          (elem $passive funcref (ref.func $two) (ref.null func))
          (elem declare func $three)
          (memory 1) (data $passive "\\05\\06") (data (i32.const 2) "\\07")
          (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
          (func $three (result i32) (i32.const 3))
          (func (export "_start")
            (table.init $t $passive (i32.const 0) (i32.const 0) (i32.const 2))
            (table.set $t (i32.const 1) (ref.func $three))
            (memory.init $passive (i32.const 8) (i32.const 1) (i32.const 1))
            (call $exit
              (i32.add (i32.load8_u (i32.const 2))
                (i32.add (i32.load8_u (i32.const 8))
                  (i32.add (i32.trunc_f64_s (global.get $g))
                    (i32.add (call_indirect $t (type $f) (i32.const 0))
                      (i32.add (call_indirect $t (type $f) (i32.const 1))
                        (i32.add (call_indirect $t (type $f) (i32.const 2))
                          (call_indirect $t (type $f) (i32.const 3)))))))))))
        """

    static let guests: [Guest] = [
        Guest(name: "nothing", text: start(""), code: 0),
        Guest(name: "unreachable", text: start("unreachable")),
        Guest(name: "division", text: start("(drop (i32.div_s (i32.const 1) (i32.const 0)))")),
        Guest(name: "overflow", text: start("(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))")),
        Guest(name: "bounds", text: start("(drop (i64.load (i32.const -4)))", before: "(memory 1)")),
        Guest(name: "conversion", text: start("(drop (i32.trunc_f64_s (f64.const nan)))")),
        Guest(name: "recursion", text: start("(call 0) (drop (i32.const 1))")),
        Guest(
            name: "control characters in names",
            text:
                "(module (func $work (export \"a\\1b[1m\\u{202e}b\") unreachable) (func (export \"_start\") (call $work)))"
        ),
        Guest(name: "start function", text: "(module (func $f unreachable) (start $f) (func (export \"_start\")))"),
        Guest(
            name: "segment out of bounds",
            text: "(module (memory 1) (data (i32.const 65530) \"1234567\") (func (export \"_start\")))"),
        Guest(
            name: "indirect calls of null",
            text: start(
                "(call_indirect (i32.const 1))",
                before: "(table 4 funcref) (elem (i32.const 0) $ok) (func $ok)")),
        Guest(
            name: "indirect calls of another type",
            text: start(
                "(drop (call_indirect (result i32) (i32.const 0)))",
                before: "(table 4 funcref) (elem (i32.const 0) $ok) (func $ok)")),
        Guest(name: "tables, globals and passive segments", text: tables, code: 22),
        Guest(
            name: "several memories, of 64-bit addresses too",
            text: """
                (module
                  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                  (memory $a 1) (memory $b i64 2)
                  (data (memory $a) (i32.const 4) "\\03") (data (memory $b) (i64.const 65540) "\\04")
                  (func (export "_start")
                    (call $exit
                      (i32.add (i32.load8_u $a (i32.const 4)) (i32.load8_u $b (i64.const 65540))))))
                """, features: ["multi-memory", "memory64"], code: 7),
        Guest(
            name: "exceptions that are caught, and one that is not",
            text: """
                (module
                  (tag $t (param i32)) (tag $other)
                  (func $thrower (throw $t (i32.const 5)))
                  (func (export "_start")
                    (try (do (call $thrower)) (catch $t (if (i32.ne (i32.const 5)) (then unreachable))))
                    (throw $other)))
                """, features: ["exceptions"]),
        Guest(
            name: "vectors and atomics",
            text: """
                (module
                  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
                  (memory 1 1 shared) (global $v v128 (v128.const i32x4 1 2 3 4))
                  (func (export "_start")
                    (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 30)))
                    (call $exit
                      (i32.add (i32.atomic.load (i32.const 8))
                        (i32x4.extract_lane 3 (i32x4.add (global.get $v) (global.get $v)))))))
                """, features: ["threads"], code: 38),
    ]

    private static let magic: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
    private static let exportsStart: [UInt8] = [7, 10, 1, 6] + Array("_start".utf8) + [0, 0]

    // (type (array i8)) (func (export "_start") (drop (array.new_default 0 (i32.const -1))))
    static let fullHeap: [UInt8] =
        magic + [1, 7, 2, 0x5E, 0x78, 0, 0x60, 0, 0, 3, 2, 1, 1] + exportsStart
        + [10, 10, 1, 8, 0, 0x41, 0x7F, 0xFB, 7, 0, 0x1A, 0x0B]

    // (rec (type (struct (field (ref null 1)) (field i32))) (type (array (mut (ref null 0))))) (type (func))
    // (global (ref 0) (struct.new 0 (array.new_fixed 1 1 (ref.null 0)) (i32.const 9)))
    // (func (export "_start") (if (i32.ne (struct.get 0 1 (global.get 0)) (i32.const 9)) (then unreachable)))
    static let constantObject: [UInt8] =
        magic + [1, 17, 2, 0x4E, 2, 0x5F, 2, 0x63, 1, 0, 0x7F, 0, 0x5E, 0x63, 0, 1, 0x60, 0, 0, 3, 2, 1, 2]
        + [6, 16, 1, 0x64, 0, 0, 0xD0, 0, 0xFB, 8, 1, 1, 0x41, 9, 0xFB, 0, 0, 0x0B] + exportsStart
        + [10, 17, 1, 15, 0, 0x23, 0, 0xFB, 2, 0, 1, 0x41, 9, 0x47, 0x04, 0x40, 0, 0x0B, 0x0B]
}
