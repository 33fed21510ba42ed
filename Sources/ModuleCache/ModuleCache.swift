package import WasmModule

/// Artifacts by content: what was compiled once is compiled never again, by any process of this user.
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
}
