import CRuntime
package import ModuleCache
package import NativeCode
import Synchronization
package import WasmModule

/// A module ready to be instantiated, any number of times, by any thread.
///
/// Its code goes with the last holder.
package final class LoadedModule: Sendable {
    package let descriptor: ModuleDescriptor
    /// What it exports, by name.
    let exports: ExportTable
    let code: LoadedCode
    let native: NativeModule
    let importedFunctionCount: Int
    private let loadNames: @Sendable () -> [FunctionIndex: String]
    private let symbols = Mutex<SymbolTable?>(nil)

    /// Loads compiled code.
    ///
    /// `image` is the path of the image file, if there is one; `names` is asked when a trap
    /// needs them.
    package init(
        code: LoadedCode, descriptor: ModuleDescriptor, image: String?,
        names: @escaping @Sendable () -> [FunctionIndex: String] = { [:] }
    ) throws(LoadError) {
        self.descriptor = descriptor
        self.code = code
        let needsImage = !descriptor.image.isEmpty || descriptor.data.contains { !$0.bytes.isEmpty }
        let file: ImageFile?
        if needsImage, let image {
            file = try ImageFile(path: image, isMapped: descriptor.hasMappedImage)
        } else {
            file = nil
        }
        do {
            native = try NativeModule(descriptor: descriptor, code: code, image: file)
        } catch {
            throw LoadError(path: image ?? "", reason: error.reason)
        }
        exports = ExportTable(descriptor.exports)
        importedFunctionCount = Int(native.pointer.pointee.imported_function_count)
        loadNames = names
    }

    /// Loads an artifact of the cache.
    package convenience init(_ artifact: Artifact) throws(LoadError) {
        let code = try LoadedCode(
            path: artifact.codePath,
            types: CanonicalTypes(
                types: artifact.descriptor.types, recursionGroups: artifact.descriptor.recursionGroups))
        try self.init(
            code: code, descriptor: artifact.descriptor, image: artifact.imagePath,
            names: { artifact.functionNames() })
    }

    /// The type of a function.
    package func type(of function: FunctionIndex) -> FunctionType {
        let index = descriptor.functions[function.offset]
        return descriptor.types[index.offset].function ?? FunctionType(parameters: [], results: [])
    }

    /// An exported function; nil if there is none of that name.
    package func exportedFunction(_ name: String) -> FunctionIndex? {
        guard case .function(let index) = exports[name] else { return nil }
        return index
    }

    /// The type of an exported function; nil if there is none of that name.
    package func functionType(ofExport name: String) -> FunctionType? {
        guard case .function(let index) = exports[name] else { return nil }
        return type(of: index)
    }

    /// The function that code at an address belongs to; nil if it isn't this module's, or glue.
    func frame(at counter: UInt) -> Trap.Frame? {
        guard code.text.contains(counter) else { return nil }
        return symbols.withLock { table in
            let symbols = table ?? SymbolTable(code: code, imported: importedFunctionCount, names: functionNames())
            table = symbols
            return symbols.frame(at: counter)
        }
    }

    /// The names of its functions, for backtraces.
    ///
    /// From the name section; what has no name there goes by that of its export.
    package func functionNames() -> [FunctionIndex: String] {
        var names = loadNames()
        for export in descriptor.exports {
            if case .function(let index) = export.kind, names[index] == nil { names[index] = export.name }
        }
        return names
    }
}

extension ModuleDescriptor {
    /// Whether a memory begins with more than is copied into it.
    fileprivate var hasMappedImage: Bool {
        var bytes: [MemoryIndex: Int] = [:]
        for extent in image { bytes[extent.memory, default: 0] += extent.length }
        return bytes.values.contains { $0 > Int(TF_COPIED_IMAGE_BYTES) }
    }
}
