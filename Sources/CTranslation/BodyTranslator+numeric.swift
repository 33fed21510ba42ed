import WasmModule

/// Pure instructions: constants, arithmetic, comparisons, conversions.
extension BodyTranslator {
    // MARK: Building

    mutating func pushConstant(_ type: CType, _ bits: UInt64) {
        push(add(constantNode(type, bits)))
    }

    /// A float constant stands in a table of the function: libtcc folds written ones in long double.
    mutating func pushFloatConstant(_ type: CType, _ bits: UInt64) {
        let position: Int32
        if let known = floatConstantPositions[bits] {
            position = known
        } else {
            position = Int32(floatConstants.count)
            floatConstants.append(bits)
            floatConstantPositions[bits] = position
        }
        var node = Expression(.floatConstant, type)
        node.a = position
        push(add(node))
    }

    mutating func pushInfix(_ operation: Infix, _ type: CType, _ sign: Expression.Sign = .any) {
        orderOperands(2)
        var right = pop()
        var left = pop()
        if nodes[Int(left)].shape == .constant || nodes[Int(right)].shape == .constant {
            if let known = fold(operation, type, sign, left, right) ?? absorb(operation, sign, left, right) {
                pushConstant(type.stored, known)
                return
            }
            if operation.isCommutative, nodes[Int(left)].shape == .constant { swap(&left, &right) }
        }
        let isExchanged = exchanges(left, right)
        if isExchanged, let mirrored = operation.mirrored {
            swap(&left, &right)
            push(add(infixNode(mirrored, type, sign, left, right)))
        } else {
            push(add(infixNode(operation, type, sign, left, right)))
        }
    }

    private mutating func infixNode(
        _ operation: Infix, _ type: CType, _ sign: Expression.Sign, _ left: Int32, _ right: Int32
    ) -> Expression {
        var node = Expression(.infix, resultType(operation, type, left, right))
        node.infix = operation
        node.sign = sign
        node.a = left
        node.b = right
        inherit(left, into: &node)
        inherit(right, into: &node)
        node.registers = registers(left, right)
        return node
    }

    /// Whether the right operand comes first: it takes more registers, and the left one would hold one meanwhile.
    ///
    /// Of floats the left one's NaN is the result's.
    private mutating func exchanges(_ left: Int32, _ right: Int32) -> Bool {
        let (first, second) = (nodes[Int(left)], nodes[Int(right)])
        return first.registers > 0 && second.registers > first.registers && first.type != .f32 && first.type != .f64
    }

    /// What an operation takes: a variable stays where it is until the operation itself.
    mutating func registers(_ left: Int32, _ right: Int32) -> UInt8 {
        let (first, second) = (nodes[Int(left)], nodes[Int(right)])
        let held = second.registers + (first.registers > 0 ? 1 : 0)
        return min(max(first.registers, held, second.shape == .constant ? 1 : 2), Self.allRegisters)
    }

    /// More than there are.
    static let allRegisters: UInt8 = 5

    /// What C makes of two operands as they are written: bitwise operators leave what has a sign as it is, the others
    /// get an operand without.
    ///
    /// Whoever needs the result without a sign must know: an address that C extends by its sign lies before the memory.
    mutating func resultType(_ operation: Infix, _ type: CType, _ left: Int32, _ right: Int32) -> CType {
        switch operation {
        case .and, .or, .xor:
            if isUnsigned(nodes[Int(left)]) || isUnsigned(nodes[Int(right)]) { return type }
            return type.isWide ? .s64 : .s32
        default: return type
        }
    }

    /// A comparison: C's result is an `int`.
    mutating func pushComparison(_ operation: Infix, _ sign: Expression.Sign = .any) {
        pushInfix(operation, .s32, sign)
    }

