import WasmModule

/// Writing what reads and writes objects and looks at references, by the macros of the prelude.
extension BodyTranslator {
    /// An expression of this file, primary in C: macros and parentheses.
    mutating func writeObjectShape(_ node: Expression) {
        switch node.shape {
        case .field:
            // An optimizing compiler would leave out a read, and its trap, whose value counts for nothing.
            if isOptimizing { body.write(node.type == .f32 || node.type == .f64 ? "LF" : "L") }
            writeField(Int(node.bits), node.access, isReference: node.type.isReference) { $0.write(node.a) }
        case .element: writeElement(node.access, isReference: node.type.isReference, node.a, node.b)
        case .arrayLength: writeUnary("N(", node.a)
        case .i31: writeUnary("W(", node.a)
        case .i31Value: writeUnary(node.type == .s32 ? "WS(" : "WU(", node.a)
        default: writeReferenceTest(node)
        }
    }

    private mutating func writeUnary(_ macro: StaticString, _ operand: Int32) {
        body.write(macro)
        write(operand)
        body.write(byte: UInt8(ascii: ")"))
    }

    /// Writes an operand of which the statement is not the last to read it.
    mutating func writeKept(_ position: Int32) {
        let releases = releasesTemporaries
        releasesTemporaries = false
        write(position)
        releasesTemporaries = releases
    }

    /// `A.trap(i,17)`.
    mutating func writeTrap(_ trap: Trap) {
        body.write("A.trap(i,")
        body.write(trap.rawValue)
        body.write(byte: UInt8(ascii: ")"))
    }

    /// `,x` for a function of the runtime: an integer without sign.
    mutating func writeArgument(_ position: Int32) {
        body.write(byte: UInt8(ascii: ","))
        let isNarrow = [.u32, .s32].contains(nodes[Int(position)].type)
        write(position, in: .ternary, exactly: isNarrow ? .u32 : nil)
    }

    /// `,x,0`: an element's bits, those of a vector's halves.
    mutating func writeBits(ofElement position: Int32) {
        let type = nodes[Int(position)].type
        if type == .vector {
            body.write(byte: UInt8(ascii: ","))
            writeHalf(position, isUpper: false)
            body.write(byte: UInt8(ascii: ","))
            writeHalf(position, isUpper: true)
            return
        }
        guard type.isReference else {
            writeArgument(position)
            body.write(",0")
            return
        }
        body.write(",(U)")
        write(position, in: .unary, exactly: nil)
        body.write(",0")
    }

    // MARK: Fields and elements

    /// `O(mu,R.o1,16)`.
    mutating func writeField(
        _ offset: Int, _ access: Access, isReference: Bool, _ object: (inout BodyTranslator) -> Void
    ) {
        body.write("O(")
        body.write(isReference ? "p" : access.name)
        body.write(byte: UInt8(ascii: ","))
        object(&self)
        body.write(byte: UInt8(ascii: ","))
        body.write(offset)
        body.write(byte: UInt8(ascii: ")"))
    }

    /// `O(mu,R.o1,16)=…;`, or two of them for a vector.
    mutating func writeFieldAssignment(
        _ field: ObjectField, _ value: Int32, _ object: (inout BodyTranslator) -> Void
    ) {
        guard field.storage == .v128 else {
            let isReference = field.storage.isReference
            writeField(field.offset, Access(storage: field.storage), isReference: isReference, object)
            body.write(byte: UInt8(ascii: "="))
            write(value)
            endStatement()
            return
        }
        for isUpper in [false, true] {
            writeField(field.offset + (isUpper ? 8 : 0), .u64, isReference: false, object)
            body.write(byte: UInt8(ascii: "="))
            writeHalf(value, isUpper: isUpper)
            if !isUpper { body.write(byte: UInt8(ascii: ";")) }
        }
        endStatement()
    }

    /// `T(mu,R.o1,x2)`: array and index are variables, the index may be a constant.
    mutating func writeElement(_ access: Access, isReference: Bool, _ array: Int32, _ index: Int32) {
        body.write("T(")
        body.write(isReference ? "p" : access.name)
        writePlace(array, index)
    }

    /// `T(V,R.o1,x2).a`.
    mutating func writeVectorElement(_ array: Int32, _ index: Int32, isUpper: Bool) {
        body.write("T(V")
        writePlace(array, index)
        body.write(isUpper ? ".b" : ".a")
    }

    private mutating func writePlace(_ array: Int32, _ index: Int32) {
        body.write(byte: UInt8(ascii: ","))
        write(array)
        body.write(byte: UInt8(ascii: ","))
        write(index, in: .ternary, exactly: .u32)
        body.write(byte: UInt8(ascii: ")"))
    }

    // MARK: Tests

    /// Whether the reference in variable `a` is of type `bits`: 0 or 1; `b` says that it carries no tag.
    private mutating func writeReferenceTest(_ node: Expression) {
        let target = ValueType(rawValue: UInt32(truncatingIfNeeded: node.bits))
        body.write(byte: UInt8(ascii: "("))
        if target.isNullable {
            body.write(byte: UInt8(ascii: "!"))
            writeReference(node)
            if !isBottom(target) { body.write("||") }
        }
        if let index = target.typeIndex {
            writeConcreteTest(node, index)
        } else if !isBottom(target) {
            writeAbstractTest(node, target)
        }
        body.write(byte: UInt8(ascii: ")"))
    }

    private mutating func isBottom(_ target: ValueType) -> Bool {
        [.nullref, .nullfuncref, .nullexternref, .nullexnref].contains(target.nullable)
    }

    private mutating func writeReference(_ node: Expression) {
        write(node.a, in: .primary, exactly: nil)
    }

    private mutating func writeAbstractTest(_ node: Expression, _ target: ValueType) {
        switch target.nullable {
        case .i31ref:
            body.write("(s)((U)")
            writeReference(node)
            body.write("&1)")
        case .eqref:
            writeReference(node)
            body.write("&&((U)")
            writeReference(node)
            body.write("&3)!=2")
        case .structref, .arrayref:
            writeCallOfTest(node)
            body.write(target.nonNull.rawValue)
            body.write(byte: UInt8(ascii: ")"))
        default:
            // The top of a hierarchy: anything but null.
            writeReference(node)
            body.write("!=0")
        }
    }

    private mutating func writeConcreteTest(_ node: Expression, _ index: TypeIndex) {
        let carriesNoTag = node.b == 1 || module.types[index.offset].function != nil
        body.write(carriesNoTag ? "D(" : "DG(")
        writeReference(node)
        body.write(byte: UInt8(ascii: ","))
        body.write(index.rawValue)
        body.write(byte: UInt8(ascii: ")"))
        guard !module.types[index.offset].isFinal else { return }
        body.write("||")
        writeCallOfTest(node)
        body.write("J[")
        body.write(index.rawValue)
        body.write("]<<9)")
    }

    private mutating func writeCallOfTest(_ node: Expression) {
        body.write("A.ref_test(i,")
        writeReference(node)
        body.write(byte: UInt8(ascii: ","))
    }
}
