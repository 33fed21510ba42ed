extension ModuleCache {
    /// Where the artifact of a module lies, or would.
    package func artifactKey(contents: [UInt8], options: CompileOptions) -> String {
        key(contents: contents, options: options)
    }

    /// The artifact of a key if it is in the cache and good; nil otherwise.
    ///
    /// Nothing is compiled. `size` is the module's, in bytes.
    package func cachedArtifact(key: String, size: Int) -> Artifact? {
        guard isKey(key) else { return nil }
        let start = ContinuousClock.now
        guard let entry = (try? loadEntry(key)) ?? nil else { return nil }
        var timings = PhaseTimings()
        timings.load = ContinuousClock.now - start
        return entry.artifact(sizeIn: size, timings: timings)
    }
}
