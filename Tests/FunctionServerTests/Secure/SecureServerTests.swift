import Foundation
import NIOHTTP1
import Testing

@testable import FunctionServer

@Suite("Connections in TLS")
struct SecureServerTests {
    @Test("curl trusts a site's certificate, and gets functions and files, in both versions of HTTP")
    func curl() throws {
        let server = try SecureServer(["f.wasm": "echo", "file.txt": "text"], names: ["example.com", "example.org"])
        for host in ["example.com", "example.org"] {
            for (flag, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
                let answer = try server.curl("/f.wasm/a?b", host: host, [flag, "-d", "body"])
                #expect(answer.output == "POST /f.wasm/a?b [/a] [b] body\n200 \(version)", "\(answer.error)")
                #expect(try server.curl("/file.txt", host: host, [flag]).output == "text\n200 \(version)")
            }
        }
        // The certificate of another name does not do.
        let wrong = try Program.curl(
            "example.org", server.port, "/file.txt",
            ["--cacert", "\(server.certificates.path)/example.com/fullchain.pem"])
        #expect(wrong.code == 60, "\(wrong.error)")
    }

    @Test("a name without certificate is told so, and so is nobody; versions before 1.2 are refused")
    func refused() throws {
        let server = try SecureServer(["file.txt": "text"])
        let unknown = try Program.curl("unknown.com", server.port, "/file.txt", ["-k"])
        #expect(unknown.code == 35)
        #expect(unknown.error.contains("unrecognized name"), "\(unknown.error)")
        #expect(try Program.curl("127.0.0.1", server.port, "/file.txt", ["-k"]).code == 35)
        let old = try server.curl("/file.txt", ["--tls-max", "1.1", "--ciphers", "DEFAULT:@SECLEVEL=0"])
        #expect(old.code == 35, "\(old.error)")
        #expect(try server.curl("/file.txt", ["--tls-max", "1.2"]).output == "text\n200 2")
        // What is not TLS at all.
        let client = try RawClient(port: server.port)
        try client.send("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
        #expect(client.rest().starts(with: [21, 3]))
        #expect(try server.curl("/file.txt").output == "text\n200 2")
    }

    @Test("a request for a site with another certificate is 421")
    func misdirected() throws {
        let server = try SecureServer(["f.wasm": "say hello"], names: ["example.com", "example.org"])
        for (host, status) in [
            ("example.com", 200), ("EXAMPLE.com.:\(server.port)", 200), ("example.org", 421), ("unknown.com", 421),
            ("example.com", 200),
        ] {
            for flag in ["--http1.1", "--http2"] {
                let answer = try server.curl("/f.wasm", [flag, "-H", "Host: \(host)"])
                #expect(answer.output.contains("\n\(status) "), "\(host) \(answer)")
            }
        }
        try TestCertificates.make("default", names: ["example.net"], in: server.certificates)
        let client = eventually { (try? TLSClient(port: server.port, name: nil)) != nil }
        #expect(client)
        let nameless = try TLSClient(port: server.port, name: nil)
        try nameless.send(
            "GET /f.wasm HTTP/1.1\r\nHost: unknown.com\r\n\r\nGET /f.wasm HTTP/1.1\r\nHost: example.com\r\n")
        try nameless.send("Connection: close\r\n\r\n")
        let answers = nameless.rest()
        #expect(answers.contains("HTTP/1.1 200 "))
        #expect(answers.contains("HTTP/1.1 421 "))
    }

    @Test("functions are told that they are asked in TLS, and browsers to stay there")
    func told() throws {
        let server = try SecureServer(["env.wasm": "environment", "f.wasm": "say hello"])
        for flag in ["--http1.1", "--http2"] {
            let lines = Set(try server.curl("/env.wasm/x?y", [flag, "-i"]).output.split(whereSeparator: \.isNewline))
            #expect(lines.contains("HTTPS=on"))
            #expect(lines.contains("SERVER_PORT=\(server.port)"))
            #expect(lines.contains("X_FULL_URL=https://example.com:\(server.port)/env.wasm/x?y"))
            #expect(lines.contains { $0.lowercased() == "strict-transport-security: max-age=604800" })
            #expect(lines.contains("SERVER_PROTOCOL=HTTP/\(flag == "--http2" ? "2.0" : "1.1")"))
        }
        let plain = try server.server.get("/env.wasm")
        #expect(!plain.body.contains("HTTPS="))
        #expect(plain.body.contains("X_FULL_URL=http://test/env.wasm"))
        #expect(plain["strict-transport-security"] == nil)
        let off = try SecureServer(["f.wasm": "say hello"]) { $0.strictTransport = nil }
        #expect(!(try off.curl("/f.wasm", ["-i"]).output.lowercased().contains("strict-transport")))
    }

    @Test("a certificate that is renewed is used by the next connections")
    func renewed() throws {
        let server = try SecureServer(["file.txt": "text"])
        #expect(try server.curl("/file.txt").output == "text\n200 2")
        let other = try TestFolder()
        try TestCertificates.make("example.com", in: other)
        for name in ["fullchain.pem", "privkey.pem"] {
            try server.certificates.replace(
                "example.com/\(name)", ServerProcess.read("\(other.path)/example.com/\(name)"))
        }
        let isNew = try eventually { try server.curl("/file.txt").output == "text\n200 2" }
        #expect(isNew)
        // One that was not there when the server was started.
        try TestCertificates.make("new.com", in: server.certificates)
        #expect(try eventually { try server.curl("/file.txt", host: "new.com").output == "text\n200 2" })
    }

    @Test("T23: a handshake that does not end is ended, and the connection counted out")
    func slowHandshake() throws {
        let server = try SecureServer(["file.txt": "text"]) { $0.headerTimeout = 100 * .millisecond }
        let silent = try RawClient(port: server.port)
        let started = try RawClient(port: server.port)
        try started.send([22, 3, 1, 2, 0, 1, 0])
        #expect(silent.rest().isEmpty)
        #expect(started.rest().isEmpty)
        #expect(eventually { server.server.server.openConnections == 0 })
    }

    @Test(
        "large files arrive whole and in parts, and no more of them is in memory than a piece",
        arguments: ["--http1.1", "--http2"])
    func largeFiles(version: String) throws {
        let text = String(repeating: "0123456789abcdef", count: 1 << 20)
        let server = try SecureServer(["file.bin": text])
        let target = try TestFolder()
        let whole = try server.curl("/file.bin", [version, "-o", "\(target.path)/out"])
        #expect(whole.output.contains("\n200 "), "\(whole)")
        #expect(ServerProcess.read("\(target.path)/out") == text)
        let part = try server.curl("/file.bin", [version, "-r", "5-10000004", "-o", "\(target.path)/out"])
        #expect(part.output.contains("\n206 "), "\(part)")
        #expect(ServerProcess.read("\(target.path)/out") == String(text.dropFirst(5).prefix(10_000_000)))
        let head = try server.curl("/file.bin", [version, "-I"])
        #expect(head.output.lowercased().contains("content-length: \(text.utf8.count)"))
    }

    @Test("commands stream both ways", arguments: ["--http1.1", "--http2"])
    func commands(version: String) throws {
        let server = try SecureServer(["cat.wasm": "cat"])
        let source = try TestFolder(["in": String(repeating: "0123456789abcdef", count: 300_000)])
        let answer = try server.curl(
            "/cat.wasm", [version, "--data-binary", "@\(source.path)/in", "-o", "\(source.path)/out"])
        #expect(answer.output.contains("\n200 "), "\(answer)")
        #expect(ServerProcess.read("\(source.path)/out") == ServerProcess.read("\(source.path)/in"))
    }
}
