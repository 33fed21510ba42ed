import WasmModule

/// Artifacts by content: what was compiled once is not compiled again, by any process of this user.
///
/// The folder holds `entries/<key>/` with an artifact's files, its ``Manifest`` and its ``Seal``; `staging/` for
/// entries being made; `locks/`; and `index/` (``SourceIndex``). Whatever goes wrong with it is a miss and a line in
/// the log, never an error.
package final class ModuleCache: Sendable {
    package let configuration: CacheConfiguration
    let pipeline: Pipeline

    package convenience init(configuration: CacheConfiguration) {
        self.init(configuration: configuration, pipeline: .standard)
    }

    init(configuration: CacheConfiguration, pipeline: Pipeline) {
        self.configuration = configuration
        self.pipeline = pipeline
    }

    /// The cache's folder.
    package var directory: String { configuration.directory }

    var entriesFolder: String { directory + "/entries" }
    var stagingFolder: String { directory + "/staging" }
    var locksFolder: String { directory + "/locks" }

    func entryPath(_ key: String) -> String { entriesFolder + "/" + key }

    func log(_ line: String) { configuration.log("cache: " + line) }

    /// Raised when the form of an entry changes.
    private static let formatVersion = 1

    /// What a key is made of besides the module's bytes.
    func environmentDigest(_ options: CompileOptions) -> Digest {
        var hasher = Digest.Hasher()
        hasher.update("terrafirma artifact \(Self.formatVersion).\(ModuleDescriptor.codingVersion)")
        hasher.update(pipeline.identity)
        hasher.update(options.fingerprint)
        return hasher.finalize()
    }

    func key(contents: [UInt8], options: CompileOptions) -> String {
        var hasher = Digest.Hasher()
        hasher.update(environmentDigest(options).bytes)
        hasher.update(Digest(of: contents).bytes)
        return hasher.finalize().hexadecimal
    }

    /// Makes the folders that anything is ever written to, and names those that can be.
    ///
    /// What ended processes left in the temporary one is removed. It counts only if it is ours alone (``CacheConfiguration/gatherTemporaryFolders()``).
    package func writableFolders() -> [String] {
        var folders: [String] = []
        do throws(StorageError) {
            try prepareFolders()
            folders.append(directory)
        } catch {
            log("\(error)")
        }
        do throws(StorageError) {
            try prepareFolder(configuration.temporaryDirectory)
            TemporaryDirectory.removeLeftovers(in: configuration.temporaryDirectory)
            folders.append(configuration.temporaryDirectory)
        } catch {
            log("\(error)")
        }
        return folders
    }

    /// Makes the folders, and sees to it that they are ours alone.
    func prepareFolders() throws(StorageError) {
        for folder in [directory, entriesFolder, stagingFolder, locksFolder, directory + "/index"] {
            try prepareFolder(folder)
        }
    }

    private func prepareFolder(_ folder: String) throws(StorageError) {
        try makeFolder(folder)
        guard let status = FileStatus(path: folder, followingLinks: folder == directory), status.isDirectory else {
            throw StorageError("\(folder): is not a folder")
        }
        guard status.isOurs else {
            throw StorageError("\(folder): belongs to somebody else, or others may write to it")
        }
    }
}
