import WasmModule

/// Checks of addresses, as statements of their own in front of what accesses the memory.
///
/// `if((U)l0+20>*n)A.bounds(i);` is six instructions of libtcc's, one of them a branch; as part of the expression it
/// would be a conditional, which costs a jump more, and a stack slot for every operand that waits around it.
extension BodyTranslator {
    /// A run of bytes that an instruction accesses.
    struct Span {
        var memory: UInt32
        var offset: UInt64
        var bytes: UInt64

        init(_ instruction: Instruction, bytes: Int) {
            memory = instruction.a
            offset = instruction.bits
            self.bytes = UInt64(bytes)
        }
    }

    mutating func addressForm(_ memory: UInt32) -> AddressForm { addressForms[Int(memory)] }

    /// What an access can do once its address is checked.
    mutating func accessEffects(_ memory: UInt32) -> Effects {
        addressForm(memory) == .compared ? .readsMemory : [.readsMemory, .trapsOnLoad]
    }

    // MARK: Order

    /// Makes the address at a place on the stack one that can be written twice, if its memory asks for a check.
    ///
    /// What is above it on the stack, and may trap in another way or call, comes before the check.
    mutating func prepareAddress(_ index: Int, _ form: AddressForm) {
        guard form != .guarded else { return }
        makeRepeatable(index)
        for above in stride(from: index + 1, to: stack.count, by: 1)
        where !nodes[Int(stack[above])].effects.isDisjoint(with: Effects.ordered.subtracting(.trapsOnLoad)) {
            settle(above)
        }
    }

    // MARK: Checks

    /// Writes the check of an address that is off the stack.
    ///
    /// Returns false if no address is within bounds: then the trap is written, and the access never happens.
    mutating func check(_ address: Int32, _ span: Span, _ form: AddressForm) -> Bool {
        let memory = module.memories[Int(span.memory)]
        if form == .guarded { return true }
        // The check may not overtake what traps in another way; another access may.
        precede(.trapsOnLoad, below: stack.count)
        let (end, overflows) = span.offset.addingReportingOverflow(span.bytes)
        let most = form == .compared ? memory.fixedBytes ?? MemoryType.mostBytes : MemoryType.mostBytes
        let isBeyond = form == .compared ? overflows || end > most : span.offset >= most
        if isBeyond || isConstantBeyond(address, span, form, most) {
            writeBoundsTrap()
            return false
        }
        if constantBits(address) != nil {
            checkConstant(address, span, form, memory)
            return true
        }
        let reach = form == .compared ? end : 1
        let isLocal = nodes[Int(address)].shape == .local
        if isLocal && checkedAddresses.contains(nodes[Int(address)].a, memory: span.memory, bytes: reach) {
            return true
        }
        switch form {
        case .guarded: break
        case .upperHalf: writeUpperHalfCheck(address)
        case .compared: writeComparison(address, span.memory, end)
        }
        if isLocal { checkedAddresses.note(nodes[Int(address)].a, memory: span.memory, bytes: reach) }
        return true
    }

    private mutating func isConstantBeyond(_ address: Int32, _ span: Span, _ form: AddressForm, _ most: UInt64) -> Bool
    {
        guard let sum = constantAddress(address, span) else { return constantBits(address) != nil }
        return sum > most - min(span.bytes, most)
    }

    /// The effective address, if it is known; nil also if it overflows.
    private mutating func constantAddress(_ address: Int32, _ span: Span) -> UInt64? {
        guard let bits = constantBits(address) else { return nil }
        let is64 = module.memories[Int(span.memory)].is64
        let (sum, overflows) = (is64 ? bits : bits & 0xFFFF_FFFF).addingReportingOverflow(span.offset)
        return overflows ? nil : sum
    }

    private mutating func checkConstant(_ address: Int32, _ span: Span, _ form: AddressForm, _ memory: MemoryType) {
        guard form == .compared, let sum = constantAddress(address, span) else { return }
        let end = sum + span.bytes
        if end <= memory.leastBytes { return }
        body.beginStatement()
        body.write("if(")
        writeSize(of: span.memory)
        body.write(byte: UInt8(ascii: "<"))
        writeOffset(end)
        writeTrapClause()
    }

    /// `if(l0>>32)…`.
    private mutating func writeUpperHalfCheck(_ address: Int32) {
        body.beginStatement()
        body.write("if(")
        writeUnreleased(address, in: .shift, exactly: .u64)
        body.write(">>32")
        writeTrapClause()
    }

    /// Whether fewer than `end` bytes of the memory are left at the address.
    private mutating func writeComparison(_ address: Int32, _ index: UInt32, _ end: UInt64) {
        let memory = module.memories[Int(index)]
        if let size = memory.fixedBytes {
            // Nothing is beyond what a 32-bit address can say.
            if !memory.is64 && size - end >= 0xFFFF_FFFF { return }
            body.beginStatement()
            body.write("if(")
            writeUnreleased(address, in: .relational, exactly: memory.addressType)
            body.write(byte: UInt8(ascii: ">"))
            writeOffset(size - end)
        } else if !memory.is64 {
            body.beginStatement()
            body.write("if((U)")
            writeUnreleased(address, in: .unary, exactly: .u32)
            body.write(byte: UInt8(ascii: "+"))
            writeOffset(end)
            body.write(byte: UInt8(ascii: ">"))
            writeSize(of: index)
        } else {
            writeWideComparison(address, index, end, isLarge: memory.leastBytes >= end)
        }
        writeTrapClause()
    }

    /// Nothing of it may overflow: what is subtracted is less than the memory's size.
    private mutating func writeWideComparison(_ address: Int32, _ index: UInt32, _ end: UInt64, isLarge: Bool) {
        body.beginStatement()
        body.write("if(")
        writeUnreleased(address, in: .relational, exactly: .u64)
        body.write(byte: UInt8(ascii: ">"))
        writeSize(of: index)
        if !isLarge {
            body.write("||")
            writeSize(of: index)
        }
        body.write(byte: UInt8(ascii: "-"))
        if isLarge {
            writeOffset(end)
        } else {
            writeUnreleased(address, in: .multiplicative, exactly: .u64)
            body.write(byte: UInt8(ascii: "<"))
            writeOffset(end)
        }
    }

    // MARK: Writing

    /// An operand that will be written again.
    mutating func writeUnreleased(_ position: Int32, in precedence: Precedence, exactly: CType?) {
        releasesTemporaries = false
        write(position, in: precedence, exactly: exactly)
        releasesTemporaries = true
    }

    /// The memory's size in bytes, as it is now.
    private mutating func writeSize(of memory: UInt32) {
        if memory == 0 {
            usesBounds = true
            body.write("*n")
        } else {
            writeMemory(memory)
            body.write("->bytes")
        }
    }

    private mutating func writeTrapClause() {
        body.write(byte: UInt8(ascii: ")"))
        writeBoundsTrap()
    }

    private mutating func writeBoundsTrap() {
        body.write("A.bounds(i)")
        endStatement()
    }

    /// A number of bytes, added to 64-bit operands or compared with them.
    mutating func writeOffset(_ offset: UInt64) {
        body.write(offset)
        if offset > UInt64(Int32.max) { body.write(offset > UInt64(Int64.max) ? "ull" : "ll") }
    }
}
