import Logging

/// What all connections share about TLS.
struct FrontSecurity: Sendable {
    /// The certificates; nil: there are no connections in TLS.
    let certificates: CertificateStore?
    /// Answers to those who make out certificates.
    let challenges: ChallengeFolder?
    /// The port of connections in TLS.
    let port: Int
    private let strictTransport: String?

    init(_ configuration: ServerConfiguration, _ sockets: OtherSockets, logger: Logger) throws(ServerError) {
        if sockets.secure != nil {
            guard let folder = configuration.certificates else {
                throw ServerError("connections in TLS need a folder of certificates")
            }
            certificates = CertificateStore(folder: folder, protocols: SecureEntrance.protocols, logger: logger)
        } else {
            certificates = nil
        }
        challenges = try configuration.challenges.map { folder throws(ServerError) in try ChallengeFolder(folder) }
        port = sockets.secure?.port ?? 443
        strictTransport = configuration.strictTransport.map { "max-age=\($0)" }
    }

    /// The value of `Strict-Transport-Security` for answers in TLS.
    var policy: String? { certificates == nil ? nil : strictTransport }
}

extension Frontend {
    /// What connections to the address for TLS get.
    func secureEntrance() throws(ServerError) -> Entrance {
        guard let store = security.certificates else { throw ServerError("there are no certificates") }
        return .secure(SecureEntrance(store: store, frontend: self))
    }
}
