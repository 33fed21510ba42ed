import Testing

@testable import FunctionServer

@Suite("The server's configuration")
struct ConfigurationTests {
    private let flags = [
        FlagDescription("folder", isPositional: true), FlagDescription("sites"),
        FlagDescription("site", isRepeating: true), FlagDescription("addr"), FlagDescription("max-memory-size"),
        FlagDescription("allow-outbound", isRepeating: true), FlagDescription("workers"),
        FlagDescription("allow-writable-folders", takesValue: false, defaultValue: "false"),
        FlagDescription("containment", values: ["on", "off"], defaultValue: "on"), FlagDescription("config"),
        FlagDescription("check", takesValue: false),
    ]

    private func file(_ text: String) throws(ConfigurationError) -> ConfigurationFile {
        try ConfigurationFile(path: "serve.toml", contents: Array(text.utf8), flags: flags)
    }

    private func arguments(
        _ commandLine: [String] = [], _ environment: [String: String] = [:], _ text: String = ""
    ) throws -> [String] {
        try LayeredArguments(
            commandLine: commandLine, environment: environment, file: try file(text), flags: flags
        ).arguments
    }

    @Test("every flag is a key, with values of the types that fit it")
    func keys() throws {
        let text = """
            addr = "127.0.0.1:8080"
            workers = 4
            allow-outbound = ["a.example", "b.example"]
            allow-writable-folders = true
            containment = false
            """
        #expect(
            try arguments([], [:], text) == [
                "--addr=127.0.0.1:8080", "--workers=4", "--allow-outbound=a.example", "--allow-outbound=b.example",
                "--allow-writable-folders", "--containment=off",
            ])
        #expect(try file(text).flags[2].origin == .file("serve.toml", line: 3))
    }

    @Test(
        "what can't be meant is an error with file and line",
        arguments: [
            "\nadr = 1": "serve.toml:2: there is no setting adr; did you mean addr?",
            "config = \"x\"": "serve.toml:1: there is no setting config",
            "check = true": "serve.toml:1: there is no setting check",
            "addr = true": "serve.toml:1: addr is true or false, and has to be a string or a whole number",
            "addr = [\"a\"]": "serve.toml:1: addr is one value, not a list",
            "allow-outbound = [\n[]]":
                "serve.toml:2: allow-outbound is a list, and has to be a string or a whole number",
            "allow-writable-folders = \"yes\"":
                "serve.toml:1: allow-writable-folders is a string, and has to be true or false",
            "addr = \"a\\u0000b\"": "serve.toml:1: addr has a NUL in it",
            "addr": "serve.toml:1: expected = behind addr",
            "[sites.\"Example.com\"]":
                "serve.toml:1: Example.com is no site's name: lower case, no port, xn-- for others",
            "[sites.\"..\"]": "serve.toml:1: .. is no site's name: lower case, no port, xn-- for others",
            "[sites.a]\nfoldr = \"x\"": "serve.toml:2: there is no setting sites.a.foldr; did you mean folder?",
            "[sites.a]\nfolder = \"\"": "serve.toml:2: sites.a.folder is no folder",
            "[sites.a.limits]\ntimeout = \"x\"": "serve.toml:2: sites.a.limits.timeout has to be as 10s, 500ms",
        ])
    func mistakes(text: String, message: String) {
        let error = #expect(throws: ConfigurationError.self) { try file(text) }
        #expect(error?.description == message)
    }

    @Test("sites have their folders and lower limits in tables")
    func sites() throws {
        let text = """
            [sites."example.com"]
            folder = "/srv/example"
            [sites."b.example".limits]
            max-memory-size = "8M"
            [sites."c.example"]
            folder = "/srv/c"
            limits = { timeout = "1s" }
            """
        let file = try file(text)
        #expect(file.flags.map(\.arguments) == [["--site=example.com=/srv/example", "--site=c.example=/srv/c"]])
        #expect(
            file.siteLimits.mapValues(\.values) == [
                "b.example": [.memory: 8 << 20], "c.example": [.timeout: 1_000_000_000],
            ])
        #expect(try arguments([], [:], "sites = \"/srv\"") == ["--sites=/srv"])
        #expect(throws: ConfigurationError.self) {
            try ConfigurationFile(
                path: "x", contents: Array(text.utf8), flags: flags.filter { $0.name != "site" })
        }
    }

    @Test("flags win over the environment, and that over the file; a list replaces the list below it")
    func precedence() throws {
        let text = "addr = \"file\"\nworkers = 1\nallow-outbound = [\"file\"]\nmax-memory-size = \"1M\""
        let environment = [
            "TERRAFIRMA_WORKERS": "2", "TERRAFIRMA_ALLOW_OUTBOUND": "a,b", "TERRAFIRMA_ALLOW_WRITABLE_FOLDERS": "no",
            "PATH": "x",
        ]
        #expect(
            try arguments(["--addr", "flag", "dir"], environment, text) == [
                "--allow-outbound=a", "--allow-outbound=b", "--workers=2", "--max-memory-size=1M", "--addr", "flag",
                "dir",
            ])
        #expect(
            try arguments(["--allow-outbound=c", "--", "--addr"], environment, text).filter { $0.contains("outbound") }
                == ["--allow-outbound=c"])
        #expect(try arguments([], ["TERRAFIRMA_ALLOW_WRITABLE_FOLDERS": "0"], "allow-writable-folders = true") == [])
    }

    @Test("a folder on the command line takes the place of sites in the file, and the other way round")
    func alternatives() throws {
        #expect(try arguments(["dir"], [:], "sites = \"/srv\"") == ["dir"])
        #expect(try arguments(["--sites", "dir"], [:], "folder = \"/srv\"") == ["--sites", "dir"])
        #expect(try arguments(["--addr", "x"], [:], "folder = \"/srv\"") == ["/srv", "--addr", "x"])
    }

    @Test("a variable that looks like a setting and is none is an error; others are somebody else's")
    func variables() throws {
        #expect(try arguments([], ["TERRAFIRMA_PART": "x", "TERRAFIRMA_CHECK": "1"]) == [])
        for (name, message) in [
            "TERRAFIRMA_WORKRS": "TERRAFIRMA_WORKRS: there is no such setting; did you mean TERRAFIRMA_WORKERS?"
        ] {
            let error = #expect(throws: ConfigurationError.self) { try arguments([], [name: "1"]) }
            #expect(error?.description == message)
        }
        #expect(throws: ConfigurationError.self) { try arguments([], ["TERRAFIRMA_ALLOW_WRITABLE_FOLDERS": "maybe"]) }
    }

    @Test("the file is the one that is named, else the user's own if it is there")
    func place() throws {
        func find(_ commandLine: [String], _ environment: [String: String]) throws -> String? {
            try ConfigurationPlace.find(commandLine: commandLine, environment: environment, flags: flags)
        }
        let folder = try TestFolder(["terrafirma/serve.toml": "", ".config/terrafirma/serve.toml": ""])
        #expect(try find(["--config", "a", "--addr", "--config=x"], [:]) == "a")
        #expect(try find(["--config=b"], ["TERRAFIRMA_CONFIG": "c"]) == "b")
        #expect(try find([], ["TERRAFIRMA_CONFIG": "c", "XDG_CONFIG_HOME": folder.path]) == "c")
        #expect(try find([], ["XDG_CONFIG_HOME": folder.path]) == folder.path + "/terrafirma/serve.toml")
        #expect(try find([], ["HOME": folder.path]) == folder.path + "/.config/terrafirma/serve.toml")
        #expect(try find([], ["XDG_CONFIG_HOME": "/nonexistent", "HOME": folder.path]) == nil)
        #expect(throws: ConfigurationError.self) { try ConfigurationPlace.contents(of: folder.path + "/missing") }
        #expect(throws: ConfigurationError.self) { try ConfigurationPlace.contents(of: "/dev/zero") }
    }
}
