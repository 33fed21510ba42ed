import CRuntime
import ModuleCache
import NativeCode
import WasmModule

/// Writes a module's descriptor into the C runtime's form.
struct NativeModuleBuilder {
    let descriptor: ModuleDescriptor
    let exports: UnsafePointer<tf_code_exports>
    let types: CanonicalTypes
    let image: ImageFile?
    let arrays = NativeArrays()
    let imported: ImportCounts

    init(descriptor: ModuleDescriptor, code: LoadedCode, image: ImageFile?) {
        self.descriptor = descriptor
        exports = code.exports
        types = code.types
        self.image = image
        imported = ImportCounts(descriptor.imports)
    }

    mutating func build() throws(ModuleMismatch) -> tf_module {
        let definedFunctions = descriptor.functions.count - imported.functions
        guard Int(exports.pointee.function_count) == definedFunctions else {
            throw ModuleMismatch(reason: "its code has another number of functions")
        }
        var module = tf_module()
        setCounts(of: &module)
        module.image = image?.descriptor ?? -1
        module.image_id = tf_image_new()
        module.image_bytes = image?.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        module.type_ids = arrays.copy(types.identifiers)
        module.code = exports
        module.imports = arrays.copy(descriptor.imports.map(nativeImport))
        module.references = arrays.copy(descriptor.layout.referenced.map(nativeReference))
        module.reference_functions = arrays.copy(descriptor.layout.referenced.map(\.rawValue))
        module.globals = arrays.copy(try nativeGlobals())
        module.tables = arrays.copy(try nativeTables())
        module.memories = arrays.copy(descriptor.memories.dropFirst(imported.memories).map(\.native))
        module.tags = arrays.copy(descriptor.tags.dropFirst(imported.tags).map { types.identifiers[$0.offset] })
        module.elements = arrays.copy(try nativeElements())
        module.data = arrays.copy(try nativeData())
        module.extents = arrays.copy(try nativeExtents())
        if let start = descriptor.start { module.start = try reference(to: start) }
        return module
    }

    private func setCounts(of module: inout tf_module) {
        let layout = descriptor.layout
        module.instance_size = layout.size
        module.imported_functions = layout.importedFunctions
        module.memories_offset = layout.memories
        module.tables_offset = layout.tables
        module.tags_offset = layout.tags
        module.references_offset = layout.references
        module.import_count = UInt32(descriptor.imports.count)
        module.imported_function_count = UInt32(imported.functions)
        module.imported_table_count = UInt32(imported.tables)
        module.imported_memory_count = UInt32(imported.memories)
        module.imported_global_count = UInt32(imported.globals)
        module.imported_tag_count = UInt32(imported.tags)
        module.reference_count = UInt32(layout.referenced.count)
        module.global_count = UInt32(descriptor.globals.count)
        module.table_count = UInt32(descriptor.tables.count - imported.tables)
        module.memory_count = UInt32(descriptor.memories.count - imported.memories)
        module.tag_count = UInt32(descriptor.tags.count - imported.tags)
        module.element_count = UInt32(descriptor.elements.count)
        module.data_count = UInt32(descriptor.data.count)
        module.extent_count = UInt32(descriptor.image.count)
    }

    private func nativeImport(_ item: Import) -> tf_import {
        var result = tf_import()
        switch item.kind {
        case .function(let type):
            result.kind = TF_EXTERN_FUNCTION.rawValue
            result.type = type.rawValue
        case .table(let type):
            result.kind = TF_EXTERN_TABLE.rawValue
            result.type = types.packed(type.element)
            result.is_64 = type.is64 ? 1 : 0
            result.limits = type.limits.native
        case .memory(let type):
            result.kind = TF_EXTERN_MEMORY.rawValue
            result.memory = type.native
        case .global(let type):
            result.kind = TF_EXTERN_GLOBAL.rawValue
            result.type = types.packed(type.value)
            result.is_mutable = type.isMutable ? 1 : 0
        case .tag(let type):
            result.kind = TF_EXTERN_TAG.rawValue
            result.type = type.rawValue
        }
        return result
    }

    private func nativeReference(_ function: FunctionIndex) -> tf_function {
        let type = descriptor.functions[function.offset].offset
        let defined = function.offset - imported.functions
        return tf_function(
            type: types.identifiers[type], reserved: 0,
            code: defined >= 0 ? exports.pointee.functions[defined] : nil, instance: nil,
            enter: exports.pointee.enters[type])
    }

    private func nativeGlobals() throws(ModuleMismatch) -> [tf_global] {
        var result: [tf_global] = []
        for (index, global) in descriptor.globals.enumerated() {
            result.append(
                tf_global(
                    offset: descriptor.layout.globals[index], type: types.packed(global.type.value),
                    is_mutable: global.type.isMutable ? 1 : 0, is_imported: index < imported.globals ? 1 : 0,
                    initial: try expression(global.initializer, of: global.type.value)))
        }
        return result
    }

    private func nativeTables() throws(ModuleMismatch) -> [tf_table_type] {
        var result: [tf_table_type] = []
        for table in descriptor.tables.dropFirst(imported.tables) {
            result.append(
                tf_table_type(
                    element_type: types.packed(table.type.element), is_64: table.type.is64 ? 1 : 0,
                    limits: table.type.limits.native,
                    initial: try expression(table.initializer, of: table.type.element)))
        }
        return result
    }

    /// What a function's reference is found by in an instance.
    func reference(to function: FunctionIndex) throws(ModuleMismatch) -> UInt32 {
        let layout = descriptor.layout
        guard let position = layout.position(of: function) else {
            throw ModuleMismatch(reason: "function \(function) has no reference")
        }
        return layout.references + UInt32(position) * InstanceLayout.functionReferenceSize
    }
}
