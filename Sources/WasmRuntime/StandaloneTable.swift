import CRuntime
import ModuleCache
import NativeCode
package import WasmModule

/// A loaded module as a flat table without pointers, for a program that has no Swift in it.
///
/// The order is that of `decode_module.c` in the target `tfc-standalone`, which reads it. Written from the
/// module as the C runtime knows it, so that both ways of running it start from the same.
package struct StandaloneTable {
    /// The table.
    package private(set) var bytes: [UInt8] = []

    private let module: tf_module
    private let descriptor: ModuleDescriptor
    /// A module's type for each canonical id: of equal types, one stands for all.
    private let indices: [UInt32: UInt32]
    private let image: UnsafePointer<UInt8>?

    /// `entries` are the exported functions to call, one after the other.
    ///
    /// All imports of the module must be functions. What it exports is in the table only for who embeds it.
    package init(_ loaded: LoadedModule, entries: [FunctionIndex], withExports: Bool = false) {
        module = loaded.native.pointer.pointee
        descriptor = loaded.descriptor
        image = module.image_bytes
        let identifiers = loaded.code.types.identifiers
        indices = Dictionary(
            zip(identifiers, identifiers.indices.map { UInt32($0) }), uniquingKeysWith: { first, _ in first })
        writeTypes()
        writeLayout()
        writeImports()
        writeReferences()
        writeGlobals()
        writeTables()
        writeMemories()
        list(module.tags, module.tag_count) { writer, type in writer.write(writer.typeIndex(type)) }
        list(module.elements, module.element_count) { $0.write($1) }
        list(module.data, module.data_count) { $0.write($1) }
        list(module.extents, module.extent_count) { writer, extent in
            writer.write(extent.memory)
            writer.write(extent.at)
            writer.write(extent.source)
            writer.write(extent.length)
        }
        writeEntries(entries)
        if withExports { writeExports() }
    }

    // MARK: - Numbers and lists

    private mutating func write<T: FixedWidthInteger>(_ number: T) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func write(_ text: String) {
        write(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func list<Item>(
        _ items: UnsafePointer<Item>?, _ count: UInt32, _ write: (inout Self, Item) -> Void
    ) {
        self.write(count)
        for item in UnsafeBufferPointer(start: items, count: Int(count)) { write(&self, item) }
    }

    // MARK: - Types

    private func typeIndex(_ identifier: UInt32) -> UInt32 { indices[identifier] ?? .max }

    /// A packed value type with a type's index where the runtime has an id.
    private mutating func writeValueType(_ type: UInt32) {
        write(type >> 9 == 0 ? type : (typeIndex(type >> 9) + 1) << 9 | type & 0x1FF)
    }

    private mutating func writeTypes() {
        write(UInt32(descriptor.types.count))
        for group in descriptor.recursionGroups where !group.isEmpty {
            write(UInt32(group.count))
            for type in descriptor.types[group] { write(type) }
        }
    }

    private mutating func write(_ type: SubType) {
        var (parameters, results, fields): ([ValueType], [ValueType], [FieldType]) = ([], [], [])
        let kind: tf_type_kind
        switch type.composite {
        case .function(let function):
            (kind, parameters, results) = (TF_TYPE_FUNCTION, function.parameters, function.results)
        case .structure(let list): (kind, fields) = (TF_TYPE_STRUCTURE, list)
        case .array(let element): (kind, fields) = (TF_TYPE_ARRAY, [element])
        }
        write(kind.rawValue)
        write(UInt32(type.isFinal ? 1 : 0))
        write(type.supertype.map { $0.rawValue + 1 } ?? 0)
        for list in [parameters, results] {
            write(UInt32(list.count))
            for value in list { write(value.rawValue) }
        }
        write(UInt32(fields.count))
        for field in fields {
            write(field.storage.rawValue)
            write(UInt32(field.isMutable ? 1 : 0))
        }
    }

    // MARK: - What a module has

    private mutating func writeLayout() {
        write(module.instance_size)
        write(module.imported_functions)
        write(module.memories_offset)
        write(module.tables_offset)
        write(module.tags_offset)
        write(module.references_offset)
    }

    private mutating func writeImports() {
        write(UInt32(descriptor.imports.count))
        for item in descriptor.imports {
            write(item.module)
            write(item.name)
            guard case .function(let type) = item.kind else { preconditionFailure("only functions are linked") }
            write(type.rawValue)
        }
    }

    private mutating func writeReferences() {
        write(module.code.pointee.function_count)
        write(module.reference_count)
        for function in descriptor.layout.referenced {
            write(function.rawValue)
            write(descriptor.functions[function.offset].rawValue)
        }
    }

    private mutating func writeGlobals() {
        list(module.globals, module.global_count) { writer, global in
            writer.write(global.offset)
            writer.writeValueType(global.type)
            writer.write(global.is_mutable)
            writer.write(global.initial)
        }
    }

    private mutating func writeTables() {
        list(module.tables, module.table_count) { writer, table in
            writer.writeValueType(table.element_type)
            writer.write(table.is_64)
            writer.write(table.limits.minimum)
            writer.write(table.limits.maximum)
            writer.write(table.initial)
        }
    }

    private mutating func writeMemories() {
        list(module.memories, module.memory_count) { writer, memory in
            writer.write(memory.limits.minimum)
            writer.write(memory.limits.maximum)
            writer.write(memory.is_64)
            writer.write(memory.is_shared)
            writer.write(memory.page_shift)
        }
    }

    private mutating func write(_ expression: tf_expression) {
        write(expression.depth)
        list(expression.steps, expression.count) { writer, step in
            writer.write(step.kind)
            switch tf_constant_kind(step.kind) {
            case TF_CONSTANT_REFERENCE: writer.write(writer.referenceNumber(step.index))
            case TF_CONSTANT_STRUCT, TF_CONSTANT_STRUCT_DEFAULT, TF_CONSTANT_ARRAY, TF_CONSTANT_ARRAY_DEFAULT,
                TF_CONSTANT_ARRAY_FIXED:
                writer.write(writer.typeIndex(step.index))
            default: writer.write(step.index)
            }
            writer.write(step.bits)
        }
    }

    private mutating func write(_ segment: tf_elements) {
        write(segment.mode)
        write(segment.table)
        write(segment.offset)
        writeValueType(segment.type)
        write(UInt32(segment.expressions == nil ? 0 : 1))
        if let expressions = segment.expressions {
            list(expressions, segment.count) { $0.write($1) }
        } else {
            list(segment.references, segment.count) { writer, offset in
                writer.write(offset == 0 ? 0 : writer.referenceNumber(offset) + 1)
            }
        }
    }

    /// Where its bytes are in the image, for what has any.
    private mutating func write(_ segment: tf_data) {
        let offset = segment.count > 0 ? image.flatMap { start in segment.bytes.map { $0 - start } } ?? 0 : 0
        write(segment.mode)
        write(segment.memory)
        write(UInt32(segment.is_in_image ? 1 : 0))
        write(segment.offset)
        write(UInt64(offset))
        write(segment.count)
    }

    // MARK: - Functions by their references

    private func referenceNumber(_ offset: UInt32) -> UInt32 {
        (offset - module.references_offset) / InstanceLayout.functionReferenceSize
    }

    /// The start function, if there is one, and what to call after it.
    private mutating func writeEntries(_ entries: [FunctionIndex]) {
        write(UInt32(module.start == 0 ? 0 : 1))
        if module.start != 0 { write(referenceNumber(module.start)) }
        write(UInt32(entries.count))
        for entry in entries {
            guard let position = descriptor.layout.position(of: entry) else {
                preconditionFailure("exported functions have references")
            }
            write(UInt32(position))
        }
    }

    // MARK: - Exports

    /// Each as its kind, its index and its name.
    private mutating func writeExports() {
        write(UInt32(descriptor.exports.count))
        for export in descriptor.exports {
            let (kind, index): (tf_extern_kind, UInt32) =
                switch export.kind {
                case .function(let index): (TF_EXTERN_FUNCTION, index.rawValue)
                case .table(let index): (TF_EXTERN_TABLE, index.rawValue)
                case .memory(let index): (TF_EXTERN_MEMORY, index.rawValue)
                case .global(let index): (TF_EXTERN_GLOBAL, index.rawValue)
                case .tag(let index): (TF_EXTERN_TAG, index.rawValue)
                }
            write(kind.rawValue)
            write(index)
            write(export.name)
        }
    }
}

extension LoadedModule {
    /// The index of an exported function; nil if there is none of that name.
    package func functionIndex(ofExport name: String) -> FunctionIndex? {
        guard case .function(let index) = exports[name] else { return nil }
        return index
    }
}
