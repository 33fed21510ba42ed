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
}
