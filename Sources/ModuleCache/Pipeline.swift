import NativeCode
import WasmModule

/// The steps from bytes to native code, as the cache sees them.
struct Pipeline: Sendable {
    /// Everything besides module and options that changes what comes out: part of every key.
    var identity: String
    /// Decodes, validates and translates.
    var translate:
        @Sendable (_ contents: [UInt8], CompileOptions, CompileObserver, inout PhaseTimings) throws(ModuleError) ->
            Translation
    /// Makes the C, compiles it to a shared object at a path, and returns what is in it.
    var compile: @Sendable (_ source: Source, _ path: String, inout PhaseTimings) throws(CompileFailure) -> [UInt8]

    enum CompileFailure: Error {
        /// There is no C for it.
        case module(ModuleError)
        /// The C became no code.
        case code(CompileError)
    }

    struct Translation {
        var module: Module
        var source: Source
    }

    /// C that is made while it is compiled.
    struct Source: Sendable {
        /// Makes it, piece by piece; may be done again, with the same result.
        let write: @Sendable (_ sink: (UnsafeBufferPointer<UInt8>) -> Void) throws(ModuleError) -> Void
        /// Whether it is worth a thread of its own to make it.
        let isLarge: Bool
        /// For the optimized tier: the same in units, and what compiles them.
        var optimized: OptimizedSource?

        init(
            isLarge: Bool = false,
            write: @escaping @Sendable (_ sink: (UnsafeBufferPointer<UInt8>) -> Void) throws(ModuleError) -> Void
        ) {
            self.isLarge = isLarge
            self.write = write
        }

        /// The whole of it.
        func text() throws(ModuleError) -> [UInt8] {
            var text: [UInt8] = []
            try write { text.append(contentsOf: $0) }
            return text
        }
    }
}

extension ModuleDescriptor {
    /// Describes a module whose memories start as an image has them.
    init(module: Module, image: MemoryImage) {
        self.init()
        types = module.types
        recursionGroups = module.recursionGroups
        imports = module.imports
        functions = module.functions
        tables = module.tables
        memories = module.memories
        globals = module.globals
        tags = module.tags
        exports = module.exports
        start = module.start
        elements = module.elements
        data = image.placements
        self.image = image.extents
        layout = InstanceLayout(module: module)
    }
}
