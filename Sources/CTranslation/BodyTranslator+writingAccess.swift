import WasmModule

/// Writing what touches the instance: memory, globals, tables, calls.
extension BodyTranslator {
    // MARK: Memory

    mutating func writeLoad(_ node: Expression) {
        writeWidening(of: node)
        writeLocation(access: node.access, memory: UInt32(node.c), address: node.a, offset: node.bits)
    }

    /// A load of fewer bytes than its result has: converted by the sign of the access.
    private mutating func writeWidening(of node: Expression) {
        guard node.type.isWide, node.access != .u64 else { return }
        writeCast(to: node.type)
    }

    /// `*(mu*)(m+((U)address+offset))`.
    mutating func writeLocation(access: Access, memory: UInt32, address: Int32, offset: UInt64) {
        body.write("*(")
        body.write(access.name)
        body.write("*)(")
        writePointer(memory: memory, address: address, offset: offset)
        body.write(byte: UInt8(ascii: ")"))
    }

    /// `m+((U)address+offset)`: the one routine that forms addresses.
    ///
    /// A 32-bit address plus a 32-bit offset is below 8 GiB and so within the memory's reservation: what is not the
    /// guest's faults. Whatever may be larger has been checked (`BodyTranslator+bounds.swift`).
    mutating func writePointer(memory: UInt32, address: Int32, offset: UInt64) {
        writeBase(of: memory)
        body.write(byte: UInt8(ascii: "+"))
        writeEffectiveAddress(memory: memory, address: address, offset: offset)
    }

    /// A sum of 64 bits, as an operand of an addition.
    mutating func writeEffectiveAddress(memory: UInt32, address: Int32, offset: UInt64) {
        let isWide = module.memories[Int(memory)].is64
        if let constant = constantBits(address) {
            let sum = (isWide ? constant : constant & 0xFFFF_FFFF) &+ offset
            body.write(sum)
            if sum > UInt64(Int32.max) { body.write("ull") }
        } else if offset == 0 {
            write(address, in: .multiplicative, exactly: isWide ? .u64 : .u32)
        } else {
            body.write(isWide ? "(" : "((U)")
            write(address, in: .unary, exactly: isWide ? .u64 : .u32)
            body.write(byte: UInt8(ascii: "+"))
            body.write(offset)
            if offset > UInt64(Int32.max) { body.write("ull") }
            body.write(byte: UInt8(ascii: ")"))
        }
    }

    private mutating func writeBase(of memory: UInt32) {
        if memory == 0 {
            usesMemory = true
            body.write(byte: UInt8(ascii: "m"))
        } else {
            writeMemory(memory)
            body.write("->base")
        }
    }

    mutating func writeMemorySize(_ node: Expression) {
        if !node.type.isWide { body.write("(u)") }
        writeMemory(UInt32(node.a))
        body.write("->pages")
    }

    // MARK: Variables

    mutating func writeGlobal(_ index: UInt32) {
        if Int(index) < module.importedGlobalCount {
            body.write("*(")
            body.write(Access(cType(module.globals[Int(index)].type.value)).name)
            body.write("*)")
        }
        writeGlobalMember(index)
    }

    /// `*(mU*)&l3`: the bits of a variable.
    mutating func writeBits(_ node: Expression) {
        body.write("*(")
        body.write(node.access.name)
        body.write("*)&")
        if node.shape == .localBits {
            writeLocal(node.a)
        } else {
            writeTemporary(node.a)
            if releasesTemporaries { temporaries.noteRead(node.a) }
        }
    }

    // MARK: Tables

    mutating func writeTableSize(_ node: Expression) {
        if !node.type.isWide { body.write("(u)") }
        writeTable(UInt32(node.a))
        body.write("->size")
    }

    // MARK: Calls

    mutating func writeRuntimeCall(_ node: Expression) {
        if node.isCall { pendingCalls -= 1 }
        body.write(node.name.spelling)
        body.write(byte: UInt8(ascii: "("))
        var needsComma = false
        if node.name.takesInstance {
            body.write("(p)i")
            needsComma = true
        }
        switch node.name {
        case .memoryGrow:
            body.write(byte: UInt8(ascii: ","))
            writeMemory(UInt32(node.c))
        case .tableGet, .tableGrow:
            body.write(byte: UInt8(ascii: ","))
            writeTable(UInt32(node.c))
        default: break
        }
        for index in Int(node.a)..<Int(node.a + node.b) {
            if needsComma { body.write(byte: UInt8(ascii: ",")) }
            needsComma = true
            let isNarrow = [.u32, .s32].contains(nodes[Int(arguments[index])].type)
            write(arguments[index], in: .ternary, exactly: node.name.takesAddress && isNarrow ? .u32 : nil)
        }
        body.write(byte: UInt8(ascii: ")"))
    }

    mutating func writeCall(_ node: Expression) {
        pendingCalls -= 1
        if node.isIndirect {
            body.write("((Y")
            body.write(node.c)
            body.write("*)F->code)(F->instance")
        } else if Int(node.c) < module.importedFunctionCount {
            body.write("((Y")
            body.write(module.functions[Int(node.c)].rawValue)
            body.write("*)")
            writeImportedCode(UInt32(node.c))
            body.write(")(")
            writeImportedArgument(UInt32(node.c))
        } else {
            body.write(byte: UInt8(ascii: "f"))
            body.write(node.c)
            body.write("(i")
        }
        writeArguments(node)
        body.write(byte: UInt8(ascii: ")"))
    }

    /// Writes `,l0,x1`: what follows the instance.
    mutating func writeArguments(_ node: Expression) {
        for index in Int(node.a)..<Int(node.a + node.b) {
            body.write(byte: UInt8(ascii: ","))
            if nodes[Int(arguments[index])].type == .vector {
                writeHalf(arguments[index], isUpper: false)
                body.write(byte: UInt8(ascii: ","))
                writeHalf(arguments[index], isUpper: true)
                continue
            }
            write(arguments[index], in: .ternary, exactly: nil)
        }
    }
}
