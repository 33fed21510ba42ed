import Glibc
import NativeCode
import Synchronization
import WasmModule

extension ModuleCache {
    /// Builds into the cache, unless somebody else has done so in the meantime.
    ///
    /// One lock per key, so that no two threads or processes build the same; 256 lock files serve for all keys.
    func buildInCache(_ job: BuildJob, timings: inout PhaseTimings) throws(BuildError) -> Artifact {
        let lock = try lockKey(job.key)
        defer { _ = lock.path }
        if !job.force, let entry = timings.measure(\.load, { usableEntry(job.key) }) {
            return entry.artifact(sizeIn: job.contents.count, timings: timings)
        }
        job.observer.begins()
        let staging = stagingPath()
        defer { removeTree(staging) }
        let marker = try makeStaging(staging)
        defer { _ = marker.path }
        try build(job, in: staging, timings: &timings)
        let path = entryPath(job.key)
        try timings.measure(\.publish) { () throws(BuildError) in
            try storage { () throws(StorageError) in try publish(staging, key: job.key) }
        }
        let entry = try timings.measure(\.load) { () throws(BuildError) in
            try storage { () throws(StorageError) in try readEntry(job.key, directory: path) }
        }
        sweepIfDue()
        return entry.artifact(sizeIn: job.contents.count, timings: timings, wasCached: false)
    }

    /// Builds into a folder that is removed when the artifact is no longer used.
    func buildOutside(_ job: BuildJob, timings: inout PhaseTimings) throws(BuildError) -> Artifact {
        job.observer.begins()
        // Of guests that a signal ended: their process had no moment left for it.
        TemporaryDirectory.removeLeftovers(in: configuration.temporaryDirectory)
        let folder = try storage { () throws(StorageError) in
            try TemporaryDirectory(in: configuration.temporaryDirectory)
        }
        try build(job, in: folder.path, timings: &timings)
        let entry = try storage { () throws(StorageError) in try readEntry(job.key, directory: folder.path) }
        return entry.artifact(sizeIn: job.contents.count, timings: timings, wasCached: false, keeper: folder)
    }

    /// The entry, if it is there and good.
    ///
    /// A bad one is removed. Only with the key's lock held: otherwise it may be one that is just being replaced.
    private func usableEntry(_ key: String) -> LoadedEntry? {
        do throws(StorageError) {
            return try loadEntry(key)
        } catch {
            log("\(error); it is made anew")
            removeEntry(key)
            return nil
        }
    }

    private func build(_ job: BuildJob, in folder: String, timings: inout PhaseTimings) throws(BuildError) {
        let translation: Pipeline.Translation
        do {
            translation = try translate(job, timings: &timings)
        } catch {
            throw .module(error)
        }
        let code: [UInt8]
        do {
            code = try pipeline.compile(translation.source, folder + "/" + ArtifactFile.code.name, &timings)
        } catch {
            throw BuildError(error, file: job.name)
        }
        try timings.measure(\.write) { () throws(BuildError) in
            try storage { () throws(StorageError) in try writeFiles(job, module: translation.module, code, in: folder) }
        }
    }

    /// Writes what belongs to the code, which is there.
    private func writeFiles(
        _ job: BuildJob, module: Module, _ code: [UInt8], in folder: String
    ) throws(StorageError) {
        let image = MemoryImage(module: module)
        try image.write(job.contents, to: OpenFile(creating: folder + "/" + ArtifactFile.image.name))
        let descriptor = ModuleDescriptor(module: module, image: image).encode()
        try OpenFile(creating: folder + "/" + ArtifactFile.descriptor.name).write(descriptor[...])
        let names = module.names.encode()
        try OpenFile(creating: folder + "/" + ArtifactFile.names.name).write(names[...])
        let codePath = folder + "/" + ArtifactFile.code.name
        // The compiler makes it executable for everybody; it is to be read, and by us alone.
        guard chmod(codePath, 0o600) == 0 else { throw StorageError(path: codePath) }
        let known = { (file: ArtifactFile) -> [UInt8]? in
            switch file {
            case .code: code
            case .descriptor: descriptor
            case .names: names
            case .image: image.fileSize == 0 ? [] : nil
            }
        }
        let manifest = try Manifest(key: job.key, filesIn: folder, known: known).encode()
        try OpenFile(creating: folder + "/" + Manifest.fileName).write(manifest[...])
        if let seal = Seal.bytes(entry: folder) {
            try OpenFile(creating: folder + "/" + Seal.fileName).write(seal[...])
        }
    }

    /// Moves a complete entry to its place.
    ///
    /// Whoever looks finds the old one, the new one, or none: never half of one.
    private func publish(_ staging: String, key: String) throws(StorageError) {
        let path = entryPath(key)
        if rename(staging, path) == 0 { return }
        guard errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR else { throw StorageError(path: path) }
        // Whoever looks just now finds nothing, and then waits for the lock that we have.
        removeEntry(key)
        guard rename(staging, path) == 0 else { throw StorageError(path: path) }
    }

    private func lockKey(_ key: String) throws(BuildError) -> OpenFile {
        do throws(StorageError) {
            try prepareFolders()
            return try OpenFile(locking: "\(locksFolder)/\(key.prefix(2))").locked()
        } catch {
            throw .storage(error.description)
        }
    }

    /// Makes a folder to build in.
    ///
    /// As long as it is locked nobody takes it for a leftover.
    private func makeStaging(_ path: String) throws(BuildError) -> OpenFile {
        do throws(StorageError) {
            try makeFolder(path)
            return try OpenFile(directory: path).locked()
        } catch {
            throw .storage(error.description)
        }
    }

    private static let stagingCount = Atomic<Int>(0)

    private func stagingPath() -> String {
        let count = Self.stagingCount.add(1, ordering: .relaxed).newValue
        return "\(stagingFolder)/\(getpid())-\(count)-\(wallClock())"
    }

    private func storage<R>(_ work: () throws(StorageError) -> R) throws(BuildError) -> R {
        do throws(StorageError) {
            return try work()
        } catch {
            throw .storage(error.description)
        }
    }
}
