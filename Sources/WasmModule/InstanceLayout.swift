/// Where generated code expects things in an instance: byte offsets from the start of `tf_instance`.
///
/// The C struct that the translator declares and the block that the runtime fills follow this one description.
/// `runtime-c/include/tf_abi.h` has the fixed header.
package struct InstanceLayout: Hashable, Sendable {
    /// Size of the fixed header, `sizeof(tf_instance)`.
    package static let headerSize: UInt32 = 64
    /// Size of a function reference, `sizeof(tf_function)`.
    package static let functionReferenceSize: UInt32 = 32

    /// `tf_table.mask` of a table of so many elements, at most 2^32: one less than the power of two that holds them.
    package static func tableMask(size: UInt64) -> UInt64 {
        size <= 1 ? 0 : UInt64.max >> UInt64((size - 1).leadingZeroBitCount)
    }

    /// Per global: its value (8 bytes; 16 for v128), or, if it is imported, a pointer to its value.
    package var globals: [UInt32] = []
    /// Of the first imported function; 16 bytes each: native code, then its first argument.
    package var importedFunctions: UInt32 = 0
    /// Of the first memory; 8 bytes each: `tf_memory *`.
    package var memories: UInt32 = 0
    /// Of the first table; 8 bytes each: `tf_table *`.
    package var tables: UInt32 = 0
    /// Of the first tag; 8 bytes each: `tf_tag *`.
    package var tags: UInt32 = 0
    /// Of the first function reference; one `tf_function` for each of `referenced`.
    package var references: UInt32 = 0
    /// The functions that can be named by reference (exported, in an element segment, in a constant
    /// expression, or the start function), ascending.
    package var referenced: [FunctionIndex] = []
    /// Of the whole block.
    package var size: UInt32 = 0

    package init() {}

    package init(module: Module) {
        var offset = Self.headerSize
        for global in module.globals.enumerated() {
            let isImported = global.offset < module.importedGlobalCount
            let size: UInt32 = !isImported && global.element.type.value == .v128 ? 16 : 8
            globals.append(offset)
            offset += size
        }
        importedFunctions = offset
        offset += 16 * UInt32(module.importedFunctionCount)
        memories = offset
        offset += 8 * UInt32(module.memories.count)
        tables = offset
        offset += 8 * UInt32(module.tables.count)
        tags = offset
        offset += 8 * UInt32(module.tags.count)
        references = offset
        referenced = module.referencedFunctions
        offset += Self.functionReferenceSize * UInt32(referenced.count)
        size = (offset + 15) & ~15
    }
}

extension Module {
    /// Functions that can become values: the `refs` of the specification's validation context, and the start
    /// function.
    ///
    /// Ascending, each once.
    package var referencedFunctions: [FunctionIndex] {
        var found = Set<FunctionIndex>()
        let collect = { (expression: ConstantExpression?) in
            for instruction in expression?.instructions ?? [] where instruction.opcode == .refFunc {
                found.insert(FunctionIndex(instruction.a))
            }
        }
        for global in globals { collect(global.initializer) }
        for table in tables { collect(table.initializer) }
        for export in exports {
            if case .function(let index) = export.kind { found.insert(index) }
        }
        for segment in elements {
            switch segment.items {
            case .functions(let list): found.formUnion(list)
            case .expressions(let list): list.forEach(collect)
            }
        }
        if let start { found.insert(start) }
        return found.sorted()
    }
}
