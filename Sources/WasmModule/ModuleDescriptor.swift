/// All that linking and running a translated module needs, so that its `.wasm` is not parsed again.
///
/// Made by the translator beside the C source, kept in the artifact, read back by the runtime. Index spaces are
/// as in ``Module``: imports first.
package struct ModuleDescriptor: Hashable, Sendable {
    package var types: [SubType] = []
    package var recursionGroups: [Range<Int>] = []
    package var imports: [Import] = []
    package var functions: [TypeIndex] = []
    package var tables: [Table] = []
    package var memories: [MemoryType] = []
    package var globals: [Global] = []
    package var tags: [TypeIndex] = []
    package var exports: [Export] = []
    package var start: FunctionIndex?
    package var elements: [ElementSegment] = []
    package var data: [DataPlacement] = []
    package var image: [ImageExtent] = []
    package var layout = InstanceLayout()

    package init() {}
}

/// Where a data segment's bytes are in the artifact's image file, and what instantiation does with them.
package struct DataPlacement: Hashable, Sendable {
    /// As in the module.
    ///
    /// A passive segment is copied by `memory.init`; an active one at instantiation.
    package var mode: DataSegment.Mode
    /// The segment is active, lies within its memory's minimum and is already part of an ``ImageExtent``:
    /// instantiation has nothing to copy.
    package var isInImage: Bool
    /// The segment's bytes in the image file.
    ///
    /// Empty if it is in the image.
    package var bytes: Range<Int>

    package init(mode: DataSegment.Mode, isInImage: Bool, bytes: Range<Int>) {
        self.mode = mode
        self.isInImage = isInImage
        self.bytes = bytes
    }
}

/// A run of whole pages (4 KiB) of a memory's initial contents, to be mapped copy-on-write from the image file.
package struct ImageExtent: Hashable, Sendable {
    package var memory: MemoryIndex
    /// In bytes from the memory's start; a multiple of 4096.
    package var memoryOffset: Int
    /// In bytes from the image file's start; a multiple of 4096.
    package var fileOffset: Int
    /// In bytes; a multiple of 4096.
    package var length: Int

    package init(memory: MemoryIndex, memoryOffset: Int, fileOffset: Int, length: Int) {
        self.memory = memory
        self.memoryOffset = memoryOffset
        self.fileOffset = fileOffset
        self.length = length
    }
}
