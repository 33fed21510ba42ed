/// Where the fields of a structure, or the elements of an array, are in an object of the garbage-collected heap:
/// what generated code and the runtime (`runtime-c/src/types.c`) agree on.
///
/// Fields follow the header in order, each aligned to its size, a v128 to 8; so the fields of a supertype are where
/// they are in the supertype.
package enum ObjectLayout {
    /// Size of `tf_object`.
    package static let headerSize = 16

    /// The bytes a storage type takes.
    package static func size(of storage: ValueType) -> Int {
        switch storage {
        case .i8: 1
        case .i16: 2
        case .i32, .f32: 4
        case .v128: 16
        default: 8
        }
    }

    /// Byte offset of each field from the start of the object.
    package static func offsets(of fields: [FieldType]) -> [Int] {
        var offset = headerSize
        return fields.map { field in
            let size = size(of: field.storage)
            let alignment = min(size, 8)
            offset = (offset + alignment - 1) / alignment * alignment
            defer { offset += size }
            return offset
        }
    }
}
