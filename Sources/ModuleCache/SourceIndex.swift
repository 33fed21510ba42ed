import Glibc

/// Which artifact a file had, by the file's identity: spares a warm start the reading and hashing of the module.
///
/// One small file per module file and set of options. What cannot be read is as if it were not there.
struct SourceIndex {
    /// More files than this are swept away, to be recorded again.
    static let limit = 4096

    private let folder: String
    private let environment: Digest

    init(cache: ModuleCache, options: CompileOptions) {
        folder = cache.directory + "/index"
        environment = cache.environmentDigest(options)
    }

    func key(of identity: FileIdentity) -> String? {
        guard let file = try? OpenFile(reading: path(of: identity)), let status = try? file.status(),
            status.isRegular, status.isOurs, let bytes = try? file.read(size: 1024)
        else { return nil }
        return try? decode(bytes, identity: identity)
    }

    /// Does nothing if it is known: to replace a file costs the file system more than to look.
    func record(_ identity: FileIdentity, key: String) {
        guard self.key(of: identity) != key else { return }
        var encoder = ByteEncoder()
        encoder.text(environment.hexadecimal)
        encoder.identity(identity)
        encoder.text(key)
        encoder.seal()
        // Without the record the next start reads the file again, that is all.
        try? replaceFile(path(of: identity), with: encoder.bytes)
    }

    private func decode(_ bytes: [UInt8], identity: FileIdentity) throws(DamagedFile) -> String? {
        var decoder = try ByteDecoder(sealed: bytes)
        guard try decoder.text() == environment.hexadecimal, try decoder.identity() == identity else { return nil }
        let key = try decoder.text()
        return isKey(key) ? key : nil
    }

    private func path(of identity: FileIdentity) -> String {
        let (device, inode) = (String(identity.device, radix: 16), String(identity.inode, radix: 16))
        return "\(folder)/\(device)-\(inode)-\(environment.hexadecimal.prefix(16))"
    }
}

/// Whether a text has the form of a key, so that it is harmless in a path.
func isKey(_ text: String) -> Bool {
    text.utf8.count == 2 * Digest.size && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
}
