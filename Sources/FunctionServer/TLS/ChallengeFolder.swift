import Glibc
import NIOCore

/// Where certbot and lego leave, in webroot mode, what proves that a name's address is ours: `http-01` of RFC 8555.
final class ChallengeFolder: Sendable {
    private static let path = "/.well-known/acme-challenge/"
    private static let longestToken = 200
    /// Bytes of the longest answer; they have less than two hundred.
    private static let maximumSize = 4096

    private let folder: ServedFolder

    /// The folder that holds `.well-known`.
    init(_ path: String) throws(ServerError) {
        folder = try ServedFolder(path: path)
    }

    /// The token that a request asks for, or nil if it is for something else.
    ///
    /// Letters, digits, hyphens and underscores: no more is one, and nothing else is looked for.
    static func token(in target: String) -> String? {
        guard target.hasPrefix(path) else { return nil }
        let token = target.dropFirst(path.count)
        let isToken = token.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                || byte == 0x2D || byte == 0x5F
        }
        return isToken && (1...longestToken).contains(token.utf8.count) ? String(token) : nil
    }

    /// What a token's file holds.
    ///
    /// Blocks. Nil: there is none that may be handed out.
    func answer(to token: String) -> ByteBuffer? {
        guard let file = try? folder.open(String(Self.path.dropFirst()) + token), !file.isFolder else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.maximumSize + 1)
        let count = bytes.withUnsafeMutableBytes { pread(file.descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0, count <= Self.maximumSize else { return nil }
        return ByteBuffer(bytes: bytes[..<count])
    }
}
