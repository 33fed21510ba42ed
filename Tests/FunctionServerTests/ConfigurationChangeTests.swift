import Testing

@testable import FunctionServer

@Suite("A configuration that is read again")
struct ConfigurationChangeTests {
    private let flags = [
        FlagDescription("addr"), FlagDescription("timeout"), FlagDescription("max-memory-size"),
        FlagDescription("allow-outbound", isRepeating: true),
        FlagDescription("allow-writable-folders", takesValue: false),
    ]

    private func layers(_ text: String, _ commandLine: [String] = []) throws -> LayeredArguments {
        let file = try ConfigurationFile(path: "serve.toml", contents: Array(text.utf8), flags: flags)
        return try LayeredArguments(commandLine: commandLine, environment: [:], file: file, flags: flags)
    }

    private func change(
        _ first: String, _ next: String, present: String? = nil, isContained: Bool = true, _ commandLine: [String] = []
    ) throws -> ConfigurationChange {
        ConfigurationChange(
            from: try layers(present ?? first, commandLine), startedWith: try layers(first, commandLine),
            to: try layers(next, commandLine), isContained: isContained)
    }

    @Test("limits change at once, addresses need a restart and say so until it comes")
    func kinds() throws {
        let changed = try change("timeout = 1\naddr = \"a\"", "timeout = 2\naddr = \"b\"\nmax-memory-size = 9")
        #expect(changed.immediate == ["timeout", "max-memory-size"])
        #expect(changed.needsRestart == ["addr"])
        let again = try change("addr = \"a\"", "addr = \"b\"", present: "addr = \"b\"")
        #expect(again.immediate == [])
        #expect(again.needsRestart == ["addr"])
        #expect(try change("timeout = 1", "").immediate == ["timeout"])
        #expect(try change("timeout = 1", "timeout = 2", ["--timeout", "3"]) == change("", ""))
        #expect(
            try change("", "[sites.\"a\".limits]\ntimeout = 1").immediate == ["limits of sites"])
    }

    @Test("what a contained server has given up comes back with a restart only; what it has can be taken")
    func grants() throws {
        let hosts = "allow-outbound = [\"a\"]"
        #expect(try change("", hosts).needsRestart == ["allow-outbound"])
        #expect(try change("", hosts, isContained: false).immediate == ["allow-outbound"])
        #expect(try change(hosts, "allow-outbound = [\"b\"]").immediate == ["allow-outbound"])
        #expect(try change(hosts, "").immediate == ["allow-outbound"])
        #expect(try change("", "allow-writable-folders = true").needsRestart == ["allow-writable-folders"])
        #expect(try change("allow-writable-folders = true", "").immediate == ["allow-writable-folders"])
    }
}