    /// A shift; the count is taken modulo the width, which the processor does for libtcc (`K4`, `K8`).
    mutating func pushShift(_ operation: Infix, _ sign: Expression.Sign, isWide: Bool) {
        orderOperands(2)
        // The count is an int in C.
        settleLongLoad(stack.count - 1, used: 4)
        var count = pop()
        let value = pop()
        let type: CType = sign == .signed ? (isWide ? .s64 : .s32) : (isWide ? .u64 : .u32)
        if let bits = constantBits(count) {
            count = add(constantNode(.u32, bits & (isWide ? 63 : 31)))
            if let folded = fold(operation, type, sign, value, count) {
                pushConstant(type.stored, folded)
                return
            }
        } else if let decided = absorb(operation, sign, value, count) {
            pushConstant(type.stored, decided)
            return
        } else {
            count = add(maskedCount(count, isWide: isWide))
        }
        var node = Expression(.infix, type)
        node.infix = operation
        node.sign = sign
        node.a = value
        node.b = count
        inherit(value, into: &node)
        inherit(count, into: &node)
        node.registers = registers(value, count)
        push(add(node))
    }

    private mutating func maskedCount(_ count: Int32, isWide: Bool) -> Expression {
        var node = Expression(.macro, nodes[Int(count)].type)
        node.name = isWide ? .macroCount8 : .macroCount4
        node.a = Int32(arguments.count)
        node.b = 1
        arguments.append(count)
        inherit(count, into: &node)
        return node
    }

    /// A constant is converted here: libtcc would compute with two converted ones in long double, and round twice.
    mutating func pushCast(_ type: CType, from inner: CType?) {
        let operand = pop()
        if let bits = constantBits(operand) {
            let value = inner == .s32 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
            pushFloatConstant(type, type == .f32 ? UInt64(Float(value).bitPattern) : Double(value).bitPattern)
            return
        }
        push(add(castNode(type, from: inner, operand)))
    }

    private mutating func castNode(_ type: CType, from inner: CType?, _ operand: Int32) -> Expression {
        var node = Expression(.cast, type)
        node.inner = inner
        node.a = operand
        inherit(operand, into: &node)
        node.registers = max(node.registers, 1)
        return node
    }

    /// A function of the runtime's table, or a macro, that is as pure as its operands but for `effects`.
    mutating func pushRuntimeCall(
        _ name: RuntimeName, _ count: Int, _ type: CType, effects: Effects = [], macro: Bool = false,
        subject: UInt32 = 0
    ) {
        if !effects.isEmpty { flushCalls(operands: count) }
        orderOperands(count)
        var node = Expression(macro ? .macro : .runtimeCall, type)
        node.name = name
        node.effects = effects
        node.a = Int32(arguments.count)
        node.b = Int32(count)
        node.c = Int32(subject)
        for index in (stack.count - count)..<stack.count {
            let position = stack[index]
            arguments.append(position)
            inherit(position, into: &node)
        }
        for _ in 0..<count { _ = pop() }
        node.registers = Self.allRegisters
        push(add(node))
    }

    // MARK: Division

    /// Division traps on zero, and the signed one on overflow; a remainder by -1 is 0.
    ///
    /// A constant divisor that can do neither leaves the bare operator.
    mutating func pushDivision(_ name: RuntimeName, checked: RuntimeName, _ operation: Infix, _ type: CType) {
        let isSigned = type == .s32 || type == .s64
        let divisor = stack.count - 1
        let bits = constantBits(stack[divisor])
        if let bits, isHarmless(divisor: bits, isSigned: isSigned, isWide: type.isWide) {
            if !isSigned && operation == .rem && bits & (bits - 1) == 0 {
                _ = pop()
                pushConstant(type, bits - 1)
                pushInfix(.and, type)
            } else {
                pushInfix(operation, type, isSigned ? .signed : .unsigned)
            }
        } else if bits != nil || name == checked {
            pushRuntimeCall(checked, 2, type.stored, effects: .trapsOtherwise)
        } else {
            pushRuntimeCall(name, 2, type, effects: .trapsOtherwise, macro: true)
        }
    }

    private mutating func isHarmless(divisor: UInt64, isSigned: Bool, isWide: Bool) -> Bool {
        let minusOne: UInt64 = isWide ? .max : 0xFFFF_FFFF
        return divisor != 0 && !(isSigned && divisor == minusOne)
    }

    // MARK: Integers

    /// `x == 0`.
    mutating func pushIsZero() {
        let operand = pop()
        if let bits = constantBits(operand) {
            pushConstant(.u32, bits == 0 ? 1 : 0)
            return
        }
        var node = Expression(.not, .s32)
        node.a = operand
        inherit(operand, into: &node)
        push(add(node))
    }

