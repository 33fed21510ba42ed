import CRuntime
import NativeCode
import WasmModule

// Element and data segments, and the image.

extension NativeModuleBuilder {
    func nativeElements() throws(ModuleMismatch) -> [tf_elements] {
        var result: [tf_elements] = []
        for segment in descriptor.elements {
            var native = tf_elements()
            switch segment.mode {
            case .passive: native.mode = TF_SEGMENT_PASSIVE.rawValue
            case .declarative: native.mode = TF_SEGMENT_DECLARATIVE.rawValue
            case .active(let table, let offset):
                native.mode = TF_SEGMENT_ACTIVE.rawValue
                native.table = table.rawValue
                native.offset = try expression(offset, of: descriptor.tables[table.offset].type.is64 ? .i64 : .i32)
            }
            native.type = types.packed(segment.type)
            native.count = UInt32(segment.count)
            switch segment.items {
            case .functions(let functions):
                native.references = arrays.copy(try references(to: functions))
            case .expressions(let expressions):
                if let plain = try plainReferences(expressions) {
                    native.references = arrays.copy(plain)
                } else {
                    native.expressions = arrays.copy(
                        try expressions.map { item throws(ModuleMismatch) in try expression(item, of: segment.type) })
                }
            }
            result.append(native)
        }
        return result
    }

    private func references(to functions: [FunctionIndex]) throws(ModuleMismatch) -> [UInt32] {
        try functions.map { function throws(ModuleMismatch) in try reference(to: function) }
    }

    /// The offsets of a segment's references (0: null) if its expressions name nothing else.
    private func plainReferences(_ expressions: [ConstantExpression]) throws(ModuleMismatch) -> [UInt32]? {
        var result: [UInt32] = []
        for expression in expressions {
            guard expression.instructions.count == 1 else { return nil }
            switch expression.instructions[0].opcode {
            case .refNull: result.append(0)
            case .refFunc: result.append(try reference(to: FunctionIndex(expression.instructions[0].a)))
            default: return nil
            }
        }
        return result
    }

    func nativeData() throws(ModuleMismatch) -> [tf_data] {
        var result: [tf_data] = []
        for segment in descriptor.data {
            var native = tf_data()
            native.is_in_image = segment.isInImage
            native.count = UInt64(segment.bytes.count)
            if !segment.bytes.isEmpty {
                guard let image, segment.bytes.upperBound <= image.bytes.count else {
                    throw ModuleMismatch(reason: "its image is too short")
                }
                let start = image.bytes.baseAddress?.advanced(by: segment.bytes.lowerBound)
                native.bytes = start?.assumingMemoryBound(to: UInt8.self)
            }
            switch segment.mode {
            case .passive: native.mode = TF_SEGMENT_PASSIVE.rawValue
            case .active(let memory, let offset):
                native.mode = TF_SEGMENT_ACTIVE.rawValue
                native.memory = memory.rawValue
                if !segment.isInImage {
                    native.offset = try expression(offset, of: descriptor.memories[memory.offset].is64 ? .i64 : .i32)
                }
            }
            result.append(native)
        }
        return result
    }

    func nativeExtents() throws(ModuleMismatch) -> [tf_extent] {
        var result: [tf_extent] = []
        for extent in descriptor.image {
            let isDefined = extent.memory.offset >= imported.memories
            let end = extent.fileOffset + extent.length
            guard isDefined, let image, extent.fileOffset >= 0, extent.length >= 0, end <= image.bytes.count else {
                throw ModuleMismatch(reason: "its image doesn't fit its memories")
            }
            result.append(
                tf_extent(
                    memory: extent.memory.rawValue, reserved: 0, at: UInt64(extent.memoryOffset),
                    source: UInt64(extent.fileOffset), length: UInt64(extent.length)))
        }
        return result
    }
}
