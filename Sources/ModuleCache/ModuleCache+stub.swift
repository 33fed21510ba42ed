package import WasmModule

final class TemporaryDirectory: Sendable {}
struct Pipeline: Sendable { static var standard: Pipeline { Pipeline() } }
func readSmallFile(_ path: String) throws -> [UInt8] { [] }
extension NameSection { static func decode(_ bytes: [UInt8]) throws -> NameSection { NameSection() } }

/// One artifact in the cache, for listing.
package struct CacheEntry: Hashable, Sendable {
    /// The key, 64 hexadecimal digits.
    package var key: String
    /// Bytes of its files.
    package var size: Int
    /// When it was last used, in seconds since 1970.
    package var used: Int
}

extension ModuleCache {
    /// The artifact of a module, from the cache or compiled now. `name` is the file's name in messages.
    package func artifact(
        contents: [UInt8], name: String, options: CompileOptions = CompileOptions(), force: Bool = false
    ) throws(ModuleError) -> Artifact {
        throw ModuleError(file: name, message: "cannot be compiled yet")
    }

    /// The artifact of a file. The file is not read if it is the one that was compiled before.
    package func artifact(
        file path: String, options: CompileOptions = CompileOptions(), force: Bool = false
    ) throws(ModuleError) -> Artifact {
        throw ModuleError(file: path, message: "cannot be compiled yet")
    }

    /// The C that a module is translated to.
    package func source(
        contents: [UInt8], name: String, options: CompileOptions = CompileOptions()
    ) throws(ModuleError) -> [UInt8] {
        throw ModuleError(file: name, message: "cannot be compiled yet")
    }

    /// Every artifact in the cache, most recently used first.
    package func entries() -> [CacheEntry] { [] }

    /// Removes every artifact. Returns how many there were.
    @discardableResult
    package func clear() -> Int { 0 }
}
