import ModuleCache
import TestGuests
import WasmBinary
import WasmModule
import WasmRuntime
import WasmValidation

/// From bytes to loaded code, as far as the bytes are good for it.
enum ModuleFuzzing {
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(Finding) -> Module? {
        do {
            return try decodeModule(bytes)
        } catch {
            try check(offset: error.offset, in: bytes)
            return nil
        }
    }

    static func validate(_ bytes: UnsafeBufferPointer<UInt8>) throws(Finding) -> ValidatedModule? {
        guard let module = try decode(bytes) else { return nil }
        do {
            let validated = try WasmValidation.validate(module)
            try validateBodies(validated, bytes: bytes)
            _ = featuresUsed(by: validated, bytes: bytes)
            return validated
        } catch {
            try check(offset: error.offset, in: bytes)
            return nil
        }
    }

    private static func check(offset: Int, in bytes: UnsafeBufferPointer<UInt8>) throws(Finding) {
        guard (0...bytes.count).contains(offset) else { throw Finding("an error at \(offset) of \(bytes.count)") }
    }

    /// A valid module becomes code that can be loaded, or is refused with advice to its author.
    static func compile(_ bytes: UnsafeBufferPointer<UInt8>) throws(Finding) {
        try withLoaded(bytes) { _ in }
    }

    /// Does something with the module's code, if it has any.
    static func withLoaded(
        _ bytes: UnsafeBufferPointer<UInt8>, _ body: (LoadedModule) throws(Finding) -> Void
    ) throws(Finding) {
        guard try validate(bytes) != nil else { return }
        let artifact: Artifact
        do {
            artifact = try cache.get().artifact(
                contents: Array(bytes), name: "module", options: options(for: bytes), force: true)
        } catch let error as ModuleError where error.advice != nil {
            return
        } catch {
            throw Finding("a valid module: \(error)")
        }
        defer { removeTree(artifact.directory) }
        let module: LoadedModule
        do {
            module = try LoadedModule(artifact)
        } catch {
            throw Finding("a valid module's code: \(error)")
        }
        try body(module)
    }

    /// Some of the ways to compile, by the bytes.
    private static func options(for bytes: UnsafeBufferPointer<UInt8>) -> CompileOptions {
        let sum = bytes.reduce(0, &+)
        var options = CompileOptions()
        options.boundsChecks = sum & 1 == 0 ? .guardPages : .explicit
        options.expressionLimit = sum & 2 == 0 ? nil : 1
        return options
    }

    /// Nothing stays in it.
    private static let cache = Result { try ModuleCache(configuration: .init(directory: makeTemporaryFolder("fuzz"))) }
}