    mutating func pushExtension(_ access: Access, _ type: CType) {
        settleLongLoad(stack.count - 1, used: access.bytes)
        let operand = pop()
        if let bits = constantBits(operand) {
            pushConstant(type.stored, Self.extended(bits, access, isWide: type.isWide))
            return
        }
        var node = Expression(.extend, type)
        node.access = access
        node.a = operand
        inherit(operand, into: &node)
        push(add(node))
    }

    static func extended(_ bits: UInt64, _ access: Access, isWide: Bool) -> UInt64 {
        let value: Int64
        switch access {
        case .s8: value = Int64(Int8(truncatingIfNeeded: bits))
        case .s16: value = Int64(Int16(truncatingIfNeeded: bits))
        default: value = Int64(Int32(truncatingIfNeeded: bits))
        }
        return isWide ? UInt64(bitPattern: value) : UInt64(UInt32(truncatingIfNeeded: value))
    }

    mutating func pushWrap() {
        settleLongLoad(stack.count - 1, used: 4)
        let operand = pop()
        if let bits = constantBits(operand) {
            pushConstant(.u32, bits & 0xFFFF_FFFF)
        } else if let narrow = narrowed(operand) {
            push(narrow)
        } else {
            push(add(castNode(.u32, from: nil, operand)))
        }
    }

    mutating func pushWidening(signed: Bool) {
        let operand = pop()
        if let bits = constantBits(operand) {
            pushConstant(.u64, signed ? Self.extended(bits, .s32, isWide: true) : bits)
        } else {
            push(add(castNode(signed ? .s64 : .u64, from: signed ? .s32 : .u32, operand)))
        }
    }

    /// A rotation: by a constant, two shifts of a variable; otherwise a call.
    mutating func pushRotate(_ name: RuntimeName, left: Bool, _ type: CType) {
        let width: UInt64 = type.isWide ? 64 : 32
        guard let bits = constantBits(stack[stack.count - 1]) else {
            pushRuntimeCall(name, 2, type)
            return
        }
        _ = pop()
        let count = (left ? bits : width - bits % width) % width
        guard count != 0 else { return }
        if let value = constantBits(stack[stack.count - 1]) {
            _ = pop()
            let rotated = value << count | value >> (width - count)
            pushConstant(type, type.isWide ? rotated : rotated & 0xFFFF_FFFF)
            return
        }
        if !nodes[Int(stack[stack.count - 1])].isRepeatable { settle(stack.count - 1) }
        let value = pop()
        var node = Expression(.rotate, type)
        node.a = value
        node.bits = count
        inherit(value, into: &node)
        node.registers = 2
        push(add(node))
    }

    // MARK: Floats

    /// `x` in a variable of its own, whose sign bit (or all others) `operation` changes: libtcc's `-x` keeps the
    /// sign of a NaN.
    mutating func pushSignChange(_ type: CType, _ operation: StaticString) {
        let operand = pop()
        precede(nodes[Int(operand)].effects, below: stack.count)
        let variable = temporaries.take(type)
        writeAssignment(temporary: variable, operand)
        body.write(type == .f32 ? "*(mu*)&" : "*(mU*)&")
        writeTemporary(variable)
        body.write(operation)
        endStatement()
        push(add(temporaryNode(variable)))
    }

    /// The same bits as another type: read from the variable or the memory that holds them.
    mutating func pushReinterpretation(_ type: CType) {
        let operand = stack[stack.count - 1]
        var node = nodes[Int(operand)]
        if let bits = constantBits(operand) {
            _ = pop()
            pushFloatConstant(type, bits)
            return
        }
        if node.shape == .floatConstant && !(type == .f32 || type == .f64) {
            _ = pop()
            pushConstant(type, floatConstants[Int(node.a)])
            return
        }
        if node.shape == .load
            && (node.access == .u32 || node.access == .u64 || node.access == .f32
                || node.access == .f64)
            && node.access.bytes == Access(type).bytes && node.bits <= UInt64(UInt32.max)
        {
            _ = pop()
            node.access = Access(type)
            node.type = type
            push(add(node))
            return
        }
        if node.shape != .local { settle(stack.count - 1) }
        let position = pop()
        var bits = Expression(nodes[Int(position)].shape == .local ? .localBits : .temporaryBits, type)
        bits.a = nodes[Int(position)].a
        bits.access = Access(type)
        inherit(position, into: &bits)
        push(add(bits))
    }
}
