import WasmModule

/// Sums and products of 128 bits: two results, each in a variable.
extension BodyTranslator {
    mutating func emitWide(_ opcode: Opcode) {
        switch opcode {
        case .i64Add128: addWide(subtracts: false)
        case .i64Sub128: addWide(subtracts: true)
        case .i64MulWideS: multiplyWide(.mulhs)
        default: multiplyWide(.mulhu)
        }
    }

    /// `y4=y0+y2;y5=y1+y3+(y4<y0);`, or `y4=y0-y2;y5=y1-y3-(y0<y2);`.
    private mutating func addWide(subtracts: Bool) {
        let operands = takeRepeatable(4)
        let (low, high) = (temporaries.take(.u64), temporaries.take(.u64))
        let sign = subtracts ? UInt8(ascii: "-") : UInt8(ascii: "+")
        writeSum(low, operands[0], sign, operands[2])
        body.write(byte: UInt8(ascii: ";"))
        writeSum(high, operands[1], sign, operands[3])
        body.write(byte: sign)
        body.write(byte: UInt8(ascii: "("))
        if subtracts {
            write(operands[0], in: .relational, exactly: .u64)
        } else {
            writeTemporary(low)
        }
        body.write(byte: UInt8(ascii: "<"))
        write(operands[subtracts ? 2 : 0], in: .shift, exactly: .u64)
        body.write(byte: UInt8(ascii: ")"))
        finishWide(low, high)
    }

    /// `y2=y0*y1;y3=A.mulhu(y0,y1);`.
    private mutating func multiplyWide(_ name: RuntimeName) {
        let operands = takeRepeatable(2)
        let (low, high) = (temporaries.take(.u64), temporaries.take(.u64))
        writeSum(low, operands[0], UInt8(ascii: "*"), operands[1])
        body.write(byte: UInt8(ascii: ";"))
        writeTemporary(high)
        body.write(byte: UInt8(ascii: "="))
        body.write(name.spelling)
        body.write(byte: UInt8(ascii: "("))
        write(operands[0], in: .ternary, exactly: .u64)
        body.write(byte: UInt8(ascii: ","))
        write(operands[1], in: .ternary, exactly: .u64)
        body.write(byte: UInt8(ascii: ")"))
        finishWide(low, high)
    }

    private mutating func takeRepeatable(_ count: Int) -> [Int32] {
        for index in (stack.count - count)..<stack.count { makeRepeatable(index) }
        var operands = [Int32](repeating: 0, count: count)
        for index in (0..<count).reversed() { operands[index] = pop() }
        return operands
    }

    private mutating func writeSum(_ variable: Int32, _ left: Int32, _ sign: UInt8, _ right: Int32) {
        writeTemporary(variable)
        body.write(byte: UInt8(ascii: "="))
        write(left, in: .multiplicative, exactly: .u64)
        body.write(byte: sign)
        write(right, in: .unary, exactly: .u64)
    }

    private mutating func finishWide(_ low: Int32, _ high: Int32) {
        endStatement()
        push(add(temporaryNode(low)))
        push(add(temporaryNode(high)))
    }
}
