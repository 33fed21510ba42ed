import CRuntime
import WasmModule

/// Writes a module's descriptor into the C runtime's form.
struct NativeModuleBuilder {
    let descriptor: ModuleDescriptor
    let exports: UnsafePointer<tf_code_exports>
    let image: ImageFile?
    let arrays = NativeArrays()
    private let typeIdentifiers: [UInt32]
    private let imported: (functions: Int, tables: Int, memories: Int, globals: Int)
    /// Where in the instance each referenced function's `tf_function` is.
    private let references: [FunctionIndex: UInt32]

    init(descriptor: ModuleDescriptor, exports: UnsafePointer<tf_code_exports>, image: ImageFile?) {
        self.descriptor = descriptor
        self.exports = exports
        self.image = image
        typeIdentifiers = descriptor.types.map(\.canonicalIdentifier)
        var counts = (functions: 0, tables: 0, memories: 0, globals: 0)
        for item in descriptor.imports {
            switch item.kind {
            case .function: counts.functions += 1
            case .table: counts.tables += 1
            case .memory: counts.memories += 1
            case .global: counts.globals += 1
            }
        }
        imported = counts
        let layout = descriptor.layout
        references = Dictionary(
            uniqueKeysWithValues: layout.referenced.enumerated().map { position, function in
                (function, layout.references + UInt32(position) * InstanceLayout.functionReferenceSize)
            })
    }

    mutating func build() throws(ModuleMismatch) -> tf_module {
        let definedFunctions = descriptor.functions.count - imported.functions
        guard Int(exports.pointee.function_count) == definedFunctions else {
            throw ModuleMismatch(reason: "its code has another number of functions")
        }
        var module = tf_module()
        setCounts(of: &module)
        module.image = image?.descriptor ?? -1
        module.type_ids = arrays.copy(typeIdentifiers)
        module.code = exports
        module.imports = arrays.copy(descriptor.imports.map(nativeImport))
        module.references = arrays.copy(descriptor.layout.referenced.map(nativeReference))
        module.reference_functions = arrays.copy(descriptor.layout.referenced.map(\.rawValue))
        module.globals = arrays.copy(try nativeGlobals())
        module.tables = arrays.copy(try nativeTables())
        module.memories = arrays.copy(descriptor.memories.dropFirst(imported.memories).map { $0.limits.native })
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
        module.references_offset = layout.references
        module.import_count = UInt32(descriptor.imports.count)
        module.imported_function_count = UInt32(imported.functions)
        module.imported_table_count = UInt32(imported.tables)
        module.imported_memory_count = UInt32(imported.memories)
        module.imported_global_count = UInt32(imported.globals)
        module.reference_count = UInt32(layout.referenced.count)
        module.global_count = UInt32(descriptor.globals.count)
        module.table_count = UInt32(descriptor.tables.count - imported.tables)
        module.memory_count = UInt32(descriptor.memories.count - imported.memories)
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
            result.type = type.element.rawValue
            result.limits = type.limits.native
        case .memory(let type):
            result.kind = TF_EXTERN_MEMORY.rawValue
            result.limits = type.limits.native
        case .global(let type):
            result.kind = TF_EXTERN_GLOBAL.rawValue
            result.type = type.value.rawValue
            result.is_mutable = type.isMutable ? 1 : 0
        }
        return result
    }

    private func nativeReference(_ function: FunctionIndex) -> tf_function {
        let type = descriptor.functions[function.offset].offset
        let defined = function.offset - imported.functions
        return tf_function(
            type: typeIdentifiers[type], reserved: 0,
            code: defined >= 0 ? exports.pointee.functions[defined] : nil, instance: nil,
            enter: exports.pointee.enters[type])
    }

    private func nativeGlobals() throws(ModuleMismatch) -> [tf_global] {
        var result: [tf_global] = []
        for (index, global) in descriptor.globals.enumerated() {
            result.append(
                tf_global(
                    offset: descriptor.layout.globals[index], type: global.type.value.rawValue,
                    is_mutable: global.type.isMutable ? 1 : 0, is_imported: index < imported.globals ? 1 : 0,
                    initial: try expression(global.initializer)))
        }
        return result
    }

    private func nativeTables() throws(ModuleMismatch) -> [tf_table_type] {
        var result: [tf_table_type] = []
        for table in descriptor.tables.dropFirst(imported.tables) {
            result.append(
                tf_table_type(
                    element_type: table.type.element.rawValue, reserved: 0, limits: table.type.limits.native,
                    initial: try expression(table.initializer)))
        }
        return result
    }
}

// MARK: - Segments

