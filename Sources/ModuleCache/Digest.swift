import CNettle

/// A SHA-256 digest.
struct Digest: Hashable, Sendable {
    static let size = 32

    let bytes: [UInt8]

    /// 64 lower-case hexadecimal digits.
    var hexadecimal: String {
        String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
            for (index, byte) in bytes.enumerated() {
                text[2 * index] = Self.digit(byte >> 4)
                text[2 * index + 1] = Self.digit(byte & 15)
            }
            return 2 * bytes.count
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
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

        mutating func update(_ bytes: UnsafeRawBufferPointer) {
            nettle_sha256_update(&context, bytes.count, bytes.baseAddress)
        }

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

/// The SHA-256 digest of a module, in hexadecimal: what people call its version by.
package func hexadecimalDigest(of contents: [UInt8]) -> String { Digest(of: contents).hexadecimal }
