import Glibc
import WasmModule

/// An entry of the cache that was found good.
struct LoadedEntry {
    var key: String
    var directory: String
    var descriptor: ModuleDescriptor
    var size: Int

    func artifact(
        sizeIn: Int, timings: PhaseTimings, wasCached: Bool = true, keeper: TemporaryDirectory? = nil
    ) -> Artifact {
        Artifact(
            key: key, directory: directory, descriptor: descriptor, wasCached: wasCached, timings: timings,
            sizeIn: sizeIn, sizeOut: size, keeper: keeper)
    }
}

extension ModuleCache {
    /// The entry of a key; nil if there is none.
    ///
    /// A bad one is an error.
    func loadEntry(_ key: String) throws(StorageError) -> LoadedEntry? {
        let path = entryPath(key)
        guard let folder = FileStatus(path: path) else { return nil }
        guard folder.isDirectory, folder.isOurs else {
            throw StorageError("\(path): is not a folder of ours alone")
        }
        guard let seal = Seal.bytes(entry: path) else {
            throw StorageError("\(path): a file is missing, or is not ours alone")
        }
        if (try? readSmallFile(path + "/" + Seal.fileName)) != seal {
            try verify(key)
            // Unsealed it is merely slower next time.
            try? replaceFile(path + "/" + Seal.fileName, with: seal)
        }
        let loaded = try readEntry(key, directory: path)
        touch(path, status: folder)
        return loaded
    }

    /// Reads what is read of every artifact; its files are known to be good.
    func readEntry(_ key: String, directory: String) throws(StorageError) -> LoadedEntry {
        let bytes = try readSmallFile(directory + "/" + ArtifactFile.descriptor.name)
        guard let descriptor = try? ModuleDescriptor.decode(bytes) else {
            throw StorageError("\(directory): the descriptor is damaged")
        }
        return LoadedEntry(
            key: key, directory: directory, descriptor: descriptor, size: artifactSize(directory))
    }

    /// Hashes every file and compares with the manifest.
    private func verify(_ key: String) throws(StorageError) {
        let path = entryPath(key)
        let recorded = try readSmallFile(path + "/" + Manifest.fileName)
        guard try Manifest(key: key, filesIn: path).encode() == recorded else {
            throw StorageError("\(path): the files are not what was written")
        }
    }

    /// Notes the use, in the folder's time of modification; seldom, so that a warm start does not write.
    private func touch(_ path: String, status: FileStatus) {
        let now = wallClock()
        guard now < status.identity.modified || now - status.identity.modified > 60_000_000_000 else { return }
        utimensat(AT_FDCWD, path, nil, 0)
    }
}

/// Bytes of the files in an artifact's folder.
func artifactSize(_ directory: String) -> Int {
    ArtifactFile.allCases.reduce(0) { $0 + Int(FileStatus(path: directory + "/" + $1.name)?.identity.size ?? 0) }
}
