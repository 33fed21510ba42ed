import ArgumentParser
import FunctionServer

/// Where and how connections in TLS are taken.
struct SecurityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "An address for connections in TLS, with HTTP/2. Unless said: the socket of LISTEN_FDS named https, else none.",
            valueName: "host:port"))
    var tlsAddr: ListenAddress?

    @Option(
        help: ArgumentHelp(
            "The folder of certificates, as certbot or lego keep it: HOST/fullchain.pem and HOST/privkey.pem, or HOST.crt "
                + "and HOST.key; default/… for names without one. Files that change are live within a second.",
            valueName: "dir"),
        completion: .directory)
    var certificates: String?

    @Option(
        help: ArgumentHelp(
            "An address whose requests are told to come in TLS, and whose /.well-known/acme-challenge/ is answered. Unless "
                + "said: the socket of LISTEN_FDS named http, else none.",
            valueName: "host:port"))
    var redirectAddr: ListenAddress?

    @Option(
        help: ArgumentHelp(
            "The folder where certbot or lego leave .well-known/acme-challenge/, in webroot mode.", valueName: "dir"),
        completion: .directory)
    var acmeWebroot: String?

    @Option(
        help: ArgumentHelp(
            "For how many seconds browsers that came in TLS are told to come in TLS only, or off.",
            valueName: "seconds|off"))
    var hsts = StrictTransport(seconds: 604_800)

    /// Opens those that the flags name; else takes those that we were started with.
    func sockets(_ inherited: InheritedSockets) throws -> OtherSockets {
        let secure = try tlsAddr.map { try ListeningSocket(host: $0.host, port: $0.port) } ?? inherited.secure
        let redirect = try redirectAddr.map { try ListeningSocket(host: $0.host, port: $0.port) } ?? inherited.redirect
        guard secure == nil || certificates != nil else {
            throw ValidationError("--tls-addr, or a socket named https, needs --certificates")
        }
        return OtherSockets(secure: secure, redirect: redirect)
    }

    /// Sets the rest.
    func apply(to settings: inout ServerSettings) {
        settings.configuration.certificates = certificates
        settings.configuration.challenges = acmeWebroot
        settings.configuration.strictTransport = hsts.seconds
    }
}

/// `604800`, `off`.
struct StrictTransport: ExpressibleByArgument {
    var seconds: Int?

    init(seconds: Int?) {
        self.seconds = seconds
    }

    init?(argument: String) {
        if argument == "off" { return }
        guard let seconds = UInt32(argument) else { return nil }
        self.seconds = Int(seconds)
    }

    var defaultValueDescription: String { seconds.map(String.init) ?? "off" }
}
