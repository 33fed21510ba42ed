import WasmModule

/// Writing expressions and statements: the only place where nodes become text.
extension BodyTranslator {
    // MARK: Statements

    /// `;` and a new line; what the statement read may be reused.
    mutating func endStatement() {
        body.endStatement()
        facts.endStatement()
        temporaries.releaseRead()
    }

    /// The same behind an expression that is a statement of its own, and may go on with a comma.
    mutating func endExpression() {
        body.endExpression()
        facts.endStatement()
        temporaries.releaseRead()
    }

    /// Behind a condition: what it read may be reused.
    mutating func endCondition() {
        facts.endStatement()
        temporaries.releaseRead()
    }

    mutating func writeTemporary(_ variable: Int32) {
        if temporaries.type(variable) == .object {
            Self.writeRoot("o", "O", Int(temporaries.number(variable)), into: &body)
            return
        }
        body.write(byte: temporaries.type(variable).temporaryLetter)
        body.write(temporaries.number(variable))
    }

    mutating func writeLocal(_ index: Int32) {
        if localType(UInt32(index)) == .object {
            Self.writeRoot("l", "L", Int(index), into: &body)
            return
        }
        body.write(byte: UInt8(ascii: "l"))
        body.write(index)
    }

    // MARK: Expressions

    /// Writes an expression where its value is converted by C: an assignment, an argument, a condition.
    mutating func write(_ position: Int32) {
        write(position, in: .lowest, exactly: nil)
    }

    /// Writes an expression as an operand.
    ///
    /// - Parameters:
    ///   - precedence: what binds weaker gets parentheses.
    ///   - exactly: the C type it must have; nil where any type of its width does.
    mutating func write(_ position: Int32, in precedence: Precedence, exactly: CType?) {
        let node = nodes[Int(position)]
        if node.shape == .constant {
            writeConstant(node, in: precedence, exactly: exactly)
            return
        }
        if node.shape == .local, node.type != .object, exactly == nil || exactly == node.type {
            facts.read(node.a, isParameter: node.a < type.parameters.count)
            body.write(byte: UInt8(ascii: "l"))
            body.write(node.a)
            return
        }
        if let exactly, exactly != node.type {
            if node.shape == .load, let access = node.access.asType(exactly) {
                writeLoad(node, as: access)
                return
            }
            let parenthesized = precedence.rawValue > Precedence.unary.rawValue
            if parenthesized { body.write(byte: UInt8(ascii: "(")) }
            writeCast(to: exactly)
            writeBare(node, in: .unary)
            if parenthesized { body.write(byte: UInt8(ascii: ")")) }
            return
        }
        writeBare(node, in: precedence)
    }

    mutating func writeCast(to type: CType) {
        body.write(byte: UInt8(ascii: "("))
        body.write(type.name)
        body.write(byte: UInt8(ascii: ")"))
    }

    private mutating func writeBare(_ node: Expression, in precedence: Precedence) {
        let parenthesized = self.precedence(of: node).rawValue < precedence.rawValue
        if parenthesized { body.write(byte: UInt8(ascii: "(")) }
        writeShape(node)
        if parenthesized { body.write(byte: UInt8(ascii: ")")) }
    }

    private mutating func precedence(of node: Expression) -> Precedence {
        switch node.shape {
        case .infix: node.infix.precedence
        case .select, .tee: node.shape == .select ? .ternary : .lowest
        case .not, .cast, .extend, .load, .localBits, .temporaryBits, .functionReference, .floatConstant: .unary
        case .lane: .unary
        case .memorySize, .global: .unary
        case .macro: .unary
        default: .primary
        }
    }

    private mutating func writeShape(_ node: Expression) {
        switch node.shape {
        case .constant: writeConstant(node, in: .lowest, exactly: nil)
        case .floatConstant: writeFloatConstant(node)
        case .local:
            facts.read(node.a, isParameter: node.a < type.parameters.count)
            writeLocal(node.a)
        case .temporary: writeTemporaryRead(node.a)
        case .tee: writeTee(node)
        case .infix: writeInfix(node)
        case .not: writeNot(node)
        case .cast: writeConversion(node)
        case .extend: writeExtension(node)
        case .load: writeLoad(node)
        case .localBits, .temporaryBits: writeBits(node)
        case .lane: writeLane(node)
        case .vectorTest: writeVectorTest(node)
        case .vectorConstant: preconditionFailure("vectors are written in halves")
        case .runtimeCall, .macro: writeRuntimeCall(node)
        case .call: writeCall(node)
        case .select: writeSelect(node)
        case .rotate: writeRotate(node)
        case .global: writeGlobal(UInt32(node.a))
        case .memorySize: writeMemorySize(node)
        case .tableSize: writeTableSize(node)
        case .functionReference: writeFunctionReference(node)
        case .field, .element, .arrayLength, .i31, .i31Value, .referenceTest: writeObjectShape(node)
        }
    }

