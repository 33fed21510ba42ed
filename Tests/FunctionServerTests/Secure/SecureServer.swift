import FunctionServer
import NIOCore

/// A server of fake functions that takes connections in TLS too, with a certificate for `example.com`.
final class SecureServer {
    let certificates: TestFolder
    let server: TestServer

    init(
        _ files: [String: String] = [:], names: [String] = ["example.com"], redirects: Bool = false,
        webroot: TestFolder? = nil, configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        let certificates = try TestFolder()
        self.certificates = certificates
        for name in names { try TestCertificates.make(name, in: certificates) }
        let sockets = OtherSockets(
            secure: try ListeningSocket(host: "127.0.0.1", port: 0),
            redirect: redirects ? try ListeningSocket(host: "127.0.0.1", port: 0) : nil)
        server = try TestServer(files, others: sockets) { configuration in
            configuration.certificates = certificates.path
            configuration.challenges = webroot?.path
            configure(&configuration)
        }
    }

    var port: Int { server.server.secureAddress?.port ?? 0 }

    var redirectPort: Int { server.server.redirectAddress?.port ?? 0 }

    /// What curl gets from a host, and trusts if it has the certificate of that name.
    func curl(_ path: String, host: String = "example.com", _ arguments: [String] = []) throws -> Program.Result {
        try Program.curl(
            host, port, path, ["--cacert", "\(certificates.path)/\(host)/fullchain.pem"] + arguments)
    }
}
