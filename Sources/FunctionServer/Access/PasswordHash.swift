import CCrypt
import CNettle
import Glibc

/// What a site knows of a user's password.
package enum PasswordHash: Equatable, Sendable {
    /// `$2a$`, `$2b$` or `$2y$`, and how often it doubles the work.
    case bcrypt(String, cost: Int)
    /// SHA-256 of the salt and the password.
    case sha256(salt: [UInt8], digest: [UInt8])

    /// Doublings of the most work that a password may take: about a second.
    package static let maximumCost = 14
    /// Bytes of the longest password that is looked at.
    package static let maximumPassword = 1024
    private static let sha256Mark = "sha256:"
    private static let maximumSalt = 64

    /// Reads `$2a$10$…` or `sha256:SALT:DIGEST`, in hexadecimal; nil if it is neither, or costs too much.
    package init?(_ text: String) {
        if text.hasPrefix(Self.sha256Mark) {
            let parts = text.dropFirst(Self.sha256Mark.count).split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let salt = Self.bytes(parts[0]), let digest = Self.bytes(parts[1]),
                digest.count == SHA256_DIGEST_SIZE, salt.count <= Self.maximumSalt
            else { return nil }
            self = .sha256(salt: salt, digest: digest)
            return
        }
        let bytes = Array(text.utf8)
        guard bytes.count == 60, ["$2a$", "$2b$", "$2y$"].contains(text.prefix(4)), bytes[6] == UInt8(ascii: "$"),
            bytes[4...5].allSatisfy({ (0x30...0x39).contains($0) }), let cost = Int(text.dropFirst(4).prefix(2)),
            (4...Self.maximumCost).contains(cost), bytes[7...].allSatisfy(Self.isOfBcrypt)
        else { return nil }
        self = .bcrypt(text, cost: cost)
    }

    /// Whether that is the password.
    ///
    /// Takes a while for bcrypt: not for an event loop.
    package func matches(_ password: [UInt8]) -> Bool {
        // What ends a string of C's would end the password early.
        guard password.count <= Self.maximumPassword, !password.contains(0) else { return false }
        switch self {
        case .sha256(let salt, let digest): return Self.areEqual(Self.sha256(salt + password), digest)
        case .bcrypt(let text, _):
            guard let made = Self.bcrypt(password, text) else { return false }
            return Self.areEqual(made, Array(text.utf8))
        }
    }

    /// What takes as long as a bcrypt of that cost, and matches nothing that anybody knows.
    package static func decoy(cost: Int) -> PasswordHash {
        let digits = cost < 10 ? "0\(cost)" : String(cost)
        return .bcrypt("$2b$\(digits)$abcdefghijklmnopqrstuu" + String(repeating: "a", count: 31), cost: cost)
    }

    private static func bcrypt(_ password: [UInt8], _ setting: String) -> [UInt8]? {
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        memset(data, 0, MemoryLayout<crypt_data>.size)
        var phrase = password.map { CChar(bitPattern: $0) } + [0]
        defer {
            explicit_bzero(data, MemoryLayout<crypt_data>.size)
            explicit_bzero(&phrase, phrase.count)
            data.deallocate()
        }
        guard let made = crypt_r(phrase, setting, data), strlen(made) == 60 else { return nil }
        return (0..<60).map { UInt8(bitPattern: made[$0]) }
    }

    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var context = sha256_ctx()
        nettle_sha256_init(&context)
        nettle_sha256_update(&context, bytes.count, bytes)
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_SIZE))
        nettle_sha256_digest(&context, digest.count, &digest)
        return digest
    }

    /// In the same time, wherever they differ.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(into: UInt8(0)) { $0 |= $1.0 ^ $1.1 } == 0
    }

    private static func isOfBcrypt(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ".")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    private static func bytes(_ hexadecimal: Substring) -> [UInt8]? {
        let digits = Array(hexadecimal.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for at in stride(from: 0, to: digits.count, by: 2) {
            guard let high = hexDigit(digits[at]), let low = hexDigit(digits[at + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
