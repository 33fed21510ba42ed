import WasmModule

/// Arrays: elements in plain C behind a comparison with the length, everything else by the runtime.
extension BodyTranslator {
    mutating func emitArray(_ instruction: Instruction) {
        switch instruction.opcode {
        case .arrayNew: newArray(instruction.a)
        case .arrayNewDefault: newArray("A.array_new", instruction.a, operands: 1)
        case .arrayNewFixed: newFixedArray(instruction.a, Int(instruction.b))
        case .arrayNewData:
            newArray("A.array_new_data", instruction.a, segment: instruction.b, operands: 2)
        case .arrayNewElem:
            newArray("A.array_new_elem", instruction.a, segment: instruction.b, operands: 2)
        case .arrayGet, .arrayGetU: getElement(instruction.a)
        case .arrayGetS: getElement(instruction.a, isSigned: true)
        case .arraySet: setElement(instruction.a)
        case .arrayLen: pushLength()
        case .arrayFill: fillArray()
        case .arrayCopy: performOnArray("A.array_copy", operands: 5)
        case .arrayInitData: performOnArray("A.array_init_data", segment: instruction.b, operands: 4)
        case .arrayInitElem: performOnArray("A.array_init_elem", segment: instruction.b, operands: 4)
        default: preconditionFailure("every opcode of prefix FB is translated")
        }
    }

    // MARK: Making

    /// `o1=A.array_new…(i,J[2],…);`: what waits and may trap or call comes first.
    private mutating func newArray(
        _ name: StaticString, _ type: UInt32, segment: UInt32? = nil, operands count: Int
    ) {
        orderOperands(count)
        flush(.ordered, below: stack.count - count)
        noteCollection()
        let variable = temporaries.take(.object)
        writeTemporary(variable)
        body.write(byte: UInt8(ascii: "="))
        body.write(name)
        body.write("(i,J[")
        body.write(type)
        body.write(byte: UInt8(ascii: "]"))
        if let segment {
            body.write(byte: UInt8(ascii: ","))
            body.write(segment)
        }
        for index in (stack.count - count)..<stack.count { writeArgument(stack[index]) }
        truncate(to: stack.count - count)
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
        push(add(temporaryNode(variable)))
    }

    /// Made of zeros, then filled, unless zeros is what it is filled with.
    private mutating func newArray(_ type: UInt32) {
        orderOperands(2)
        let length = pop()
        prepareFill(stack.count - 1)
        let value = stack[stack.count - 1]
        _ = pop()
        push(length)
        newArray("A.array_new", type, operands: 1)
        guard !isZero(value) else { return }
        let array = stack[stack.count - 1]
        body.write("A.array_fill(i,")
        writeKept(array)
        body.write(",0")
        writeBits(ofElement: value)
        body.write(",N(")
        writeKept(array)
        body.write("))")
        endStatement()
    }

    /// As with structures, each element is evaluated where it is stored.
    private mutating func newFixedArray(_ type: UInt32, _ count: Int) {
        let element = objectField(0, of: type)
        settleNarrowed(Array(repeating: element.storage, count: count))
        let first = stack.count - count
        flush(.ordered, below: first)
        noteCollection()
        let variable = temporaries.take(.object)
        writeTemporary(variable)
        body.write("=A.array_new(i,J[")
        body.write(type)
        body.write("],")
        body.write(count)
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
        let size = ObjectLayout.size(of: element.storage)
        for index in 0..<count {
            var field = element
            field.offset += index * size
            writeInitial(variable, field, stack[first + index])
        }
        truncate(to: first)
        push(add(temporaryNode(variable)))
    }

    // MARK: Elements

    private mutating func pushLength() {
        flushCalls(operands: 1)
        makeNoConstant(stack.count - 1)
        let array = pop()
        var node = Expression(.arrayLength, .u32)
        node.a = array
        node.effects = .trapsOtherwise
        inherit(array, into: &node)
        push(add(node))
    }

    private mutating func getElement(_ type: UInt32, isSigned: Bool = false) {
        let element = objectField(0, of: type)
        flushCalls(operands: 2)
        orderOperands(2)
        makeVariable(stack.count - 2)
        makeRepeatable(stack.count - 1)
        if element.storage == .v128 {
            getVectorElement()
            return
        }
        let index = pop()
        let array = pop()
        var node = fieldNode(.element, element, isSigned: isSigned)
        node.a = array
        node.b = index
        node.effects.insert(.trapsOtherwise)
        inherit(array, into: &node)
        inherit(index, into: &node)
        push(add(node))
    }

    /// The value is evaluated before null and bounds are found out, so before the address is formed.
    private mutating func setElement(_ type: UInt32) {
        let element = objectField(0, of: type)
        settleNarrowed([element.storage])
        orderOperands(3)
        let value = stack.count - 1
        makeVariable(value - 2)
        makeRepeatable(value - 1)
        if !nodes[Int(stack[value])].effects.isDisjoint(with: .ordered) { settle(value) }
        flush(Effects.ordered.union(.readsHeap), below: value - 2)
        if element.storage == .v128 {
            setVectorElement()
            return
        }
        let operand = pop()
        let index = pop()
        let array = pop()
        writeElement(Access(storage: element.storage), isReference: element.storage.isReference, array, index)
        body.write(byte: UInt8(ascii: "="))
        write(operand)
        endStatement()
    }

    private mutating func getVectorElement() {
        precede(.trapsOtherwise, below: stack.count - 2)
        let index = pop()
        let array = pop()
        pushHalves { $0.writeVectorElement(array, index, isUpper: $1) }
    }

    private mutating func setVectorElement() {
        let value = pop()
        let index = pop()
        let array = pop()
        for isUpper in [false, true] {
            writeVectorElement(array, index, isUpper: isUpper)
            body.write(byte: UInt8(ascii: "="))
            writeHalf(value, isUpper: isUpper)
            if !isUpper { body.write(byte: UInt8(ascii: ";")) }
        }
        endStatement()
    }

    // MARK: Many elements

    private mutating func fillArray() {
        orderOperands(4)
        let count = pop()
        prepareFill(stack.count - 1)
        push(count)
        flush(Effects.all, below: stack.count - 4)
        body.write("A.array_fill(i")
        writeArgument(stack[stack.count - 4])
        writeArgument(stack[stack.count - 3])
        writeBits(ofElement: stack[stack.count - 2])
        writeArgument(count)
        truncate(to: stack.count - 4)
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
    }

    /// A value whose bits go to the runtime: of floats they are read from a variable.
    private mutating func prepareFill(_ index: Int) {
        switch nodes[Int(stack[index])].type {
        case .f32: pushReinterpretation(.u32)
        case .f64: pushReinterpretation(.u64)
        default: break
        }
        makeRepeatable(index)
    }

    /// `A.name(i,array,segment,operands…);`.
    private mutating func performOnArray(_ name: StaticString, segment: UInt32? = nil, operands count: Int) {
        orderOperands(count)
        flush(Effects.all, below: stack.count - count)
        body.write(name)
        body.write("(i")
        let first = stack.count - count
        writeArgument(stack[first])
        if let segment {
            body.write(byte: UInt8(ascii: ","))
            body.write(segment)
        }
        for index in (first + 1)..<stack.count { writeArgument(stack[index]) }
        truncate(to: first)
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
    }
}