    private mutating func writeTemporaryRead(_ variable: Int32) {
        writeTemporary(variable)
        if releasesTemporaries { temporaries.noteRead(variable) }
    }

    private mutating func writeNot(_ node: Expression) {
        body.write(byte: UInt8(ascii: "!"))
        write(node.a, in: .unary, exactly: nil)
    }

    private mutating func writeConversion(_ node: Expression) {
        if isOptimizing, isFloat(node), isFloat(nodes[Int(node.a)]) {
            // There and back is not nothing: it makes a quiet NaN of a signaling one.
            body.write(node.type == .f32 ? "A_demote(" : "A_promote(")
            write(node.a)
            body.write(byte: UInt8(ascii: ")"))
            return
        }
        writeCast(to: node.type)
        write(node.a, in: .unary, exactly: node.inner)
    }

    private mutating func writeExtension(_ node: Expression) {
        if node.type != .s32 { writeCast(to: node.type) }
        switch node.access {
        case .s8: body.write("(b)")
        case .s16: body.write("(h)")
        default: body.write("(s)")
        }
        write(node.a, in: .unary, exactly: nil)
    }

    private mutating func writeSelect(_ node: Expression) {
        write(node.c, in: .bitOr, exactly: nil)
        let wasConditional = isConditional
        isConditional = true
        body.write(byte: UInt8(ascii: "?"))
        write(node.a, in: .bitOr, exactly: nil)
        body.write(byte: UInt8(ascii: ":"))
        write(node.b, in: .bitOr, exactly: node.type == .u64 || node.type == .u32 ? node.type : nil)
        isConditional = wasConditional
    }

    private mutating func writeRotate(_ node: Expression) {
        let width: UInt64 = node.type.isWide ? 64 : 32
        body.write(byte: UInt8(ascii: "("))
        write(node.a, in: .shift, exactly: node.type)
        body.write("<<")
        body.write(node.bits)
        body.write(byte: UInt8(ascii: "|"))
        write(node.a, in: .shift, exactly: node.type)
        body.write(">>")
        body.write(width - node.bits)
        body.write(byte: UInt8(ascii: ")"))
    }

    private mutating func writeFunctionReference(_ node: Expression) {
        body.write("(p)&")
        writeReferenceMember(UInt32(node.a))
    }

    // MARK: Constants

    private mutating func writeConstant(_ node: Expression, in precedence: Precedence, exactly: CType?) {
        if node.type.isReference {
            body.write("(p)0")
            return
        }
        if node.type.isWide {
            writeWide(node.bits, in: precedence, exactly: exactly)
        } else {
            writeNarrow(UInt32(truncatingIfNeeded: node.bits), in: precedence, exactly: exactly)
        }
    }

    /// A plain `int` where that does, so that the text is short.
    private mutating func writeNarrow(_ bits: UInt32, in precedence: Precedence, exactly: CType?) {
        let signed = Int32(bitPattern: bits)
        if exactly == .u32 || signed == .min {
            if exactly == .s32 { body.write("(s)") }
            body.write(UInt64(bits))
            body.write(byte: UInt8(ascii: "u"))
        } else {
            writeSigned(Int64(signed), in: precedence, suffix: "")
        }
    }

    private mutating func writeWide(_ bits: UInt64, in precedence: Precedence, exactly: CType?) {
        let signed = Int64(bitPattern: bits)
        if exactly == .u64 || signed == .min {
            if exactly == .s64 { body.write("(S)") }
            body.write(bits)
            body.write("ull")
        } else {
            let isSmall = signed == Int64(Int32(truncatingIfNeeded: signed)) && signed != Int64(Int32.min)
            writeSigned(signed, in: precedence, suffix: isSmall && exactly == nil ? "" : "ll")
        }
    }

    private mutating func writeSigned(_ value: Int64, in precedence: Precedence, suffix: StaticString) {
        if value < 0 {
            if body.last == UInt8(ascii: "-") { body.write(byte: UInt8(ascii: " ")) }
            body.write(byte: UInt8(ascii: "-"))
        }
        body.write(value.magnitude)
        body.write(suffix)
    }

