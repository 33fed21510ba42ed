import CNettle

/// A SHA-256 digest.
struct Digest: Hashable, Sendable {
    static let size = 32

    let bytes: [UInt8]

    /// 64 lower-case hexadecimal digits.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    init(of bytes: [UInt8]) {
        var hasher = Hasher()
        hasher.update(bytes)
        self = hasher.finalize()
    }

    init?(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard self.bytes.count == Self.size else { return nil }
    }

    /// SHA-256 in steps.
    struct Hasher {
        private var context = sha256_ctx()

        init() { nettle_sha256_init(&context) }

        mutating func update(_ bytes: [UInt8]) { nettle_sha256_update(&context, bytes.count, bytes) }

        mutating func update(_ text: String) {
            update(Array(text.utf8))
            // Between texts, so that moving a letter from one to the next changes the digest.
            update([0])
        }

        mutating func finalize() -> Digest {
            var bytes = [UInt8](repeating: 0, count: Digest.size)
            nettle_sha256_digest(&context, bytes.count, &bytes)
            return Digest(finished: bytes)
        }
    }

    private init(finished bytes: [UInt8]) { self.bytes = bytes }
}
