import WasmModule

/// Writing what touches the instance: memory, globals, tables, calls.
extension BodyTranslator {
    // MARK: Memory

    mutating func writeLoad(_ node: Expression) {
        writeWidening(of: node)
        writeLoad(node, as: node.access)
    }

    /// `Lmu(m+address+offset)` for an optimizing compiler, which would leave out a load whose value counts for nothing.
    mutating func writeLoad(_ node: Expression, as access: Access) {
        guard !isOptimizing else {
            body.write(byte: UInt8(ascii: "L"))
            body.write(access.name)
            body.write(byte: UInt8(ascii: "("))
            writePlace(memory: UInt32(node.c), address: node.a, offset: node.bits)
            body.write(byte: UInt8(ascii: ")"))
            return
        }
        writeLocation(access: access, memory: UInt32(node.c), address: node.a, offset: node.bits)
    }

    /// A load of fewer bytes than its result has: converted by the sign of the access.
    private mutating func writeWidening(of node: Expression) {
        guard node.type.isWide, node.access != .u64 else { return }
        writeCast(to: node.type)
    }

    /// `*(pu)(m+address+offset)`.
    mutating func writeLocation(access: Access, memory: UInt32, address: Int32, offset: UInt64) {
        body.write(access.dereferenced)
        // A name needs no parentheses.
        let isName =
            offset == 0 && memory == 0 && nodes[Int(address)].shape == .local && facts.hasBase(nodes[Int(address)].a)
        if !isName { body.write(byte: UInt8(ascii: "(")) }
        writePlace(memory: memory, address: address, offset: offset)
        if !isName { body.write(byte: UInt8(ascii: ")")) }
    }

    /// `m+address+offset`, or a name for it.
    mutating func writePlace(memory: UInt32, address: Int32, offset: UInt64) {
        if offset == 0, memory == 0, nodes[Int(address)].shape == .local, facts.hasBase(nodes[Int(address)].a) {
            writeBase(through: nodes[Int(address)])
        } else {
            writePointer(memory: memory, address: address, offset: offset)
        }
    }

    /// `m+address+offset`: the one routine that forms addresses.
    ///
    /// Both sums are of 64 bits. A 32-bit address plus a 32-bit offset is below 8 GiB and so within the memory's
    /// reservation: what is not the guest's faults. Whatever may be larger has been checked
    /// (`BodyTranslator+bounds.swift`).
    mutating func writePointer(memory: UInt32, address: Int32, offset: UInt64) {
        let node = nodes[Int(address)]
        guard node.shape != .constant else {
            writeBase(of: memory)
            body.write(byte: UInt8(ascii: "+"))
            writeConstantAddress(node, memory: memory, offset: offset)
            return
        }
        if memory == 0, node.shape == .local {
            writeBase(through: node)
        } else if memory == 0, node.shape == .tee {
            writeBase(changing: node)
        } else {
            writeBase(of: memory)
            body.write(byte: UInt8(ascii: "+"))
            write(address, in: .multiplicative, exactly: addressType(memory))
        }
        if offset > 0 {
            body.write(byte: UInt8(ascii: "+"))
            writeOffset(offset)
        }
    }

    /// `address+offset`, a sum of 64 bits, as an argument.
    mutating func writeEffectiveAddress(memory: UInt32, address: Int32, offset: UInt64) {
        let node = nodes[Int(address)]
        if node.shape == .constant {
            writeConstantAddress(node, memory: memory, offset: offset)
        } else if offset == 0 {
            write(address, in: .ternary, exactly: addressType(memory))
        } else {
            if !module.memories[Int(memory)].is64 { body.write("(U)") }
            write(address, in: .unary, exactly: addressType(memory))
            body.write(byte: UInt8(ascii: "+"))
            writeOffset(offset)
        }
    }

    private mutating func addressType(_ memory: UInt32) -> CType { addressTypes[Int(memory)] }

    private mutating func writeConstantAddress(_ node: Expression, memory: UInt32, offset: UInt64) {
        let isWide = addressType(memory) == .u64
        writeOffset((isWide ? node.bits : node.bits & 0xFFFF_FFFF) &+ offset)
    }

    /// `m+l3`, or the variable that holds it (`LocalFacts`).
    private mutating func writeBase(through node: Expression) {
        usesMemory = true
        switch facts.access(node.a, at: body.count) {
        case .second(let start, let end):
            // A base that is anything but the place of its local would lead out of the memory: better none.
            guard body.isBase(of: node.a, start, end) else {
                facts.dropBase(node.a)
                writePlainBase(node)
                return
            }
            holes.append((start, .beginBase(UInt32(node.a))))
            holes.append((end, .endBase))
            fallthrough
        case .live:
            body.write(byte: UInt8(ascii: "p"))
            body.write(node.a)
        case .first:
            let start = body.count
            writePlainBase(node)
            if !isConditional { facts.noteAccess(node.a, start: start, end: body.count) }
        case .plain: writePlainBase(node)
        }
    }

    private mutating func writePlainBase(_ node: Expression) {
        facts.read(node.a, isParameter: node.a < type.parameters.count)
        body.write("m+l")
        body.write(node.a)
    }

    /// `m+(l3=…)`: the first access through what the local holds now.
    private mutating func writeBase(changing node: Expression) {
        usesMemory = true
        let start = body.count
        let keepsBase = changesBase(node.a, to: node.b)
        if keepsBase {
            body.write(byte: UInt8(ascii: "("))
            writeBaseAssignment(node.a)
        } else {
            body.write("m+(")
        }
        writeSetting(node, keepsBase: keepsBase)
        body.write(keepsBase ? "))" : ")")
        if !keepsBase && !isConditional { facts.noteAccess(node.a, start: start, end: body.count) }
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
            body.write(Access.cellPointer(cType(module.globals[Int(index)].type.value)))
        }
        writeGlobalMember(index)
    }

    /// `*(mU*)&l3`: the bits of a variable.
    mutating func writeBits(_ node: Expression) {
        body.write(node.access.dereferenced)
        body.write(byte: UInt8(ascii: "&"))
        if node.shape == .localBits {
            facts.read(node.a, isParameter: node.a < type.parameters.count)
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
        writeName(node.name)
        body.write(byte: UInt8(ascii: "("))
        var needsComma = false
        if node.name.takesInstance {
            body.write("i")
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

    /// `A.clz4`, or `A_clz4`: a function of the prelude that an optimizing compiler can inline.
    private mutating func writeName(_ name: RuntimeName) {
        let start = body.count
        body.write(name.spelling)
        if isOptimizing && !name.isEffect && name != .tableGet { body.overwriteDot(after: start) }
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
