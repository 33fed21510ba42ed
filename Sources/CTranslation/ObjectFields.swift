import WasmModule

/// A field of a structure, or an array's elements: how and where generated code finds it.
struct ObjectField {
    /// From the start of the object.
    var offset: Int
    var storage: ValueType
    var isMutable: Bool

    /// The effects of reading it, besides that the reference may be null.
    var readEffects: Effects { isMutable ? .readsHeap : [] }
}

/// Where the fields of the module's structures are.
///
/// Each type's offsets are computed once, when asked for first: a body may name the last of 10,000 fields in every
/// fourth byte.
struct ObjectFields {
    private var known: [TypeIndex: [ObjectField]] = [:]

    /// A field of a structure; of an array, its only one is the element at index 0.
    mutating func field(_ index: UInt32, of type: TypeIndex, _ composite: CompositeType) -> ObjectField {
        if let fields = known[type] { return fields[Int(index)] }
        let types: [FieldType] =
            switch composite {
            case .structure(let fields): fields
            case .array(let element): [element]
            case .function: preconditionFailure("validated: the type of an object")
            }
        let fields = zip(types, ObjectLayout.offsets(of: types)).map {
            ObjectField(offset: $1, storage: $0.storage, isMutable: $0.isMutable)
        }
        known[type] = fields
        return fields[Int(index)]
    }
}

extension Access {
    /// How a field or an element is read and written; for a reference, its width.
    init(storage: ValueType, isSigned: Bool = false) {
        switch storage {
        case .i8: self = isSigned ? .s8 : .u8
        case .i16: self = isSigned ? .s16 : .u16
        case .i32: self = .u32
        case .f32: self = .f32
        case .f64: self = .f64
        default: self = .u64
        }
    }
}
