import Foundation
import Testing

@Suite("Settings of standalone executables")
struct StandaloneSettingsTests {
    private func deep(_ body: String) -> String {
        "(module (memory 1) (table 0 funcref) (func $deep (param i32) (call $deep (i32.const 1)) (drop (i32.const 1)))"
            + "(func (export \"_start\") \(body)))"
    }

    @Test("limit the guest, which ends as under tfc run with the flag of the same name")
    func limits() throws {
        try Tool.use { tool throws in
            let refusal: (String) -> String = { "(if (i32.eq (\($0)) (i32.const -1)) (then unreachable))" }
            for (name, value, body) in [
                ("timeout", "20ms", "(loop (br 0))"), ("max-cpu-time", "20ms", "(loop (br 0))"),
                ("max-wasm-stack", "64k", "(call $deep (i32.const 0))"),
                ("max-memory-size", "65536", refusal("memory.grow (i32.const 9)")),
                ("max-table-elements", "8", refusal("table.grow 0 (ref.null func) (i32.const 9)")),
            ] {
                try tool.standalone("guest", text: deep(body))
                let variable = "TERRAFIRMA_" + name.uppercased().replacing("-", with: "_")
                var expected = try tool.expected("guest", ["-W", "\(name)=\(value)"])
                #expect(expected.errors.contains(variable))
                let outcome = try tool.start("guest", environment: [variable: value])
                // Where in the loop it was when time was up is not said twice alike.
                let place = #/\+0x[0-9a-f]+/#
                expected.errors.replace(place, with: "")
                #expect(outcome.code == 134 && outcome.errors.replacing(place, with: "") == expected.errors)
            }
        }
    }

    @Test(
        "that are wrong end with 2 and say what is expected",
        arguments: [
            ("TIMEOUT", "soon"), ("TIMEOUT", "0"), ("TIMEOUT", ""), ("TIMEOUT", "2h"), ("MAX_CPU_TIME", "-1s"),
            ("MAX_MEMORY_SIZE", "1t"), ("MAX_MEMORY_SIZE", "99999999999999999999"), ("MAX_MEMORY_SIZE", "0"),
            ("MAX_WASM_STACK", "100"), ("MAX_TABLE_ELEMENTS", "4294967296"), ("MAX_OPEN_FILES", "2"), ("DIR", "::x"),
            ("DIR", ".::a:b"), ("DIR", ""), ("TMPFS", "/tmp:size=big"), ("TMPFS", ":size=1m"), ("ENV", "=1"),
        ])
    func mistakes(name: String, value: String) throws {
        try Tool.use { tool throws in
            try tool.standalone("guest", text: Standalone.saying("ran\\n", code: 0))
            let outcome = try tool.start("guest", environment: ["TERRAFIRMA_" + name: value])
            #expect(outcome.code == 2)
            #expect(outcome.errors.hasPrefix("guest: TERRAFIRMA_\(name)") && outcome.errors.contains(": expected "))
            #expect(outcome.output == "")
        }
    }

