import Hostcalls
import TOML
import Testing
import WasmRuntime

@testable import FunctionServer

@Suite("Settings of a function")
struct FunctionSettingsTests {
    private func parse(_ text: String) throws(TOMLError) -> FunctionSettings {
        try FunctionSettings(parsing: Array(text.utf8))
    }

    @Test("all that a file can say is read")
    func everything() throws {
        let settings = try parse(
            """
            arguments = ["--verbose", "a b"]
            allowed-hosts = ["api.example.com", "*.example.org:8443"]
            [environment]
            GREETING = "hello"
            "odd name" = ""
            [[folders]]
            host = "data/in"
            guest = "/data"
            [[folders]]
            host = "."
            guest = "/all"
            writable = true
            [limits]
            timeout = "500ms"
            max-cpu-time = 2
            max-memory-size = "64M"
            max-open-files = 8
            """)
        #expect(settings.arguments == ["--verbose", "a b"])
        #expect(
            settings.environment == [.init(name: "GREETING", value: "hello"), .init(name: "odd name", value: "")])
        #expect(
            settings.folders == [
                .init(host: "data/in", guest: "/data", isWritable: false),
                .init(host: ".", guest: "/all", isWritable: true),
            ])
        #expect(
            settings.limits.values == [
                .timeout: 500_000_000, .processorTime: 2_000_000_000, .memory: 64 << 20, .openFiles: 8,
            ])
        #expect(settings.allowedHosts?.map(\.description) == ["api.example.com", "*.example.org:8443"])
        #expect(try parse("") == FunctionSettings())
        #expect(try parse("allowed-hosts = []").allowedHosts == [])
    }

    @Test(
        "what can't be meant is an error with its line, and a suggestion if something is near",
        arguments: [
            "\nargumets = []": "2: there is no setting argumets; did you mean arguments?",
            "x = 1": "1: there is no setting x",
            "[limits]\ntime-out = 1": "2: there is no setting limits.time-out; did you mean timeout?",
            "[limits]\ntimeout = \"1 hour\"": "2: limits.timeout has to be as 10s, 500ms",
            "[limits]\ntimeout = 0": "2: limits.timeout has to be as 10s, 500ms",
            "[limits]\nmax-memory-size = -1": "2: limits.max-memory-size has to be as 64M, 65536",
            "[limits]\nmax-open-files = \"8\"": "2: limits.max-open-files has to be as a whole number",
            "[limits]\nmax-open-files = 2": "2: limits.max-open-files is at least 3",
            "limits = 1": "1: limits is a whole number, and has to be a table",
            "arguments = \"x\"": "1: arguments is a string, and has to be a list of strings",
            "arguments = [\n\"x\",\n1]": "3: arguments is a whole number, and has to be a list of strings",
            "arguments = [\"a\\u0000b\"]": "1: an argument has a NUL in it",
            "[environment]\nA = 1": "2: environment.A has to be a string",
            "[environment]\n\"A=B\" = \"\"": "2: A=B is no name of a variable",
            "[environment]\n\"A\\u0000\" = \"\"": "2: A\\x00 is no name of a variable",
            "[environment]\nA = \"\\u0000\"": "2: a variable has a NUL in it",
            "[environment]\nHTTP_HOST = \"x\"": "2: HTTP_HOST is set by the server for each request",
            "[environment]\nserver_name = \"x\"": "2: server_name is set by the server for each request",
            "[environment]\nPATH_INFO = \"x\"": "2: PATH_INFO is set by the server for each request",
            "[[folders]]\nhost = \"data\"": "1: a folder has a host and a guest, where it is and what it is called",
            "[[folders]]\nhost = \"../x\"\nguest = \"/\"":
                "2: folders.host is relative to the site's folder, and within it: data",
            "[[folders]]\nguest = \"/\"\nhost = \"/etc\"":
                "3: folders.host is relative to the site's folder, and within it: data",
            "[[folders]]\nhost = \"a/../../b\"\nguest = \"/\"":
                "2: folders.host is relative to the site's folder, and within it: data",
            "[[folders]]\nhost = \"a\\u0000\"\nguest = \"/\"": "2: folders.host has a NUL in it",
            "folders = [1]": "1: folders is a whole number, and has to be a list of tables",
            "allowed-hosts = [\"a b\"]":
                "1: allowed-hosts: a host is example.com, *.example.com or *, with :port or without",
        ])
    func mistakes(text: String, message: String) throws {
        let error = #expect(throws: TOMLError.self) { try parse(text) }
        #expect(error?.description == message)
    }

    @Test("limits are lowered, by the site's and by the file's, and never raised")
    func lowering() throws {
        var all = GuestLimits()
        all.timeout = 5 * .second
        all.instance.memoryBytes = 10 << 20
        let site = try LimitSettings(try TOMLParser.parse(Array("max-memory-size = \"8M\"\ntimeout = \"9s\"".utf8)))
        let policy = GuestPolicy(limits: all, siteLimits: ["a.example": site])
        let settings = try parse("[limits]\nmax-memory-size = \"1G\"\ntimeout = \"1s\"\nmax-host-handles = 0")
        let limits = policy.limits(of: "a.example", settings)
        #expect(limits.timeout == .second)
        #expect(limits.instance.memoryBytes == 8 << 20)
        #expect(limits.hostcalls.handles == 0)
        #expect(policy.limits(of: "b.example", settings).instance.memoryBytes == 10 << 20)
        #expect(policy.limits(of: nil, FunctionSettings()).timeout == 5 * .second)
    }

    @Test("terms follow the operator's policy, within what the function asked for")
    func adopting() throws {
        var policy = GuestPolicy(limits: GuestLimits())
        let terms = GuestTerms(settings: try parse("[limits]\ntimeout = \"3s\""), policy: policy)
        #expect(terms.limits.timeout == 3 * .second)
        policy.limits.timeout = .second
        terms.adopt(policy)
        #expect(terms.limits.timeout == .second)
        policy.limits.timeout = 60 * .second
        terms.adopt(policy)
        #expect(terms.limits.timeout == 3 * .second)
    }
}