extension NativeModuleBuilder {
    private func nativeElements() throws(ModuleMismatch) -> [tf_elements] {
        var result: [tf_elements] = []
        for segment in descriptor.elements {
            var native = tf_elements()
            switch segment.mode {
            case .passive: native.mode = TF_SEGMENT_PASSIVE.rawValue
            case .declarative: native.mode = TF_SEGMENT_DECLARATIVE.rawValue
            case .active(let table, let offset):
                native.mode = TF_SEGMENT_ACTIVE.rawValue
                native.table = table.rawValue
                native.offset = try expression(offset)
            }
            native.count = UInt32(segment.count)
            switch segment.items {
            case .functions(let functions):
                native.references = arrays.copy(try references(to: functions))
            case .expressions(let expressions):
                if let plain = try plainReferences(expressions) {
                    native.references = arrays.copy(plain)
                } else {
                    native.expressions = arrays.copy(try expressions.map(expression))
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

    private func nativeData() throws(ModuleMismatch) -> [tf_data] {
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
                native.offset = try expression(offset)
            }
            result.append(native)
        }
        return result
    }

    private func nativeExtents() throws(ModuleMismatch) -> [tf_extent] {
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

// MARK: - Constant expressions

extension NativeModuleBuilder {
    /// What a function's reference is found by in an instance.
    private func reference(to function: FunctionIndex) throws(ModuleMismatch) -> UInt32 {
        guard let offset = references[function] else {
            throw ModuleMismatch(reason: "function \(function) has no reference")
        }
        return offset
    }

    private func expression(_ expression: ConstantExpression?) throws(ModuleMismatch) -> tf_expression {
        guard let expression else { return tf_expression(steps: nil, count: 0, depth: 0) }
        var steps: [tf_constant] = []
        var (height, depth) = (0, 0)
        for instruction in expression.instructions {
            let step = try step(instruction)
            steps.append(step)
            height += step.kind >= TF_CONSTANT_ADD4.rawValue ? -1 : 1
            if let upper = upperStep(instruction) {
                steps.append(upper)
                height += 1
            }
            depth = max(depth, height)
        }
        guard depth <= Int(TF_SCRATCH_CELLS) else {
            throw ModuleMismatch(reason: "a constant expression nests too deeply")
        }
        return tf_expression(steps: arrays.copy(steps), count: UInt32(steps.count), depth: UInt32(depth))
    }

    /// The step for the upper half of a vector; nil for what is no vector.
    private func upperStep(_ instruction: Instruction) -> tf_constant? {
        if instruction.opcode == .v128Const {
            return tf_constant(kind: TF_CONSTANT_BITS.rawValue, index: 0, bits: instruction.bits2)
        }
        guard instruction.opcode == .globalGet, Int(instruction.a) < descriptor.globals.count,
            descriptor.globals[Int(instruction.a)].type.value == .v128
        else { return nil }
        return tf_constant(kind: TF_CONSTANT_GLOBAL_UPPER.rawValue, index: instruction.a, bits: 0)
    }

    private func step(_ instruction: Instruction) throws(ModuleMismatch) -> tf_constant {
        switch instruction.opcode {
        case .i32Const, .f32Const, .i64Const, .f64Const, .v128Const:
            tf_constant(kind: TF_CONSTANT_BITS.rawValue, index: 0, bits: instruction.bits)
        case .refNull: tf_constant(kind: TF_CONSTANT_BITS.rawValue, index: 0, bits: 0)
        case .globalGet: tf_constant(kind: TF_CONSTANT_GLOBAL.rawValue, index: instruction.a, bits: 0)
        case .refFunc:
            tf_constant(
                kind: TF_CONSTANT_REFERENCE.rawValue, index: try reference(to: FunctionIndex(instruction.a)), bits: 0)
        case .i32Add: tf_constant(kind: TF_CONSTANT_ADD4.rawValue, index: 0, bits: 0)
        case .i32Sub: tf_constant(kind: TF_CONSTANT_SUB4.rawValue, index: 0, bits: 0)
        case .i32Mul: tf_constant(kind: TF_CONSTANT_MUL4.rawValue, index: 0, bits: 0)
        case .i64Add: tf_constant(kind: TF_CONSTANT_ADD8.rawValue, index: 0, bits: 0)
        case .i64Sub: tf_constant(kind: TF_CONSTANT_SUB8.rawValue, index: 0, bits: 0)
        case .i64Mul: tf_constant(kind: TF_CONSTANT_MUL8.rawValue, index: 0, bits: 0)
        default: throw ModuleMismatch(reason: "a constant expression has instruction \(instruction.opcode)")
        }
    }
}

extension Limits {
    fileprivate var native: tf_limits { tf_limits(minimum: minimum, maximum: maximum ?? .max) }
}

extension FunctionType {
    /// The id that function values of this type carry, the same in all modules of the process.
    var canonicalIdentifier: UInt32 {
        let parameters = parameters.map(\.rawValue)
        let results = results.map(\.rawValue)
        return tf_type_intern(parameters, UInt32(parameters.count), results, UInt32(results.count))
    }
}