    private mutating func writeFloatConstant(_ node: Expression) {
        body.write(node.type == .f32 ? "*(pf)(K+" : "*(pd)(K+")
        body.write(node.a)
        body.write(byte: UInt8(ascii: ")"))
    }

    // MARK: Operators

    private mutating func writeInfix(_ node: Expression) {
        let operation = node.infix
        let precedence = operation.precedence
        let (left, right) = operandTypes(node)
        write(node.a, in: precedence, exactly: left)
        if operation == .add, writesSubtraction(node.b) { return }
        body.write(operation.spelling)
        write(node.b, in: precedence.next, exactly: right)
    }

    /// `x-5` for the sum with a negative constant: shorter, and an operand that fits the instruction.
    private mutating func writesSubtraction(_ position: Int32) -> Bool {
        guard let magnitude = negative(position) else { return false }
        body.write(byte: UInt8(ascii: "-"))
        body.write(magnitude)
        return true
    }

    /// What a small negative constant is without its sign; nil for any other operand.
    mutating func negative(_ position: Int32) -> UInt64? {
        let node = nodes[Int(position)]
        guard node.shape == .constant else { return nil }
        let value =
            node.type.isWide
            ? Int64(bitPattern: node.bits) : Int64(Int32(truncatingIfNeeded: Int64(bitPattern: node.bits)))
        return value < 0 && value > Int64(Int32.min) ? value.magnitude : nil
    }

    /// Which operands must be written with an exact type so that C's operator means wasm's.
    private mutating func operandTypes(_ node: Expression) -> (CType?, CType?) {
        let left = nodes[Int(node.a)]
        let right = nodes[Int(node.b)]
        let isWide = left.type.isWide
        switch node.infix {
        case .shl: return (isWide ? .u64 : .u32, nil)
        case .shr: return (node.sign == .signed ? (isWide ? .s64 : .s32) : (isWide ? .u64 : .u32), nil)
        default: break
        }
        switch node.sign {
        case .signed:
            // The least number has no signed literal, and an unsigned one would make the whole operation unsigned.
            let isLiteral = right.shape == .constant && right.bits != 1 << 63
            return isWide ? (.s64, isLiteral ? nil : .s64) : (.s32, .s32)
        case .unsigned:
            let hasUnsigned = isUnsigned(left) || isUnsigned(right)
            return (hasUnsigned ? nil : (isWide ? .u64 : .u32), nil)
        case .any:
            guard node.infix == .add || node.infix == .sub || node.infix == .mul else {
                return (isWide && left.shape == .constant && !isUnsigned(right) ? .u64 : nil, nil)
            }
            // Signed overflow is nothing C defines.
            return (isUnsigned(left) || isUnsigned(right) || isFloat(left) ? nil : (isWide ? .u64 : .u32), nil)
        }
    }

    /// Whether C takes an operand as written to be unsigned: of constants only the least number, which has no signed
    /// literal.
    mutating func isUnsigned(_ node: Expression) -> Bool {
        guard node.shape == .constant else { return node.type == .u32 || node.type == .u64 }
        return node.type.isWide ? node.bits == 1 << 63 : UInt32(truncatingIfNeeded: node.bits) == 1 << 31
    }

    private mutating func isFloat(_ node: Expression) -> Bool { node.type == .f32 || node.type == .f64 }

    // MARK: Conditions

    /// Writes an operand as a condition: true if it is not zero, or if it is, when `negated`.
    mutating func writeCondition(_ position: Int32, negated: Bool = false) {
        var position = position
        var negated = negated
        while true {
            let node = nodes[Int(position)]
            if node.shape == .not {
                negated.toggle()
                position = node.a
            } else if node.shape == .infix && (node.infix == .ne || node.infix == .eq),
                !isFloat(nodes[Int(node.a)]), constantBits(node.b) == 0
            {
                if node.infix == .eq { negated.toggle() }
                position = node.a
            } else {
                break
            }
        }
        guard negated else {
            write(position)
            return
        }
        let node = nodes[Int(position)]
        if node.shape == .infix, node.infix.isComparison, !isFloat(nodes[Int(node.a)]) {
            var opposite = node
            opposite.infix = node.infix.negated
            writeInfix(opposite)
        } else {
            body.write(byte: UInt8(ascii: "!"))
            write(position, in: .unary, exactly: nil)
        }
    }
}
