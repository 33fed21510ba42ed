import CRuntime
import Glibc
import NIOCore
import NIOSSL

/// A certificate with its key, ready for connections.
final class SiteCertificate: Sendable {
    /// What it is called in the folder.
    let name: String
    let context: NIOSSLContext
    /// The names that it is valid for, in lower case.
    private let names: Set<String>

    private init(name: String, context: NIOSSLContext, names: Set<String>) {
        self.name = name
        self.context = context
        self.names = names
    }

    /// Whether it says that it is for this name.
    func covers(_ name: SiteName) -> Bool {
        let text = name.description
        if names.contains(text) { return true }
        guard let dot = text.firstIndex(of: ".") else { return false }
        return names.contains("*" + text[dot...])
    }

    /// What two files were when they were read.
    struct Identity: Equatable {
        var chain: FileIdentity
        var key: FileIdentity

        /// Whether a later change of either is certain to show.
        func isSettled(at nanoseconds: Int64) -> Bool {
            chain.isSettled(at: nanoseconds) && key.isSettled(at: nanoseconds)
        }
    }

    /// Why there is none.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// Reads both files, and sees whether they belong together.
    ///
    /// Blocks.
    static func load(
        _ name: String, _ files: CertificateFiles, protocols: [String]
    ) throws(Failure) -> (certificate: SiteCertificate, identity: Identity) {
        let (chainBytes, chainIdentity) = try read(files.chain)
        let (keyBytes, keyIdentity) = try read(files.key)
        let identity = Identity(chain: chainIdentity, key: keyIdentity)
        guard try identify(files) == identity else { throw Failure(description: "it changed while it was read") }
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(chainBytes)
        } catch {
            throw Failure(description: "\(files.chain): no certificate in PEM form")
        }
        guard let leaf = chain.first else { throw Failure(description: "\(files.chain): no certificate in PEM form") }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(bytes: keyBytes, format: .pem)
        } catch {
            throw Failure(description: "\(files.key): no private key in PEM form, or one with a password")
        }
        guard let context = try? context(chain, key, protocols) else {
            throw Failure(description: "\(files.key) is not the key of \(files.chain)")
        }
        let certificate = SiteCertificate(name: name, context: context, names: Self.names(of: leaf))
        return (certificate, identity)
    }

    /// What the files are now.
    static func identify(_ files: CertificateFiles) throws(Failure) -> Identity {
        Identity(chain: try identify(files.chain), key: try identify(files.key))
    }

    private static func context(
        _ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey, _ protocols: [String]
    ) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = protocols
        configuration.shutdownTimeout = .seconds(2)
        return try NIOSSLContext(configuration: configuration)
    }

    private static func names(of leaf: NIOSSLCertificate) -> Set<String> {
        var names: Set<String> = []
        for name in leaf._subjectAlternativeNames() where name.nameType == .dnsName {
            names.insert(String(decoding: name.contents, as: UTF8.self).lowercased())
        }
        return names
    }

    // MARK: - Files

    /// Bytes of the longest file taken.
    private static let maximumSize = 1 << 20

    /// Links are followed: certbot's lead to its archive, and the folder is the operator's.
    private static func open(_ path: String) throws(Failure) -> Int32 {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw Failure(description: "\(path): \(systemMessage(errno))") }
        return file
    }

    private static func identity(_ file: Int32, _ path: String) throws(Failure) -> FileIdentity {
        var identity = tf_file_identity()
        let failure = tf_identify(file, &identity)
        guard failure == 0 else { throw Failure(description: "\(path): \(systemMessage(-failure))") }
        guard identity.mode & S_IFMT == S_IFREG else { throw Failure(description: "\(path) is no file") }
        return FileIdentity(identity)
    }

    private static func identify(_ path: String) throws(Failure) -> FileIdentity {
        let file = try open(path)
        defer { close(file) }
        return try identity(file, path)
    }

    private static func read(_ path: String) throws(Failure) -> (bytes: [UInt8], identity: FileIdentity) {
        let file = try open(path)
        defer { close(file) }
        let identity = try identity(file, path)
        guard identity.size <= UInt64(maximumSize) else {
            throw Failure(description: "\(path) is larger than \(maximumSize) bytes")
        }
        let (bytes, failure) = readBytes(file, count: Int(identity.size))
        guard failure == 0 else { throw Failure(description: "\(path): \(systemMessage(failure))") }
        return (bytes, identity)
    }
}
