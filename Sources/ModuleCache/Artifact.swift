package import WasmModule

/// A module as native code on disk, ready to be loaded.
package struct Artifact: Sendable {
    /// The cache key, 64 hexadecimal digits.
    package let key: String
    package let directory: String
    package let descriptor: ModuleDescriptor
    /// Nothing was compiled for this artifact.
    package let wasCached: Bool
    package let timings: PhaseTimings
    /// Bytes of the module.
    ///
    /// Of a module that was found by its file's identity: the file's size.
    package let sizeIn: Int
    /// Bytes of the artifact's files.
    package let sizeOut: Int

    /// Keeps a folder that is not in the cache until the last copy of the artifact goes.
    let keeper: TemporaryDirectory?

    /// Whether the files are the cache's, and stay when the artifact goes.
    package var isInCache: Bool { keeper == nil }

    package var codePath: String { directory + "/" + ArtifactFile.code.name }
    package var imagePath: String { directory + "/" + ArtifactFile.image.name }
    package var namesPath: String { directory + "/" + ArtifactFile.names.name }

    /// The names of the module's functions, for backtraces.
    ///
    /// Empty if they cannot be read.
    package func functionNames() -> [FunctionIndex: String] {
        guard let bytes = try? readSmallFile(namesPath) else { return [:] }
        return (try? NameSection.decode(bytes).functions) ?? [:]
    }
}

/// The files that make an artifact.
///
/// Each is always there, if only empty.
enum ArtifactFile: CaseIterable {
    case code, image, descriptor, names

    var name: String {
        switch self {
        case .code: "code.so"
        case .image: "image"
        case .descriptor: "descriptor"
        case .names: "names"
        }
    }
}
