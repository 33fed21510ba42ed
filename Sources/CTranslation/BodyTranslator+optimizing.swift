import WasmModule

/// What is written in another way for optimizing compilers (``Dialect/optimizing``).
extension BodyTranslator {
    var isOptimizing: Bool {
        mutating get { options.dialect == .optimizing }
    }

    // MARK: Tail calls

    /// The head of a function that makes tail calls: with a parameter in every register that any function has one in.
    ///
    /// clang promises a tail call only to a function of the caller's own type. So caller and callee are taken for
    /// functions of all parameters; those that a callee doesn't have are registers that it doesn't look at. It
    /// is not inlined, since its tail calls would become calls.
    mutating func writeWideHead(_ function: FunctionIndex, into out: inout CText) {
        out.write(module.resultType(type))
        out.write(" w")
        out.write(function.rawValue)
        out.write("(TF_WIDE)__asm__(\"f")
        out.write(function.rawValue)
        out.write("\")__attribute__((noinline));\n")
        out.write(module.resultType(type))
        out.write(" w")
        out.write(function.rawValue)
        out.write("(TF_WIDE){")
        var (integers, floats) = (0, 0)
        for index in 0..<type.nativeParameterCount {
            if type.parameters[index] == .v128 {
                writeWideParameter("U a", index, "", "a", integers, into: &out)
                writeWideParameter("U b", index, "", "a", integers + 1, into: &out)
                integers += 2
                continue
            }
            let cType = cType(type.parameters[index])
            out.write(cType.name)
            switch cType {
            case .f32:
                writeWideParameter(" l", index, "TF_SINGLE", "b", floats, into: &out)
                floats += 1
            case .f64:
                writeWideParameter(" l", index, "", "b", floats, into: &out)
                floats += 1
            case .reference, .object:
                writeWideParameter(" l", index, "(p)", "a", integers, into: &out)
                integers += 1
            default:
                writeWideParameter(" l", index, "", "a", integers, into: &out)
                integers += 1
            }
        }
    }

    /// Writes ` l3=(p)(a2_);`.
    private func writeWideParameter(
        _ name: StaticString, _ index: Int, _ conversion: StaticString, _ letter: StaticString, _ position: Int,
        into out: inout CText
    ) {
        out.write(name)
        out.write(index)
        out.write(byte: UInt8(ascii: "="))
        out.write(conversion)
        out.write(byte: UInt8(ascii: "("))
        out.write(letter)
        out.write(position)
        out.write("_);")
    }

    /// What follows the instance in a tail call: integers, then floats, in every register.
    mutating func writeWideArguments(_ node: Expression) {
        let positions = (Int(node.a)..<Int(node.a + node.b)).map { arguments[$0] }
        var (integers, floats) = (0, 0)
        for position in positions {
            switch nodes[Int(position)].type {
            case .f32, .f64: continue
            case .vector:
                for isUpper in [false, true] {
                    body.write(byte: UInt8(ascii: ","))
                    writeHalf(position, isUpper: isUpper)
                }
                integers += 2
            default:
                body.write(",(U)")
                let isSigned = nodes[Int(position)].type == .s32
                write(position, in: .unary, exactly: isSigned ? .u32 : nil)
                integers += 1
            }
        }
        for _ in integers..<5 { body.write(",0") }
        for position in positions {
            switch nodes[Int(position)].type {
            case .f32:
                body.write(",TF_IN_DOUBLE(")
                write(position)
                body.write(byte: UInt8(ascii: ")"))
            case .f64:
                body.write(byte: UInt8(ascii: ","))
                write(position, in: .ternary, exactly: nil)
            default: continue
            }
            floats += 1
        }
        for _ in floats..<8 { body.write(",0") }
    }

    // MARK: Exceptions

    /// Shows the variables of a function with handlers to the compiler as what any call may read and change.
    ///
    /// What is thrown comes back out of `protect`, and finds them as they were at the call that threw: so they are in
    /// memory whenever something is called, and are read again behind `protect`.
    mutating func writeEscapes(into out: inout CText) {
        guard !handlers.isEmpty else { return }
        for local in facts.sortedLocals() where localType(local) != .object {
            writeEscape("l", Int(local), into: &out)
            if facts.declaresBase(local) { writeEscape("p", Int(local), into: &out) }
        }
        for type in [CType.u32, .u64, .f32, .f64, .reference, .vector] {
            for number in 0..<Int(temporaries.count(of: type)) {
                out.write("TF_ESCAPE(")
                out.write(byte: type.temporaryLetter)
                out.write(number)
                out.write(")")
            }
        }
        if !rootLocals.isEmpty || temporaries.count(of: .object) > 0 { out.write("TF_ESCAPE(R)") }
    }

    private func writeEscape(_ letter: StaticString, _ number: Int, into out: inout CText) {
        out.write("TF_ESCAPE(")
        out.write(letter)
        out.write(number)
        out.write(")")
    }

    // MARK: Vectors

    /// `VB(z2,~VU(z0));`, `VB(z2,VU(z0)&VU(z1));`.
    mutating func bitwiseWhole(_ prefix: StaticString, _ infix: StaticString?, operands count: Int) {
        let last = pop()
        let first = count > 1 ? pop() : last
        let variable = temporaries.take(.vector)
        let start = textMark
        body.write("VB(&")
        writeTemporary(variable)
        body.write(byte: UInt8(ascii: ","))
        body.write(prefix)
        writeLanes(first)
        if let infix {
            body.write(infix)
            writeLanes(last)
        }
        body.write(byte: UInt8(ascii: ")"))
        usesVectors = true
        endStatement()
        pushFresh(variable, since: start)
    }

    private mutating func writeLanes(_ position: Int32) {
        body.write("VU(")
        writeVectorAddress(position)
        body.write(byte: UInt8(ascii: ")"))
    }

    /// `LV(&z2,m+l0+16);`.
    mutating func pushWholeLoad(_ instruction: Instruction, _ address: Int32) {
        let variable = temporaries.take(.vector)
        let start = textMark
        body.write("LV(&")
        writeTemporary(variable)
        body.write(byte: UInt8(ascii: ","))
        writePlace(memory: instruction.a, address: address, offset: instruction.bits)
        body.write(byte: UInt8(ascii: ")"))
        usesVectors = true
        endStatement()
        pushFresh(variable, since: start)
    }

    /// `SV(m+l0+16,&z2);`.
    mutating func writeWholeStore(_ instruction: Instruction, _ address: Int32, _ value: Int32) {
        body.write("SV(")
        writePlace(memory: instruction.a, address: address, offset: instruction.bits)
        body.write(byte: UInt8(ascii: ","))
        writeVectorAddress(value)
        body.write(byte: UInt8(ascii: ")"))
        usesVectors = true
        endStatement()
    }

    /// `z3`, or `*(V*)(K+2)`.
    mutating func writeWhole(_ position: Int32) {
        body.write(byte: UInt8(ascii: "*"))
        writeVectorAddress(position)
    }
}
