import CRuntime

/// The function of the guest that gives the host room for what it hands over.
enum GuestAllocator {
    /// Not looked for yet.
    case unresolved
    /// Looked for: the guest has none.
    case missing
    case function(UnsafePointer<tf_function>)

    /// Exports that are taken for allocators, in order of preference, when the guest named none itself.
    static let exportNames = ["default_malloc_impl", "malloc"]

    /// The canonical id of `(i32) -> i32`.
    static let type: UInt32 = {
        let i32: [UInt32] = [0x7F]
        return tf_type_intern(i32, 1, i32, 1)
    }()

    /// The function at an index of the guest's table 0, exported or not, if it could be an allocator.
    static func inTable(of instance: UnsafeMutablePointer<tf_instance>, at index: UInt32) -> GuestAllocator? {
        guard let module = instance.pointee.module,
            module.pointee.imported_table_count + module.pointee.table_count > 0,
            let table = tf_instance_table(instance, 0).table?.pointee, UInt64(index) < table.size,
            tf_value_type_matches(table.element_type, funcref), let element = table.elements[Int(index)]
        else { return nil }
        return GuestAllocator(element.assumingMemoryBound(to: tf_function.self))
    }

    /// The first export that could be an allocator.
    static func exported(by exchange: Exchange) -> GuestAllocator {
        guard let findExport = exchange.findExport else { return .missing }
        for name in exportNames {
            if let function = findExport(name), let allocator = GuestAllocator(function) { return allocator }
        }
        return .missing
    }

    /// Nil if the function has another type.
    private init?(_ function: UnsafePointer<tf_function>) {
        guard function.pointee.type == Self.type else { return nil }
        self = .function(function)
    }

    private static let funcref: UInt32 = 0x170
}
