import NativeCode
import WasmModule

/// The steps from bytes to native code, as the cache sees them.
struct Pipeline: Sendable {
    /// Everything besides module and options that changes what comes out: part of every key.
    var identity: String
    /// Decodes, validates and translates.
    var translate:
        @Sendable (_ contents: [UInt8], CompileOptions, inout PhaseTimings) throws(ModuleError) -> Translation
    /// Compiles C to a shared object at a path, and returns what is in it.
    var compile: @Sendable (_ source: [UInt8], _ path: String) throws(CompileError) -> [UInt8]

    struct Translation {
        var module: Module
        var source: [UInt8]
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
