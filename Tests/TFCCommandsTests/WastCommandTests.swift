import Testing

@testable import TFCCommands

@Suite("tfc wast")
struct WastCommandTests {
    @Test("refuses a folder without scripts: nothing would have been tested")
    func wastWithoutScripts() throws {
        try Tool.use { tool throws in
            let outcome = try tool.tfc("wast", "cache")
            #expect(outcome.code == 1)
            #expect(outcome.errors == "tfc: cache: no .json files in it\n")
        }
    }

    private let text = """
        (module
          (tag $t)
          (func (export "one") (result i32) (i32.const 1))
          (func (export "trap") unreachable)
          (func (export "throw") (throw $t)))
        """

    private func call(_ name: String) -> String {
        "\"action\":{\"type\":\"invoke\",\"field\":\"\(name)\",\"args\":[]}"
    }

    private let module = "\"filename\":\"t.wasm\",\"module_type\":\"binary\""

    /// Writes a script of commands, each on the line of its number from 1.
    private func write(_ commands: [String], as name: String, with tool: Tool) throws {
        try tool.module("t", text, features: ["exceptions"])
        let lines = commands.enumerated().map { "{\"line\":\($0.offset + 1),\($0.element)}" }
        try tool.write(name, Array("{\"commands\":[\(lines.joined(separator: ","))]}".utf8))
    }

    private var mixed: [String] {
        [
            "\"type\":\"module\",\(module)",
            "\"type\":\"assert_return\",\(call("one")),\"expected\":[{\"type\":\"i32\",\"value\":\"1\"}]",
            "\"type\":\"assert_return\",\(call("one")),\"expected\":[{\"type\":\"i32\",\"value\":\"2\"}]",
            "\"type\":\"assert_trap\",\(call("trap")),\"text\":\"unreachable\"",
            "\"type\":\"assert_malformed\",\"filename\":\"x.wat\",\"module_type\":\"text\",\"text\":\"x\"",
            "\"type\":\"assert_invalid\",\(module),\"text\":\"x\"",
            "\"type\":\"assert_malformed_custom\",\"filename\":\"x.wat\",\"module_type\":\"text\",\"text\":\"x\"",
        ]
    }

    @Test("counts what passes, fails and cannot be run, per file and in all, and names the failures")
    func counts() throws {
        try Tool.use { tool throws in
            try write(mixed, as: "t.json", with: tool)
            let outcome = try tool.tfc("wast", "-v", ".")
            #expect(outcome.code == 1)
            #expect(outcome.output.hasPrefix("./t.json: 3 passed, 2 failed, 2 skipped\n"))
            #expect(outcome.output.hasSuffix("\n3 passed, 2 failed, 2 skipped\n"))
            #expect(outcome.output.contains("/t.json:3: "))
            #expect(outcome.output.contains("/t.json:6: accepted\n"))
        }
    }

    @Test("takes failures that are listed for what they are, if they fail in the way that is listed")
    func expectedFailures() throws {
        try Tool.use { tool throws in
            try write(mixed, as: "t.json", with: tool)
            let run = { (known: String) throws in
                try tool.write("known", Array(known.utf8))
                return try tool.tfc("wast", "-v", "--expect", "known", "./t.json")
            }
            let listed = try run("# known\nt.json:3 i32(1) instead # a test\nt.json:6 accepted # a test\n")
            #expect(listed.code == 0)
            #expect(listed.output.hasSuffix("\n3 passed, 0 failed, 2 skipped, 2 failed as expected\n"))
            let otherwise = try run("t.json:3 i32(1) instead # a test\nt.json:6 refused # a test\n")
            #expect(otherwise.output.hasSuffix("\n3 passed, 1 failed, 2 skipped, 1 failed as expected\n"))
            let stale = try run("t.json:2 accepted # a test\nt.json:99 accepted # a test\n")
            #expect(stale.output.contains("/t.json:2: is listed as a failure, and is none\n"))
            #expect(stale.output.hasSuffix("\n3 passed, 4 failed, 2 skipped\n"))
            let elsewhere = try run("u.json:2 accepted # a test\n")
            #expect(elsewhere.output.contains("FAILED u.json: "))
            #expect(elsewhere.output.hasSuffix("\n3 passed, 3 failed, 2 skipped\n"))
            #expect(try run("t.json:3 accepted\n").errors == "tfc: not FILE:LINE FAILURE # REASON: t.json:3 accepted\n")
            #expect(try run("t.json:3 a # b\nt.json:3 a # c\n").errors == "tfc: listed twice: t.json:3\n")
        }
    }

