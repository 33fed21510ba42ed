import ModuleCache

/// Code of the optimized tier, which is made elsewhere and found in the cache.
extension GuestLoader {
    /// What the cache would have the optimized code of a module as; nil: there is no such tier.
    func optimizedKey(of contents: [UInt8]) -> String? {
        optimized.map { cache.artifactKey(contents: contents, options: $0) }
    }

    func optimizedArtifact(of source: FunctionSource) -> Artifact? {
        optimizedKey(of: source.contents).flatMap { cache.cachedArtifact(key: $0, size: source.contents.count) }
    }

    /// A version of the code that the cache has as `key`, of a module of that many bytes; nothing else is made of the
    /// source's contents.
    func loadOptimized(_ source: FunctionSource, key: String, size: Int) throws(LoadFailure) -> ServedFunction {
        guard let artifact = cache.cachedArtifact(key: key, size: size) else {
            throw LoadFailure("what was compiled is not in the cache")
        }
        return try load(source, artifact)
    }
}
