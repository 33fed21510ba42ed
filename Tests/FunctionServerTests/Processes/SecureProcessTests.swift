import Glibc
import Testing

@Suite("A whole server in TLS")
struct SecureProcessTests {
    @Test("contained, it uses certificates by links as certbot keeps them, also such as come later (T33)")
    func contained() throws {
        let place = try TestFolder()
        for name in ["live", "archive"] { mkdir("\(place.path)/\(name)", 0o755) }
        let (server, port) = try Self.start(
            ["f.wasm": Modules.say("one"), "trap.wasm": Modules.run("unreachable")], "\(place.path)/live")
        let refused = try Program.curl("example.com", port, "/f.wasm", ["-k"])
        #expect(refused.code == 35, "\(refused)")
        let archive = try TestFolder()
        try TestCertificates.make("example.com", in: archive)
        try #require(rename("\(archive.path)/example.com", "\(place.path)/archive/example.com") == 0)
        mkdir("\(place.path)/live/example.com", 0o755)
        for name in ["fullchain.pem", "privkey.pem"] {
            symlink("../../archive/example.com/\(name)", "\(place.path)/live/example.com/\(name)")
        }
        let trust = ["--cacert", "\(place.path)/live/example.com/fullchain.pem"]
        #expect(
            try eventually { try Program.curl("example.com", port, "/f.wasm", trust).output == "one\n200 2" },
            "\(server.log)")
        #expect(
            try Program.curl("example.com", port, "/trap.wasm", trust + ["--http1.1"]).output.hasSuffix("\n500 1.1"))
        #expect(server.log.contains("), system calls\n"))
        #expect(!server.log.contains("refused"))
        #expect(server.status("Seccomp") == "2")
    }

    @Test("a server that crashed is replaced, at the same addresses (T34); SIGTERM ends it (T35)")
    func replaced() throws {
        let certificates = try TestFolder()
        try TestCertificates.make("example.com", in: certificates)
        let (server, port) = try Self.start(["f.wasm": Modules.say("one")], certificates.path)
        let trust = ["--cacert", "\(certificates.path)/example.com/fullchain.pem"]
        #expect(try Program.curl("example.com", port, "/f.wasm", trust).output == "one\n200 2")
        let first = server.server
        kill(first, SIGKILL)
        #expect(eventually { server.server != first && server.server != server.process })
        #expect(try Program.curl("example.com", port, "/f.wasm", trust).output == "one\n200 2")
        kill(server.process, SIGTERM)
        #expect(server.end() == 0)
        #expect(try Program.curl("example.com", port, "/f.wasm", trust).code == 7)
    }

    @Test("an address for TLS needs certificates, and says so")
    func needs() throws {
        #expect(
            try ServerProcess.code("tfc-serve", ["/tmp", "--addr", "127.0.0.1:0", "--tls-addr", "127.0.0.1:0"]) == 2)
        #expect(try ServerProcess.code("tfc-serve", ["/tmp", "--hsts", "soon"]) == 2)
    }

    private static func start(_ modules: [String: String], _ certificates: String) throws -> (ServerProcess, Int) {
        let flags = ["--tls-addr", "127.0.0.1:0", "--certificates", certificates]
        let server = try ServerProcess(modules, flags: flags)
        var port: Int?
        let listens = eventually {
            port = server.log.firstMatch(of: #/listening on https://127\.0\.0\.1:([0-9]+)/#).flatMap { Int($0.1) }
            return port != nil
        }
        guard listens, let port else { throw TestFailure("no address for TLS: \(server.log)") }
        return (server, port)
    }
}
