import NativeCode

extension ModuleCache {
    /// The artifact of a module, from the cache or compiled now.
    ///
    /// `name` is the file's name in messages.
    package func artifact(
        contents: [UInt8], name: String, options: CompileOptions = CompileOptions(), force: Bool = false,
        observer: CompileObserver = CompileObserver()
    ) throws(ModuleError) -> Artifact {
        let wanted = BuildJob(contents: contents, name: name, options: options, force: force, observer: observer)
        return try artifact(wanted, timings: PhaseTimings()).artifact
    }

    /// The artifact of a file.
    ///
    /// The file is not read if it is the one that was compiled before.
    package func artifact(
        file path: String, options: CompileOptions = CompileOptions(), force: Bool = false,
        observer: CompileObserver = CompileObserver()
    ) throws(ModuleError) -> Artifact {
        var timings = PhaseTimings()
        let index = SourceIndex(cache: self, options: options)
        if !force, let found = lookUp(path, in: index, timings: &timings) { return found }
        let source = try timings.measure(\.read) { () throws(ModuleError) in try SourceFile(path: path) }
        let wanted = BuildJob(
            contents: source.contents, name: path, options: options, force: force, observer: observer)
        let (artifact, isKept) = try artifact(wanted, timings: timings)
        if isKept, source.isSettled { index.record(source.identity, key: artifact.key) }
        return artifact
    }

    /// The artifact of a file if the cache has it.
    package func cachedArtifact(file path: String, options: CompileOptions) -> Artifact? {
        var timings = PhaseTimings()
        let index = SourceIndex(cache: self, options: options)
        if let found = lookUp(path, in: index, timings: &timings) { return found }
        guard let source = try? SourceFile(path: path) else { return nil }
        let key = key(contents: source.contents, options: options)
        guard let artifact = cachedArtifact(key: key, size: source.contents.count) else { return nil }
        if source.isSettled { index.record(source.identity, key: artifact.key) }
        return artifact
    }

    /// The C that a module is translated to.
    package func source(
        contents: [UInt8], name: String, options: CompileOptions = CompileOptions()
    ) throws(ModuleError) -> [UInt8] {
        var timings = PhaseTimings()
        let job = BuildJob(contents: contents, name: name, options: options)
        let source = try translate(job, timings: &timings).source
        do {
            return try source.text()
        } catch {
            throw error.inFile(name)
        }
    }

    func translate(_ job: BuildJob, timings: inout PhaseTimings) throws(ModuleError) -> Pipeline.Translation {
        do {
            return try pipeline.translate(job.contents, job.options, job.observer, &timings)
        } catch {
            throw error.inFile(job.name)
        }
    }

    /// The entry if it is good.
    ///
    /// What is bad about it is logged by who gets its lock.
    private func quietlyLoadEntry(_ key: String) -> LoadedEntry? {
        (try? loadEntry(key)) ?? nil
    }

    private func lookUp(_ path: String, in index: SourceIndex, timings: inout PhaseTimings) -> Artifact? {
        let start = ContinuousClock.now
        // Opened, since network file systems ask their server for a file's state only then.
        guard let file = try? OpenFile(reading: path, followingLinks: true), let status = try? file.status(),
            status.isRegular, let key = index.key(of: status.identity)
        else { return nil }
        guard let entry = quietlyLoadEntry(key) else { return nil }
        timings.load = ContinuousClock.now - start
        return entry.artifact(sizeIn: Int(status.identity.size), timings: timings)
    }

    private func artifact(
        _ job: BuildJob, timings: PhaseTimings
    ) throws(ModuleError) -> (artifact: Artifact, isKept: Bool) {
        var (job, timings) = (job, timings)
        job.key = timings.measure(\.hash) { () throws(Never) in key(contents: job.contents, options: job.options) }
        if !job.force, let entry = timings.measure(\.load, { () throws(Never) in quietlyLoadEntry(job.key) }) {
            return (entry.artifact(sizeIn: job.contents.count, timings: timings), true)
        }
        do throws(BuildError) {
            return (try buildInCache(job, timings: &timings), true)
        } catch {
            guard case .storage(let reason) = error else { throw error.moduleError(job.name) }
            log("\(reason); \(job.name) goes to a folder of its own")
        }
        do throws(BuildError) {
            return (try buildOutside(job, timings: &timings), false)
        } catch {
            throw error.moduleError(job.name)
        }
    }
}

/// What is to be built.
struct BuildJob {
    var contents: [UInt8]
    var name: String
    var options: CompileOptions
    /// Of the cache; empty until it is known.
    var key = ""
    var force = false
    var observer = CompileObserver()
}

/// Why nothing was built.
enum BuildError: Error {
    /// The module is at fault; another try would end the same.
    case module(ModuleError)
    /// The disk is, perhaps; elsewhere it may work.
    case storage(String)

    init(_ failure: Pipeline.CompileFailure, file: String) {
        switch failure {
        case .module(let error):
            self = .module(error.inFile(file))
        case .code(let error) where error.isModuleLimit:
            self = .module(ModuleError(file: file, message: error.message, advice: "split it into smaller functions"))
        case .code(let error):
            // A full disk shows as a file that is cut short. So it is worth a try elsewhere.
            self = .storage("the generated C became no code (please report it, unless the disk is full): \(error)")
        }
    }

    func moduleError(_ name: String) -> ModuleError {
        switch self {
        case .module(let error): error
        case .storage(let reason): ModuleError(file: name, message: "cannot be compiled: \(reason)")
        }
    }
}
