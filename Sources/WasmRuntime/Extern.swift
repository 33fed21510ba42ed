import CRuntime
package import WasmModule

/// Something of a store that can be imported: a guest's function or tag, or a table, memory or global of anybody's.
package struct Extern {
    let native: tf_extern
    /// As it was declared.
    let type: ExternType
    let store: Store
}

extension Store {
    /// A memory that no module made, for import.
    ///
    /// Fails beyond the limits.
    package func makeMemory(_ type: MemoryType) throws(Trap) -> Extern {
        var native = tf_extern()
        native.kind = TF_EXTERN_MEMORY.rawValue
        var nativeType = type.native
        native.memory = tf_store_new_memory(pointer, &nativeType)
        guard native.memory != nil else { throw trap(TF_TRAP_OUT_OF_MEMORY) }
        return Extern(native: native, type: .memory(type), store: self)
    }

    /// A table of null references that no module made, for import.
    ///
    /// Fails beyond the limits, and for elements of a module's own types.
    package func makeTable(_ type: TableType) throws(Trap) -> Extern {
        try checkIsAbstract(type.element)
        var native = tf_extern()
        native.kind = TF_EXTERN_TABLE.rawValue
        native.table = tf_store_new_table(pointer, type.element.rawValue, type.is64, type.limits.native)
        guard native.table != nil else { throw trap(TF_TRAP_OUT_OF_MEMORY) }
        return Extern(native: native, type: .table(type), store: self)
    }

    /// A global of the value's type that no module made, for import.
    ///
    /// Fails for references to a module's own types.
    package func makeGlobal(_ value: Value, isMutable: Bool) throws(Trap) -> Extern {
        let type = value.type
        try checkIsAbstract(type)
        guard value.isOf(type.rawValue) else {
            throw Trap(kind: .host, message: "the host has no global \(type) of this value")
        }
        guard let cell = tf_store_new_cell(pointer) else { throw Trap(kind: .outOfMemory) }
        for (index, half) in value.cells.enumerated() {
            cell.storeBytes(of: half, toByteOffset: 8 * index, as: UInt64.self)
        }
        var native = tf_extern()
        native.kind = TF_EXTERN_GLOBAL.rawValue
        native.type = type.rawValue
        native.is_mutable = isMutable
        native.data = cell
        let global = GlobalType(value: type, isMutable: isMutable)
        return Extern(native: native, type: .global(global), store: self)
    }

    private func checkIsAbstract(_ type: ValueType) throws(Trap) {
        guard type.typeIndex == nil else {
            throw Trap(kind: .host, message: "the host has nothing of a module's own type \(type)")
        }
    }
}

extension Limits {
    var native: tf_limits { tf_limits(minimum: minimum, maximum: maximum ?? .max) }
}

extension MemoryType {
    var native: tf_memory_type {
        tf_memory_type(
            limits: limits.native, is_64: is64 ? 1 : 0, is_shared: isShared ? 1 : 0,
            page_shift: UInt32(pageSizeExponent), reserved: 0)
    }
}
