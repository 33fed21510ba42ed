import Glibc
import Testing

@Suite("The configuration of a whole server")
struct ConfigurationProcessTests {
    /// A function that answers whether it could have 2 MiB more.
    static let growing = """
        (module
          (import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 16) "grewrefused")
          (func (export "run")
            (if (i32.eq (memory.grow (i32.const 32)) (i32.const -1))
              (then (drop (call $body (i32.const 0) (i32.const 20) (i32.const 7))))
              (else (drop (call $body (i32.const 0) (i32.const 16) (i32.const 4)))))))
        """

    @Test("a file sets what flags do, and flags win over it")
    func file() throws {
        let configuration = try TestFolder(["serve.toml": "max-memory-size = \"1M\"\ncontainment = \"off\"\n"])
        let flags = ["--config", configuration.path + "/serve.toml"]
        let server = try ServerProcess(["f.wasm": Self.growing], flags: flags)
        #expect(try server.get("/f.wasm").body == "refused")
        #expect(server.log.contains("containment: off"))
        let other = try ServerProcess(["f.wasm": Self.growing], flags: flags + ["--max-memory-size", "8M"])
        #expect(try other.get("/f.wasm").body == "grew")
    }

    @Test("a mistake in the file keeps the server from starting, and says where it is")
    func mistakes() throws {
        for (text, message) in [
            "\nmax-memry-size = 1": "serve.toml:2: there is no setting max-memry-size; did you mean max-memory-size?",
            "timeout = \"soon\"": "serve.toml:1: The value 'soon' is invalid for '--timeout",
            "workers = 0": "serve.toml:1: --workers is from 1 to 10000",
            "addr = ": "serve.toml:1: expected a value",
        ] {
            let folder = try TestFolder(["serve.toml": text])
            let result = try ServerProcess.result(
                "tfc-serve", [folder.path, "--addr", "127.0.0.1:0", "--config", folder.path + "/serve.toml"])
            #expect(result.code == 2)
            #expect(result.errors.contains(message), "\(result.errors)")
        }
        #expect(try ServerProcess.code("tfc-serve", ["--config", "/nonexistent"]) == 2)
    }

    @Test("SIGHUP puts a changed file in force without losing a version; a bad one changes nothing")
    func reload() throws {
        let configuration = try TestFolder(["serve.toml": "max-memory-size = \"8M\"\n"])
        let server = try ServerProcess(
            ["f.wasm": Self.growing], flags: ["--config", configuration.path + "/serve.toml"])
        #expect(try server.get("/f.wasm").body == "grew")
        // A version that no newer one replaces: lower limits have to reach it too.
        try server.folder.replace("f.toml", "no settings")
        #expect(eventually { server.log.contains("the version before it keeps serving") })
        try configuration.replace("serve.toml", "max-memory-size = \"1M\"\nworkers = 3\n")
        kill(server.process, SIGHUP)
        #expect(eventually { (try? server.get("/f.wasm").body) == "refused" })
        #expect(eventually { server.log.contains("needs a restart: workers") })
        #expect(server.log.contains("SIGHUP: changed: max-memory-size; all functions are looked at again"))
        try configuration.replace("serve.toml", "\nmax-memory-size = \"lots\"\n")
        kill(server.process, SIGHUP)
        #expect(eventually { server.log.contains("serve.toml:2: The value 'lots' is invalid") })
        #expect(server.log.contains("the one before stays in force"))
        #expect(try server.get("/f.wasm").body == "refused")
        #expect(server.status("Seccomp") == "2")
        // The next process begins with what the file says then.
        try configuration.replace("serve.toml", "max-memory-size = \"8M\"\n")
        server.folder.remove("f.toml")
        let present = server.server
        kill(present, SIGKILL)
        #expect(eventually { server.server != present && (try? server.get("/f.wasm").body) == "grew" })
        kill(server.process, SIGTERM)
        #expect(server.end() == 0)
    }

    @Test("--check tells what is in force and from where, lists all that is wrong, and serves nothing")
    func check() throws {
        let folder = try TestFolder(["sub/bad.wasm": "no module", "text.toml": "", ".hidden.wasm": "x"])
        try folder.assemble("f.wasm", Self.growing)
        try folder.assemble("g.wasm", Self.growing)
        try folder.assemble("h.wasm", "(module (func (export \"other\")))")
        let settings = try TestFolder(["serve.toml": "timeout = \"5s\"\n", "bad.toml": "tmeout = 1\nworkers = 0\n"])
        let arguments = [folder.path, "--check", "--workers", "3", "--config", settings.path + "/serve.toml"]
        try folder.write("g.toml", "[[folders]]\nhost = \"data\"\nguest = \"/\"\n")
        let output = try ServerProcess.run("tfc-serve", arguments)
        #expect(output.contains("timeout = 5s"))
        #expect(output.contains(settings.path + "/serve.toml:1\n"))
        #expect(output.contains("--workers\n"))
        #expect(output.contains("max-memory-size = 128M"))
        let result = try ServerProcess.result("tfc-serve", arguments)
        #expect(result.code == 1)
        let problems = result.errors.split(separator: "\n")
        #expect(problems.count == 3, "\(result.errors)")
        #expect(problems.first?.hasPrefix("g.wasm: the folder data: it is not there") ?? false, "\(result.errors)")
        #expect(problems.contains("h.wasm: neither run nor _start is exported as a function"))
        #expect(problems.last?.hasPrefix("sub/bad.wasm: ") ?? false)
        for name in ["g.wasm", "h.wasm", "sub/bad.wasm"] { folder.remove(name) }
        #expect(try ServerProcess.code("tfc-serve", arguments) == 0)
        let bad = try ServerProcess.result(
            "tfc-serve", [folder.path, "--check", "--config", settings.path + "/bad.toml"])
        #expect(bad.code == 1)
        #expect(bad.errors.contains("bad.toml:1: there is no setting tmeout; did you mean timeout?"))
        let missing = try ServerProcess.result("tfc-serve", ["/nonexistent", "--check"])
        #expect(missing.code == 1)
    }
}
