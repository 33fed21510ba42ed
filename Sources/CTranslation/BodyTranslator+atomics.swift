import WasmModule

/// Atomic instructions: calls of the runtime, computed at once, after all that waits.
extension BodyTranslator {
    mutating func emitAtomic(_ instruction: Instruction) {
        switch instruction.opcode {
        case .atomicFence: fence()
        case .memoryAtomicNotify: notify(instruction)
        case .memoryAtomicWait32: wait(instruction, isWide: false)
        case .memoryAtomicWait64: wait(instruction, isWide: true)
        default: access(instruction, AtomicAccess(instruction.opcode))
        }
    }

    private mutating func fence() {
        flush(Effects.all)
        body.write("A.atomic(i,(p)0,")
        body.write(AtomicAccess.fence)
        body.write(",0,0,0)")
        endStatement()
    }

    /// `x0=A.atomic(i,m+l0,2,0,l1&255,0);`.
    private mutating func access(_ instruction: Instruction, _ atomic: AtomicAccess) {
        let count = atomic.operands
        let form = addressForm(instruction.a)
        let result: CType = atomic.isWide ? .u64 : .u32
        for value in (stack.count - count + 1)..<stack.count { settleLongLoad(value, used: 1 << Int(atomic.width)) }
        guard let operands = takeOperands(count, Span(instruction, bytes: 1 << Int(atomic.width)), form) else {
            if atomic.hasResult { pushConstant(result, 0) }
            return
        }
        let variable = atomic.hasResult ? temporaries.take(result) : nil
        if let variable { beginAssignment(variable) }
        body.write("A.atomic(i,")
        body.write("(p)(")
        writePointer(memory: instruction.a, address: operands[0], offset: instruction.bits)
        body.write(byte: UInt8(ascii: ")"))
        body.write(byte: UInt8(ascii: ","))
        body.write(atomic.operation)
        body.write(byte: UInt8(ascii: ","))
        body.write(UInt32(atomic.width))
        writeValue(count > 1 ? operands[count - 1] : nil, width: atomic.width)
        writeValue(count == 3 ? operands[1] : nil, width: atomic.width)
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
        if let variable { push(add(temporaryNode(variable))) }
    }

    private mutating func notify(_ instruction: Instruction) {
        guard let operands = takeOperands(2, Span(instruction, bytes: 4), .compared) else {
            pushConstant(.u32, 0)
            return
        }
        let variable = temporaries.take(.u32)
        beginAssignment(variable)
        body.write("A.atomic_notify(i,")
        writeSubject(instruction, operands[0])
        writeValue(operands[1], width: 2)
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
        push(add(temporaryNode(variable)))
    }

    private mutating func wait(_ instruction: Instruction, isWide: Bool) {
        guard let operands = takeOperands(3, Span(instruction, bytes: isWide ? 8 : 4), .compared) else {
            pushConstant(.u32, 0)
            return
        }
        let variable = temporaries.take(.u32)
        beginAssignment(variable)
        body.write("A.atomic_wait(i,")
        writeSubject(instruction, operands[0])
        writeValue(operands[1], width: 3)
        writeValue(operands[2], width: 3)
        body.write(isWide ? ",3)" : ",2)")
        endStatement()
        push(add(temporaryNode(variable)))
    }

    // MARK: Operands

    /// Pops an address and the values above it, with all that waits done before and the address checked.
    ///
    /// Nil if no address is within bounds: then the trap is written. For waiting and notifying the runtime is given an
    /// address in the memory, not of the host, which faults nowhere: there the form is always `compared`.
    private mutating func takeOperands(_ count: Int, _ span: Span, _ form: AddressForm) -> [Int32]? {
        orderOperands(count)
        flush(Effects.all, below: stack.count - count)
        prepareAddress(stack.count - count, form)
        var operands = [Int32](repeating: 0, count: count)
        for index in (0..<count).reversed() { operands[index] = pop() }
        if form != .guarded { writeAlignmentCheck(operands[0], span) }
        return check(operands[0], span, form) ? operands : nil
    }

    /// Whether an address is aligned is asked before whether it is within bounds.
    ///
    /// Where nothing is compared the runtime asks, before it touches the memory.
    private mutating func writeAlignmentCheck(_ address: Int32, _ span: Span) {
        guard span.bytes > 1 else { return }
        let mask = span.bytes - 1
        if let bits = constantBits(address) {
            guard (bits &+ span.offset) & mask != 0 else { return }
        } else {
            body.beginStatement()
            body.write("if(")
            let offset = span.offset & mask
            if offset > 0 { body.write(byte: UInt8(ascii: "(")) }
            writeUnreleased(address, in: offset > 0 ? .additive : .bitAnd, exactly: nil)
            if offset > 0 {
                body.write(byte: UInt8(ascii: "+"))
                body.write(offset)
                body.write(byte: UInt8(ascii: ")"))
            }
            body.write(byte: UInt8(ascii: "&"))
            body.write(mask)
            body.write(byte: UInt8(ascii: ")"))
        }
        writeTrap(.unalignedAtomic)
        endStatement()
    }

    private mutating func beginAssignment(_ variable: Int32) {
        writeTemporary(variable)
        body.write(byte: UInt8(ascii: "="))
    }

    private mutating func writeSubject(_ instruction: Instruction, _ address: Int32) {
        writeMemory(instruction.a)
        body.write(byte: UInt8(ascii: ","))
        writeEffectiveAddress(memory: instruction.a, address: address, offset: instruction.bits)
    }

    /// Writes `,` and an argument of 64 bits: the lowest bytes of an operand, zero-extended; 0 for none.
    private mutating func writeValue(_ operand: Int32?, width: UInt8) {
        body.write(byte: UInt8(ascii: ","))
        guard let operand else {
            body.write(byte: UInt8(ascii: "0"))
            return
        }
        let isWide = nodes[Int(operand)].type.isWide
        if let bits = constantBits(operand) {
            let mask: UInt64 = width == 3 ? (isWide ? .max : 0xFFFF_FFFF) : 1 << (8 << UInt64(width)) - 1
            body.write(bits & mask)
            body.write("ull")
        } else if width < 2 {
            write(operand, in: .bitAnd, exactly: nil)
            body.write(width == 0 ? "&255" : "&65535")
        } else {
            write(operand, in: .ternary, exactly: isWide && width == 3 ? .u64 : .u32)
        }
    }
}
