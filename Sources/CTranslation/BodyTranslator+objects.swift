import WasmModule
import WasmValidation

/// Structures: making them, their fields; and what arrays share with them.
///
/// Fields and elements are read and written by plain C at the offsets of `ObjectLayout`. Nothing checks for null: the
/// lowest page is never mapped, and the runtime tells by the address what the access was to.
extension BodyTranslator {
    /// Emits an instruction of prefix `FB`.
    mutating func emitObject(_ instruction: Instruction) {
        switch instruction.opcode {
        case .structNew: newStructure(instruction.a)
        case .structNewDefault: newStructure(instruction.a, fields: 0)
        case .structGet, .structGetU: getField(instruction.a, instruction.b)
        case .structGetS: getField(instruction.a, instruction.b, isSigned: true)
        case .structSet: setField(instruction.a, instruction.b)
        case .refTest: testReference(ValueType(rawValue: instruction.a).nonNull)
        case .refTestNull: testReference(ValueType(rawValue: instruction.a))
        case .refCast: castReference(ValueType(rawValue: instruction.a).nonNull)
        case .refCastNull: castReference(ValueType(rawValue: instruction.a))
        case .brOnCast: branchOnCast(instruction, whenFailing: false)
        case .brOnCastFail: branchOnCast(instruction, whenFailing: true)
        case .anyConvertExtern, .externConvertAny: break
        case .refI31: pushI31()
        case .i31GetS: pushI31Value(.s32)
        case .i31GetU: pushI31Value(.u32)
        default: emitArray(instruction)
        }
    }

    // MARK: Operands

    /// Makes the operand at a place a local or a temporary: written more than once, or checked before it is used.
    mutating func makeVariable(_ index: Int) {
        makeRepeatable(index)
        let shape = nodes[Int(stack[index])].shape
        guard shape != .local && shape != .temporary else { return }
        let variable = temporaries.take(nodes[Int(stack[index])].type)
        writeAssignment(temporary: variable, stack[index])
        stack[index] = add(temporaryNode(variable))
    }

    /// A null that is written where C dereferences it: not as a constant, of whose address a compiler makes what it
    /// likes.
    mutating func makeNoConstant(_ index: Int) {
        if nodes[Int(stack[index])].shape == .constant { makeVariable(index) }
    }

    /// Ends the guest if an operand, which becomes a variable, is null.
    mutating func requireNonNull(_ index: Int, _ trap: Trap) {
        makeVariable(index)
        let node = nodes[Int(stack[index])]
        if node.shape == .local && !validator.localType(UInt32(node.a)).isNullable { return }
        precede(.trapsOtherwise, below: index)
        body.beginStatement()
        body.write("if(!")
        writeKept(stack[index])
        body.write(byte: UInt8(ascii: ")"))
        writeTrap(trap)
        endStatement()
    }

    // MARK: Making

    /// The fields are stored after the structure is made, each evaluated where it is stored: the new object is seen
    /// by nobody before the last one is.
    ///
    /// `fields`: how many operands there are; nil for all.
    private mutating func newStructure(_ type: UInt32, fields: Int? = nil) {
        guard case .structure(let types) = module.types[Int(type)].composite else { return }
        let count = fields ?? types.count
        settleNarrowed(types.prefix(count).map(\.storage))
        flush(.ordered, below: stack.count - count)
        noteCollection()
        let variable = temporaries.take(.object)
        writeTemporary(variable)
        body.write("=A.struct_new(i,J[")
        body.write(type)
        body.write("])")
        endStatement()
        let first = stack.count - count
        for index in 0..<count {
            let field = objectField(UInt32(index), of: type)
            writeInitial(variable, field, stack[first + index])
        }
        truncate(to: first)
        push(add(temporaryNode(variable)))
    }

    /// Settles those of the topmost operands that are read from memory at greater length than they are stored.
    mutating func settleNarrowed(_ storages: [ValueType]) {
        let first = stack.count - storages.count
        for (index, storage) in storages.enumerated() where storage.isPacked {
            settleLongLoad(first + index, used: Access(storage: storage).bytes)
        }
    }

    /// Stores what a new object's field starts with, unless that is the zero it has already.
    mutating func writeInitial(_ object: Int32, _ field: ObjectField, _ value: Int32) {
        guard !isZero(value) else { return }
        writeFieldAssignment(field, value) { $0.writeTemporary(object) }
    }

    /// Whether an operand is a constant of no set bits.
    mutating func isZero(_ position: Int32) -> Bool {
        let node = nodes[Int(position)]
        switch node.shape {
        case .constant: return node.bits == 0
        case .floatConstant: return floatConstants[Int(node.a)] == 0
        case .vectorConstant: return floatConstants[Int(node.a)] == 0 && floatConstants[Int(node.a) + 1] == 0
        default: return false
        }
    }

    // MARK: Fields

    mutating func objectField(_ index: UInt32, of type: UInt32) -> ObjectField {
        objectFields.field(index, of: TypeIndex(type), module.types[Int(type)].composite)
    }

    private mutating func getField(_ type: UInt32, _ index: UInt32, isSigned: Bool = false) {
        let field = objectField(index, of: type)
        flushCalls(operands: 1)
        prepareDereference(stack.count - 1, field)
        if field.storage == .v128 {
            getVectorField(field)
            return
        }
        let object = pop()
        var node = fieldNode(.field, field, isSigned: isSigned)
        node.a = object
        node.bits = UInt64(field.offset)
        node.effects.insert(.trapsOnField)
        inherit(object, into: &node)
        push(add(node))
    }

    /// A node that reads a field or an element, but for its operands.
    mutating func fieldNode(_ shape: Expression.Shape, _ field: ObjectField, isSigned: Bool) -> Expression {
        let type: CType = field.storage.isPacked ? .s32 : cType(field.storage)
        var node = Expression(shape, type)
        node.access = Access(storage: field.storage, isSigned: isSigned)
        node.effects = field.readEffects
        return node
    }

    /// A field so far from null that a fault there could be anybody's needs a check.
    private mutating func prepareDereference(_ index: Int, _ field: ObjectField) {
        makeNoConstant(index)
        if field.offset >= Self.farOffset { requireNonNull(index, .nullStructure) }
    }

    /// From here on no access to a field lies wholly within the 64 KiB whose faults are null's.
    private static let farOffset = 65_520

    private mutating func getVectorField(_ field: ObjectField) {
        let index = stack.count - 1
        makeVariable(index)
        precede(.trapsOnField, below: index)
        let object = pop()
        pushHalves { translator, isUpper in
            if translator.isOptimizing { translator.body.write("L") }
            translator.writeField(field.offset + (isUpper ? 8 : 0), .u64, isReference: false) { $0.write(object) }
        }
    }

    private mutating func setField(_ type: UInt32, _ index: UInt32) {
        let field = objectField(index, of: type)
        settleNarrowed([field.storage])
        orderOperands(2)
        let value = stack.count - 1
        // The value comes before the fault that null is.
        if field.offset >= Self.farOffset && !nodes[Int(stack[value])].effects.isDisjoint(with: .ordered) {
            makeVariable(value - 1)
            settle(value)
        }
        prepareDereference(value - 1, field)
        // C may read the object's variable before or after it evaluates the value.
        if field.storage == .v128 || !nodes[Int(stack[value])].isRepeatable { makeRepeatable(value - 1) }
        flush(Effects.ordered.union(.readsHeap), below: value - 1)
        let operand = pop()
        let object = pop()
        writeFieldAssignment(field, operand) { $0.write(object) }
    }
}