    @Test("that are misspelt are not passed over; what is no setting at all is")
    func misspelt() throws {
        try Tool.use { tool throws in
            try tool.standalone("guest", text: Standalone.saying("", code: 0))
            let outcome = try tool.start("guest", environment: ["TERRAFIRMA_TIME_OUT": "1s"])
            #expect(outcome.code == 2)
            #expect(
                outcome.errors
                    == "guest: TERRAFIRMA_TIME_OUT: there is no such setting; did you mean TERRAFIRMA_TIMEOUT?\n")
            #expect(try tool.start("guest", environment: ["TERRAFIRMA_ADDR": "x", "TERRAFIRMA": "y"]).code == 0)
        }
    }

    @Test("refuse a memory that the module declares and may not have with 1, in the words of tfc run")
    func declaredMemory() throws {
        try Tool.use { tool throws in
            try tool.standalone("wide", text: "(module (memory 100) (func (export \"_start\")))")
            let outcome = try tool.start("wide", environment: ["TERRAFIRMA_MAX_MEMORY_SIZE": "64k"])
            #expect(outcome.code == 1)
            #expect(outcome == (try tool.expected("wide", ["-W", "max-memory-size=64k"])))
        }
    }

    /// Prints its arguments, or variables, each followed by a NUL.
    private func printing(_ what: String) -> String {
        """
        (module
          (import "wasi_snapshot_preview1" "\(what)_sizes_get" (func $sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "\(what)_get" (func $get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 2)
          (func (export "_start")
            (drop (call $sizes (i32.const 0) (i32.const 4)))
            (drop (call $get (i32.const 4096) (i32.const 65536)))
            (i32.store (i32.const 0) (i32.const 65536))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
        """
    }

    @Test("leave all arguments to the guest, which gets its file's name as its own")
    func arguments() throws {
        try Tool.use { tool throws in
            try tool.standalone("arguments", text: printing("args"))
            #expect(try tool.start("arguments").output == "arguments\0")
            let given = ["--help", "", "-W", "Größe\n"]
            #expect(try tool.start("arguments", given).output == (["arguments"] + given + [""]).joined(separator: "\0"))
        }
    }

    @Test("hand on variables that are named, no others, and never themselves")
    func variables() throws {
        try Tool.use { tool throws in
            try tool.standalone("variables", text: printing("environ"))
            let ours = ["TFC_TEST": "1,2"]
            #expect(try tool.start("variables", environment: ours).output == "")
            for (list, output) in [
                ("TFC_TEST", "TFC_TEST=1,2\0"), ("A=1,TFC_ABSENT,B=", "A=1\0B=\0"), ("A=1,B=2,A=3", "B=2\0A=3\0"),
                ("TERRAFIRMA_ENV,A=", "A=\0"),
            ] {
                let environment = ours.merging(["TERRAFIRMA_ENV": list]) { $1 }
                #expect(try tool.start("variables", environment: environment).output == output, "\(list)")
            }
            let all = try tool.start("variables", environment: ours.merging(["TERRAFIRMA_ENV": "*,PATH=p"]) { $1 })
            let variables = all.output.split(separator: "\0")
            #expect(variables.contains("TFC_TEST=1,2") && variables.contains("PATH=p"))
            #expect(!all.output.contains("TERRAFIRMA_") && variables.count { $0.hasPrefix("PATH=") } == 1)
        }
    }

    /// Opens `file` beneath descriptor 3 for writing, and ends with WASI's error.
    private let opening = """
        (module
          (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1) (data (i32.const 0) "file")
          (func (export "_start")
            (call $exit
              (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 1) (i64.const 0x40)
                (i64.const 0) (i32.const 0) (i32.const 8)))))
        """

    @Test("grant folders, to read and write or only to read, and in memory; none unless they say so")
    func folders() throws {
        try Tool.use { tool throws in
            try tool.standalone("open", text: opening)
            let file = tool.folder.appendingPathComponent("file")
            let (success, badDescriptor, notPermitted): (Int32, Int32, Int32) = (0, 8, 63)
            #expect(try tool.start("open").code == badDescriptor)
            #expect(try tool.start("open", environment: ["TERRAFIRMA_TMPFS": "/m:size=1m"]).code == success)
            #expect(try tool.start("open", environment: ["TERRAFIRMA_DIR": ".::/d:ro"]).code == notPermitted)
            #expect(!FileManager.default.fileExists(atPath: file.path))
            #expect(try tool.start("open", environment: ["TERRAFIRMA_DIR": "."]).code == success)
            #expect(FileManager.default.fileExists(atPath: file.path))
            let missing = try tool.start("open", environment: ["TERRAFIRMA_DIR": ".,missing"])
            #expect(missing.code == 1)
            #expect(missing.errors == "open: TERRAFIRMA_DIR: missing: No such file or directory\n")
            let many = ["TERRAFIRMA_DIR": ".,.", "TERRAFIRMA_MAX_OPEN_FILES": "4"]
            #expect(
                try tool.start("open", environment: many).errors.hasSuffix("; raise it by TERRAFIRMA_MAX_OPEN_FILES\n"))
        }
    }
}
