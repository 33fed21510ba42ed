import Glibc

/// What an entry's files must be: their sizes and digests, recorded when they were written.
struct Manifest: Hashable {
    static let fileName = "manifest"

    struct Item: Hashable {
        var size: Int
        var digest: Digest
    }

    var key: String
    /// In the order of ``ArtifactFile``.
    var items: [Item]

    /// Reads the files of a complete artifact, but for those whose contents are `known`: to who has just written them.
    init(
        key: String, filesIn directory: String, known: (ArtifactFile) -> [UInt8]? = { _ in nil }
    ) throws(StorageError) {
        self.key = key
        items = []
        for file in ArtifactFile.allCases {
            let bytes = if let bytes = known(file) { bytes } else { try readSmallFile(directory + "/" + file.name) }
            items.append(Item(size: bytes.count, digest: Digest(of: bytes)))
        }
    }

    func encode() -> [UInt8] {
        var encoder = ByteEncoder()
        encoder.text(key)
        encoder.list(items) {
            $0.number($1.size)
            $0.text($1.digest.hexadecimal)
        }
        encoder.seal()
        return encoder.bytes
    }
}

/// The state of an entry's files when their digests were last found right.
///
/// As long as they are in this state their bytes are the same, and need not be hashed again: every write changes
/// a file's change time. A crash of the machine may lose bytes that were never flushed without changing a time, so
/// a seal holds until the next boot only; that is why nothing here waits for the disk.
enum Seal {
    static let fileName = "seal"

    /// Nil if the machine does not tell when it was booted, or a file is missing or not ours alone.
    static func bytes(entry: String) -> [UInt8]? {
        guard let boot else { return nil }
        var encoder = ByteEncoder()
        encoder.text(boot)
        for name in ArtifactFile.allCases.map(\.name) + [Manifest.fileName] {
            guard let status = FileStatus(path: entry + "/" + name), status.isRegular, status.isOurs else {
                return nil
            }
            encoder.identity(status.identity)
        }
        encoder.seal()
        return encoder.bytes
    }

    private static let boot: String? = {
        guard let file = try? OpenFile(reading: "/proc/sys/kernel/random/boot_id"),
            let bytes = try? file.read(size: 64), !bytes.isEmpty
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }()
}

/// Writes a file beside its final place and moves it there, so that nobody sees half of it.
func replaceFile(_ path: String, with bytes: [UInt8]) throws(StorageError) {
    let draft = "\(path).\(getpid()).\(wallClock())"
    do throws(StorageError) {
        try OpenFile(creating: draft).write(bytes[...])
        guard rename(draft, path) == 0 else { throw StorageError(path: path) }
    } catch {
        unlink(draft)
        throw error
    }
}
