import WasmModule

/// Operations of the runtime on memories, tables and segments, as statements of their own.
extension BodyTranslator {
    /// What fails with -1: the runtime's 64-bit result, or its lower half.
    mutating func pushEffect(_ name: RuntimeName, _ operands: [Int32], of index: UInt32, _ type: CType) {
        var node = Expression(.runtimeCall, type)
        node.name = name
        node.c = Int32(index)
        node.a = Int32(arguments.count)
        node.b = Int32(operands.count)
        for operand in operands { inherit(operand, into: &node) }
        for operand in operands { arguments.append(operand) }
        node.effects = .all
        let variable = temporaries.take(type)
        let position = add(node)
        writeTemporary(variable)
        body.write(type.isWide ? "=" : "=(u)")
        write(position, in: .unary, exactly: nil)
        endStatement()
        push(add(temporaryNode(variable)))
    }

    /// What a bulk instruction is about, besides its operands.
    enum Subject {
        case memory(UInt32)
        case table(UInt32)
        case segment(UInt32)
    }

    /// `A.name(i,subjects…,operands…);` for an instruction without result.
    mutating func perform(_ name: StaticString, _ subjects: [Subject], operands count: Int) {
        orderOperands(count)
        flush(Effects.all, below: stack.count - count)
        var operands = [Int32](repeating: 0, count: count)
        for index in (0..<count).reversed() { operands[index] = pop() }
        body.write(name)
        body.write("(i")
        for subject in subjects {
            body.write(byte: UInt8(ascii: ","))
            switch subject {
            case .memory(let index): writeMemory(index)
            case .table(let index): writeTable(index)
            case .segment(let index): body.write(index)
            }
        }
        for operand in operands {
            body.write(byte: UInt8(ascii: ","))
            let isNarrow = nodes[Int(operand)].type == .u32 || nodes[Int(operand)].type == .s32
            write(operand, in: .ternary, exactly: isNarrow ? .u32 : nil)
        }
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
    }
}
