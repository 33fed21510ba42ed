import WasmModule

/// Writing vectors: variables by their halves or their addresses.
extension BodyTranslator {
    /// `z3.a`, or a number: half of a vector.
    mutating func writeHalf(_ position: Int32, isUpper: Bool) {
        let node = nodes[Int(position)]
        guard node.shape != .vectorConstant else {
            body.write(hexadecimal: floatConstants[Int(node.a) + (isUpper ? 1 : 0)])
            body.write("ull")
            return
        }
        writeVectorVariable(node)
        body.write(isUpper ? ".b" : ".a")
    }

    /// `&z3`, for a function of the runtime.
    mutating func writeVectorAddress(_ position: Int32) {
        let node = nodes[Int(position)]
        if node.shape == .vectorConstant {
            body.write("(V*)(K+")
            body.write(node.a)
            body.write(byte: UInt8(ascii: ")"))
        } else {
            body.write(byte: UInt8(ascii: "&"))
            writeVectorVariable(node)
        }
    }

    private mutating func writeVectorVariable(_ node: Expression) {
        if node.shape == .local {
            writeLocal(node.a)
        } else {
            writeTemporary(node.a)
            if releasesTemporaries { temporaries.noteRead(node.a) }
        }
    }

    /// Writes `l3.a=z1.a;l3.b=z1.b;`.
    mutating func writeVectorAssignment(_ letter: UInt8, _ number: Int32, _ value: Int32) {
        if takesFreshVector(letter, number, value) { return }
        writeVectorCopy(letter, number, value)
        endStatement()
    }

    /// A place in the text, and what was known there.
    struct TextMark {
        var offset: Int
        var facts: Int
    }

    /// The present one.
    var textMark: TextMark {
        mutating get { TextMark(offset: body.count, facts: facts.mark) }
    }

    /// Notes that the statement that began at `start` made a vector, and pushes it.
    mutating func pushFresh(_ variable: Int32, since start: TextMark) {
        freshVector = (variable, start, body.count)
        push(add(temporaryNode(variable)))
    }

    /// Lets the statement that made a vector make it in the variable it is assigned to, if nothing was written since.
    private mutating func takesFreshVector(_ letter: UInt8, _ number: Int32, _ value: Int32) -> Bool {
        let node = nodes[Int(value)]
        guard releasesTemporaries, node.shape == .temporary, node.a == freshVector.variable,
            freshVector.end == body.count, !temporaries.isPinned(node.a)
        else { return false }
        facts.forgetAccesses(since: freshVector.start.facts)
        body.rename(
            CType.vector.temporaryLetter, temporaries.number(node.a), to: letter, number,
            since: freshVector.start.offset)
        freshVector.variable = -1
        temporaries.noteRead(node.a)
        temporaries.releaseRead()
        return true
    }

    /// Copies half by half: libtcc would call `memmove` for a structure.
    mutating func writeVectorCopy(_ letter: UInt8, _ number: Int32, _ value: Int32) {
        body.write(byte: letter)
        body.write(number)
        if isOptimizing {
            body.write(byte: UInt8(ascii: "="))
            writeWhole(value)
            return
        }
        body.write(".a=")
        writeHalf(value, isUpper: false)
        body.write(byte: UInt8(ascii: ";"))
        body.write(byte: letter)
        body.write(number)
        body.write(".b=")
        writeHalf(value, isUpper: true)
    }

    mutating func writeOperationName(_ opcode: Opcode) {
        usesVectors = true
        body.write("Q(")
        VectorOperation.name(opcode).withUnsafeBufferPointer { body.write($0) }
        body.write(byte: UInt8(ascii: ")"))
    }

    mutating func writeVectorTest(_ node: Expression) {
        guard let opcode = Opcode(rawValue: UInt16(node.c)) else { preconditionFailure("the node holds an opcode") }
        writeOperationName(opcode)
        body.write(byte: UInt8(ascii: "("))
        writeVectorAddress(node.a)
        body.write(byte: UInt8(ascii: ")"))
    }

    /// `*(mB*)((B*)&z3+5)`: a lane.
    mutating func writeLane(_ node: Expression) {
        body.write("*(")
        body.write(node.access.name)
        body.write("*)")
        if node.bits == 0 {
            writeVectorAddress(node.a)
            return
        }
        body.write("((B*)")
        writeVectorAddress(node.a)
        body.write(byte: UInt8(ascii: "+"))
        body.write(node.bits)
        body.write(byte: UInt8(ascii: ")"))
    }

    /// The same lane over and over, by multiplication; a float by its bits.
    mutating func writeSplat(_ operand: Int32, _ access: Access, into variable: Int32) {
        if access == .f32 || access == .f64 {
            body.write(access == .f32 ? "*(mf*)&" : "*(md*)&")
            writeTemporary(variable)
            body.write(byte: UInt8(ascii: "="))
            write(operand)
            body.write(byte: UInt8(ascii: ";"))
        }
        writeTemporary(variable)
        body.write(".b=")
        if access != .f64 {
            writeTemporary(variable)
            body.write(".a=")
        }
        switch access {
        case .u8:
            writeMasked(operand, "&255)*0x101010101010101ull")
        case .u16:
            writeMasked(operand, "&65535)*0x1000100010001ull")
        case .u32:
            body.write("(U)")
            write(operand, in: .unary, exactly: .u32)
            body.write("*0x100000001ull")
        case .f32:
            body.write("(U)*(mu*)&")
            writeTemporary(variable)
            body.write("*0x100000001ull")
        case .f64:
            writeTemporary(variable)
            body.write(".a")
        default: write(operand, in: .lowest, exactly: .u64)
        }
    }

    /// By a mask: libtcc's cast of a `signed char` to `unsigned short` leaves the sign.
    private mutating func writeMasked(_ operand: Int32, _ rest: StaticString) {
        body.write("(U)(")
        write(operand, in: .bitAnd, exactly: nil)
        body.write(rest)
    }

    /// `i->g3.a`, or `((V*)i->g3)->a` if it is imported.
    mutating func writeGlobalHalf(_ index: UInt32, isUpper: Bool) {
        let isImported = Int(index) < module.importedGlobalCount
        if isImported { body.write("((V*)") }
        writeGlobalMember(index)
        if isImported { body.write(")->") } else { body.write(byte: UInt8(ascii: ".")) }
        body.write(byte: isUpper ? UInt8(ascii: "b") : UInt8(ascii: "a"))
    }
}
