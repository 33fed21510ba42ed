import CRuntime
import NativeCode
import WasmModule

// Constant expressions: a stack of cells, whose height is known before every step.

extension NativeModuleBuilder {
    /// The steps of an expression that leaves a value of a type; none if there is no expression.
    func expression(_ expression: ConstantExpression?, of type: ValueType) throws(ModuleMismatch) -> tf_expression {
        guard let expression else { return tf_expression(steps: nil, count: 0, depth: 0) }
        var steps: [tf_constant] = []
        var (height, depth) = (0, 0)
        for instruction in expression.instructions {
            let operation = try operation(instruction)
            guard operation.popped <= height else { throw Self.malformed }
            height += operation.steps.isEmpty ? 0 : operation.pushed - operation.popped
            depth = max(depth, height)
            steps += operation.steps
        }
        guard height == Value.cellCount(type) else { throw Self.malformed }
        return tf_expression(steps: arrays.copy(steps), count: UInt32(steps.count), depth: UInt32(depth))
    }

    private static var malformed: ModuleMismatch { ModuleMismatch(reason: "a constant expression is malformed") }

    /// An instruction's steps, with the cells that all of them take and leave.
    private struct Operation {
        var steps: [tf_constant]
        var popped = 0
        var pushed = 1

        init(_ steps: [tf_constant], popped: Int = 0, pushed: Int = 1) {
            self.steps = steps
            self.popped = popped
            self.pushed = pushed
        }

        init(_ kind: tf_constant_kind, index: UInt32 = 0, bits: UInt64 = 0, popped: Int = 0) {
            self.init([tf_constant(kind: kind.rawValue, index: index, bits: bits)], popped: popped)
        }
    }

    private func operation(_ instruction: Instruction) throws(ModuleMismatch) -> Operation {
        switch instruction.opcode {
        case .i32Const, .f32Const, .i64Const, .f64Const: Operation(TF_CONSTANT_BITS, bits: instruction.bits)
        case .v128Const: vector(instruction)
        case .refNull: Operation(TF_CONSTANT_BITS)
        case .globalGet: try global(instruction.a)
        case .refFunc: Operation(TF_CONSTANT_REFERENCE, index: try reference(to: FunctionIndex(instruction.a)))
        case .i32Add: Operation(TF_CONSTANT_ADD4, popped: 2)
        case .i32Sub: Operation(TF_CONSTANT_SUB4, popped: 2)
        case .i32Mul: Operation(TF_CONSTANT_MUL4, popped: 2)
        case .i64Add: Operation(TF_CONSTANT_ADD8, popped: 2)
        case .i64Sub: Operation(TF_CONSTANT_SUB8, popped: 2)
        case .i64Mul: Operation(TF_CONSTANT_MUL8, popped: 2)
        case .refI31: Operation(TF_CONSTANT_I31, popped: 1)
        // References look the same on both sides.
        case .anyConvertExtern, .externConvertAny: Operation([], popped: 1)
        default: try object(instruction)
        }
    }

    private func vector(_ instruction: Instruction) -> Operation {
        let halves = [instruction.bits, instruction.bits2].map {
            tf_constant(kind: TF_CONSTANT_BITS.rawValue, index: 0, bits: $0)
        }
        return Operation(halves, pushed: 2)
    }

    private func global(_ index: UInt32) throws(ModuleMismatch) -> Operation {
        guard Int(index) < descriptor.globals.count else { throw Self.malformed }
        let lower = tf_constant(kind: TF_CONSTANT_GLOBAL.rawValue, index: index, bits: 0)
        guard descriptor.globals[Int(index)].type.value == .v128 else { return Operation([lower]) }
        let upper = tf_constant(kind: TF_CONSTANT_GLOBAL_UPPER.rawValue, index: index, bits: 0)
        return Operation([lower, upper], pushed: 2)
    }

    /// Instructions that make an object of the type `a`.
    private func object(_ instruction: Instruction) throws(ModuleMismatch) -> Operation {
        guard Int(instruction.a) < descriptor.types.count else { throw Self.malformed }
        let type = types.identifiers[Int(instruction.a)]
        switch (instruction.opcode, descriptor.types[Int(instruction.a)].composite) {
        case (.structNew, .structure(let fields)):
            return Operation(TF_CONSTANT_STRUCT, index: type, popped: Value.cellCount(fields.map(\.storage)))
        case (.structNewDefault, .structure): return Operation(TF_CONSTANT_STRUCT_DEFAULT, index: type)
        case (.arrayNew, .array(let element)):
            return Operation(TF_CONSTANT_ARRAY, index: type, popped: Value.cellCount(element.storage) + 1)
        case (.arrayNewDefault, .array): return Operation(TF_CONSTANT_ARRAY_DEFAULT, index: type, popped: 1)
        case (.arrayNewFixed, .array(let element)):
            let count = Int(instruction.b)
            return Operation(
                TF_CONSTANT_ARRAY_FIXED, index: type, bits: UInt64(count),
                popped: count * Value.cellCount(element.storage))
        default: throw ModuleMismatch(reason: "a constant expression has instruction \(instruction.opcode)")
        }
    }
}
