import WasmModule

/// Writing what gives variables and places in memory other values.
extension BodyTranslator {
    /// Writes `l3=…;`.
    mutating func writeAssignment(local: Int32, _ value: Int32) {
        if nodes[Int(value)].type == .vector {
            writeVectorAssignment(UInt8(ascii: "l"), local, value)
            return
        }
        let node = nodes[Int(value)]
        if node.shape == .local && node.a == local { return }
        let keepsBase = changesBase(local, to: value)
        if keepsBase { writeBaseAssignment(local) }
        writeLocal(local)
        writeChange(to: value, ofItself: node.shape == .infix && isLocal(node.a, local))
        if keepsBase { body.write(byte: UInt8(ascii: ")")) }
        noteSetting(local, keepsBase: keepsBase)
        endExpression()
    }

    private mutating func isLocal(_ position: Int32, _ local: Int32) -> Bool {
        nodes[Int(position)].shape == .local && nodes[Int(position)].a == local
    }

    /// Writes `p3=m+(`, to be followed by what gives the local another value.
    mutating func writeBaseAssignment(_ local: Int32) {
        body.write(byte: UInt8(ascii: "p"))
        body.write(local)
        body.write("=m+(")
        usesMemory = true
    }

    /// Writes `=…`; `+=…` if the value is an infix operation whose left operand is what it replaces.
    mutating func writeChange(to value: Int32, ofItself: Bool) {
        let node = nodes[Int(value)]
        guard ofItself, node.infix.hasAssignment(node.sign) else {
            body.write(byte: UInt8(ascii: "="))
            write(value)
            return
        }
        let left = nodes[Int(node.a)]
        if left.shape == .local { facts.read(left.a, isParameter: left.a < type.parameters.count) }
        if node.infix == .add, let magnitude = negative(node.b) {
            body.write("-=")
            body.write(magnitude)
            return
        }
        body.write(node.infix.spelling)
        body.write(byte: UInt8(ascii: "="))
        write(node.b)
    }

    /// Notes what a local is and is not once its value is written.
    private mutating func noteSetting(_ local: Int32, keepsBase: Bool) {
        facts.set(local)
        if !keepsBase { facts.dropBase(local) }
        checkedAddresses.forget(local)
    }

    /// Writes `x3=…;`.
    mutating func writeAssignment(temporary: Int32, _ value: Int32) {
        if nodes[Int(value)].type == .vector {
            writeVectorAssignment(CType.vector.temporaryLetter, temporaries.number(temporary), value)
            return
        }
        writeTemporary(temporary)
        body.write(byte: UInt8(ascii: "="))
        write(value)
        endExpression()
    }

    mutating func writeTee(_ node: Expression) {
        guard changesBase(node.a, to: node.b) else {
            writeSetting(node, keepsBase: false)
            return
        }
        body.write(byte: UInt8(ascii: "("))
        writeBaseAssignment(node.a)
        writeSetting(node, keepsBase: true)
        body.write("),")
        writeLocal(node.a)
        body.write(byte: UInt8(ascii: ")"))
    }

    /// Whether a local's base has to be made anew along with its value.
    mutating func changesBase(_ local: Int32, to value: Int32) -> Bool {
        facts.changeBase(local, reads: nodes[Int(value)].localsRead & 1 << UInt64(local & 63) != 0)
    }

    /// `l3=…`.
    mutating func writeSetting(_ node: Expression, keepsBase: Bool) {
        writeLocal(node.a)
        body.write(byte: UInt8(ascii: "="))
        write(node.b, in: .ternary, exactly: nil)
        noteSetting(node.a, keepsBase: keepsBase)
    }
}