    @Test("takes an exception for an exception only, and a trap for a trap only")
    func exceptions() throws {
        try Tool.use { tool throws in
            let commands = [
                "\"type\":\"module\",\(module)", "\"type\":\"assert_exception\",\(call("throw"))",
                "\"type\":\"assert_exception\",\(call("trap"))", "\"type\":\"assert_exception\",\(call("one"))",
                "\"type\":\"assert_trap\",\(call("throw")),\"text\":\"unreachable\"",
            ]
            try write(commands, as: "t.json", with: tool)
            let output = try tool.tfc("wast", "-v", "t.json").output
            #expect(output.hasSuffix("\n2 passed, 3 failed, 0 skipped\n"))
            for text in ["3: unreachable, instead", "4: no exception", "5: trap: uncaught exception, instead"] {
                #expect(output.contains("t.json:" + text), "\(output)")
            }
        }
    }

    @Test("instantiates a definition several times, and runs nothing of one that is only defined")
    func definitions() throws {
        try Tool.use { tool throws in
            let commands = [
                "\"type\":\"module_definition\",\"name\":\"M\",\(module)", "\"type\":\"action\",\(call("one"))",
                "\"type\":\"module_instance\",\"instance\":\"A\",\"module\":\"M\"",
                "\"type\":\"module_instance\",\"instance\":\"B\",\"module\":\"M\"",
                "\"type\":\"action\",\"action\":{\"type\":\"invoke\",\"module\":\"A\",\"field\":\"one\",\"args\":[]}",
                "\"type\":\"module_instance\",\"instance\":\"C\",\"module\":\"N\"",
            ]
            try write(commands, as: "t.json", with: tool)
            let output = try tool.tfc("wast", "-v", "t.json").output
            #expect(output.hasSuffix("\n4 passed, 2 failed, 0 skipped\n"), "\(output)")
            #expect(output.contains("t.json:2: ") && output.contains("t.json:6: "))
        }
    }

    @Test("runs everything as often as it is told, and says how much memory that left")
    func rounds() throws {
        try Tool.use { tool throws in
            try write(mixed, as: "t.json", with: tool)
            let output = try tool.tfc("wast", "--repeat", "3", "--bounds-checks", "explicit", "t.json").output
            #expect(output.hasSuffix("\n9 passed, 6 failed, 6 skipped\n"), "\(output)")
            #expect(output.split(separator: "\n").filter { $0.hasPrefix("round ") }.count == 3)
            #expect(try tool.tfc("wast", "--repeat", "2", "t.json").code == 2)
            #expect(try tool.tfc("wast", "--bounds-checks", "none", "t.json").code == 2)
        }
    }

    @Test("calls memory growth what the rounds after the second leave, beyond the tolerance")
    func growth() throws {
        let growth = { (sizes: [Int]) in
            var growth = MemoryGrowth()
            for size in sizes {
                guard let memory = ResidentMemory(status: "Name:\ttfc\nVmHWM:\t  99 kB\nVmRSS:\t  \(size) kB\n") else {
                    continue
                }
                growth.add(memory)
            }
            return growth.excess
        }
        #expect(growth([100, 9000, 9000 + MemoryGrowth.tolerance]) == nil)
        #expect(growth([100, 9000, 9001 + MemoryGrowth.tolerance]) == 1 + MemoryGrowth.tolerance)
        #expect(growth([9000, 100, 50, 8000]) == 7900)
        #expect(growth([100, 9000]) == nil)
        #expect(ResidentMemory(status: "VmRSS:\t12 kB\n") == nil)
    }

    @Test("measures memory that is there, and no more than there has been")
    func resident() throws {
        let memory = try ResidentMemory.measured()
        #expect(memory.present > 1000 && memory.present <= memory.peak)
    }
}
